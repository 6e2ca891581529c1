/** Files as plugins have them, made into files on this machine's disk: never whole in memory. */

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { FetchError, type FetchLimits, fetchLimited } from './fetch.ts';
import { extensionOf, typeOf } from './media-types.ts';

/** A path, an http or https URL, bytes, or a stream of bytes. */
export type FileSource = string | URL | Uint8Array | Readable | AsyncIterable<Uint8Array>;

export interface LocalFile {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Where it was found on the web, if it was. */
  readonly url: string | undefined;
  /** Removes it, if it was made for us. */
  dispose(): Promise<void>;
}

export interface SourceOptions {
  readonly fileName?: string | undefined;
  readonly contentType?: string | undefined;
}

const MAX_NAME = 200;

export function isWebUrl(source: FileSource): source is string | URL {
  return source instanceof URL
    ? /^https?:$/.test(source.protocol)
    : typeof source === 'string' && /^https?:\/\//i.test(source);
}

/** What a file is called by its URL, for one that comes as a mere link; `undefined` when the path does not say. */
export function nameInUrl(url: string): string | undefined {
  const last = URL.canParse(url) ? new URL(url).pathname.split('/').at(-1) : undefined;
  if (last === undefined || last === '') return undefined;
  try {
    return decodeURIComponent(last);
  } catch {
    // Not every `%` in a URL is meant as it should be: the name is then what is written.
    return last;
  }
}

/**
 * Makes a file of it. The caller must dispose of it.
 * @throws FetchError when it is on the web and cannot be fetched. @throws Error when there is no such file.
 */
export async function openSource(source: FileSource, options: SourceOptions, limits: FetchLimits): Promise<LocalFile> {
  if (isWebUrl(source)) return fromWeb(String(source), options, limits);
  if (typeof source === 'string' || source instanceof URL) return fromDisk(source, options);
  return spooled(source instanceof Uint8Array ? [source] : source, options);
}

async function fromDisk(source: string | URL, options: SourceOptions): Promise<LocalFile> {
  const path = source instanceof URL ? fileURLToPath(source) : source;
  const { size } = await stat(path);
  const named = await nameAndType({ fileName: options.fileName ?? basename(path), contentType: options.contentType });
  return { path, ...named, size, url: undefined, dispose: async () => {} };
}

async function fromWeb(url: string, options: SourceOptions, limits: FetchLimits): Promise<LocalFile> {
  const { status, headers, body } = await fetchLimited(url, limits);
  if (status !== 200) {
    body.destroy();
    throw new FetchError(`the server of the file answers with status ${status}`);
  }
  const file = await spooled(body, {
    fileName: options.fileName ?? nameInUrl(url),
    contentType: options.contentType ?? headers['content-type']?.split(';')[0]?.trim(),
  });
  return { ...file, url };
}

async function spooled(
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: SourceOptions,
): Promise<LocalFile> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-file-'));
  const path = join(folder, 'content');
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(content, createWriteStream(path, { mode: 0o600 }));
    return { path, ...(await nameAndType(options)), size: (await stat(path)).size, url: undefined, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A name that is safe in a URL and on a disk, and the media type that goes with it. */
async function nameAndType({ fileName, contentType }: SourceOptions): Promise<{ name: string; type: string }> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be in a name.
  const clean = (fileName ?? '').replace(/[/\\\u0000-\u001f]/g, '_').replace(/^\.+/, '');
  const type = contentType ?? (await typeOf(extname(clean)));
  const base = clean === '' ? `file${await extensionOf(type)}` : clean;
  const extension = extname(base);
  const name = base.length > MAX_NAME ? base.slice(0, MAX_NAME - extension.length) + extension : base;
  return { name: name.toWellFormed(), type };
}
