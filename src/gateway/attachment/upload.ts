/** Putting files where XMPP clients can fetch them: an upload service (XEP-0363), or a folder of a web server. */

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, link, mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from 'undici';
import { type IqSender, MalformedError, StanzaError } from '../../stanza/index.ts';
import { findUploadService, requestSlot, type Service, tooLarge } from '../../xep/0363-http-upload.ts';
import type { Config } from '../config.ts';
import { httpClient } from './http-client.ts';
import type { LocalFile } from './source.ts';

/** Why a file could not be uploaded. The message may be shown to users. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
}

/** For whom a file is uploaded. */
export interface Requester {
  /** The server whose upload service is asked, unless another is configured. */
  readonly domain: string;
  /** Looks for the service. */
  readonly gateway: IqSender;
  /** Asks for the slot: the user, where the server lets us, since quotas are those of users. */
  readonly sender: IqSender;
}

export interface Uploader {
  /** Resolves with the URL to fetch it from. @throws UploadError. */
  upload(file: LocalFile, requester: Requester): Promise<string>;
}

/** Uploads to the service given, or to the one that the server has. */
export class HttpUploader implements Uploader {
  readonly #given: string | undefined;
  readonly #timeout: number;
  #agent: Agent | undefined;
  /** By the domain of the server. */
  readonly #found = new Map<string, Promise<Service>>();

  /** `timeout` is in milliseconds without progress. */
  constructor(options: { readonly service: string | undefined; readonly timeout: number }) {
    this.#given = options.service;
    this.#timeout = options.timeout;
  }

  async upload(file: LocalFile, requester: Requester): Promise<string> {
    if (file.size === 0) throw new UploadError('the file is empty');
    const service = await this.#service(requester);
    if (service.maxFileSize !== undefined && file.size > service.maxFileSize) throw tooBig(file, service.maxFileSize);
    const wanted = { filename: file.name, size: file.size, contentType: file.type };
    const slot = await requestSlot(requester.sender, service.jid, wanted).catch((error) => {
      throw refused(error, file);
    });
    const { Agent, request } = await httpClient();
    this.#agent ??= new Agent();
    const { statusCode, body } = await request(slot.put.url, {
      method: 'PUT',
      // As a flat list, since a name may stand in it more than once.
      headers: [
        ...slot.put.headers.flatMap(({ name, value }) => [name, value]),
        ...['content-type', file.type, 'content-length', String(file.size)],
      ],
      body: createReadStream(file.path),
      dispatcher: this.#agent,
      headersTimeout: this.#timeout,
      bodyTimeout: this.#timeout,
    }).catch((error) => {
      throw new UploadError(`the upload service does not take the file: ${(error as { code?: string }).code ?? error}`);
    });
    // What else it has to say is not waited for: that might never end.
    body.dump({ limit: MAX_ANSWER, signal: AbortSignal.timeout(this.#timeout) }).catch(() => body.destroy());
    if (statusCode >= 300) throw new UploadError(`the upload service answers with status ${statusCode}`);
    return slot.get.url;
  }

  #service({ domain, gateway }: Requester): Promise<Service> {
    if (this.#given !== undefined) return Promise.resolve({ jid: this.#given });
    let found = this.#found.get(domain);
    if (found === undefined) {
      found = findUploadService(gateway, domain).then((service) => {
        if (service === undefined) throw new UploadError('the server has no upload service');
        return service;
      });
      this.#found.set(domain, found);
      // What was not there may be there next time.
      found.catch(() => this.#found.delete(domain));
    }
    return found;
  }
}

/** Bytes of an answer that are read, so that the connection can be used again. */
const MAX_ANSWER = 16_384;

interface FolderOptions {
  readonly path: string;
  /** What stands in front of the path of a file in its URL. */
  readonly urlPrefix: string;
  readonly method: 'copy' | 'move' | 'hardlink' | 'symlink';
  /** Whether files are made readable for everybody, as for a web server under another user. */
  readonly readableByOthers: boolean;
}

/** Puts files into a folder from which a web server serves them. Removing old ones is left to the operator. */
class FolderUploader implements Uploader {
  readonly #options: FolderOptions;

  constructor(options: FolderOptions) {
    this.#options = options;
  }

  async upload(file: LocalFile): Promise<string> {
    const { path, urlPrefix, method, readableByOthers } = this.#options;
    const folder = randomUUID();
    try {
      await mkdir(join(path, folder), { recursive: true, mode: readableByOthers ? 0o755 : 0o700 });
      const target = join(path, folder, file.name);
      await PUT[method](file.path, target);
      if (readableByOthers && method !== 'symlink') await chmod(target, 0o644);
    } catch (error) {
      throw new UploadError(`cannot write to the folder for files: ${(error as Error).message}`);
    }
    return `${urlPrefix.replace(/\/$/, '')}/${folder}/${encodeURIComponent(file.name)}`;
  }
}

const PUT: Readonly<Record<FolderOptions['method'], (from: string, to: string) => Promise<void>>> = {
  copy: copyFile,
  hardlink: link,
  symlink: (from, to) => symlink(from, to),
  // Across file systems nothing can be moved.
  move: (from, to) => rename(from, to).catch(() => copyFile(from, to)),
};

function tooBig({ size }: LocalFile, max: number): UploadError {
  return new UploadError(`the file has ${size} bytes, the upload service takes ${max}`);
}

function refused(error: unknown, file: LocalFile): Error {
  if (error instanceof MalformedError)
    return new UploadError('the upload service answers with something that is no slot');
  if (!(error instanceof StanzaError)) return error as Error;
  const max = tooLarge(error)?.maxFileSize;
  if (max !== undefined) return tooBig(file, max);
  return new UploadError(`the upload service refuses the file: ${error.text || error.condition}`);
}

/** The uploader that a configuration asks for. */
export function uploaderFor(config: Config): Uploader {
  if (config.noUploadPath === undefined) {
    return new HttpUploader({ service: config.uploadService, timeout: config.attachmentTimeout * 1000 });
  }
  return new FolderUploader({
    path: config.noUploadPath,
    urlPrefix: config.noUploadUrlPrefix,
    method: config.noUploadMethod,
    readableByOthers: config.noUploadFileReadOthers,
  });
}
