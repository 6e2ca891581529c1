/** HTTP file upload: slots over XMPP, files over HTTP, kept in a temporary folder. XEP-0363. */

import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Element, type NewId, result, StanzaError } from '../../../stanza/index.ts';
import type { XmppServer } from './server.ts';

export const NS_UPLOAD = 'urn:xmpp:http:upload:0';

interface Slot {
  readonly size: number;
  readonly type: string;
  isUsed: boolean;
}

/** The HTTP half. */
export class HttpFiles {
  /** Where the files are found: `http://host:port`. */
  origin = '';
  readonly maxSize: number;
  readonly #newId: NewId;
  readonly #slots = new Map<string, Slot>();
  #folder: Promise<string> | undefined;

  constructor(maxSize: number, newId: NewId) {
    this.maxSize = maxSize;
    this.#newId = newId;
  }

  /** Makes a slot. Returns the URL to put the file to and to get it from. */
  slot(filename: string, size: number, type: string): string {
    const path = `/upload/${this.#newId()}/${encodeURIComponent(filename)}`;
    this.#slots.set(path, { size, type, isUsed: false });
    return this.origin + path;
  }

  /** Answers a request for a file; `false` when it is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '').split('?')[0] as string;
    if (!path.startsWith('/upload/')) return false;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, PUT, OPTIONS');
    response.setHeader('Access-Control-Allow-Headers', 'Content-Type');
    const slot = this.#slots.get(path);
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else if (slot === undefined) response.writeHead(404).end();
    else this.#transfer(request, response, path, slot).catch(() => response.destroy());
    return true;
  }

  async remove(): Promise<void> {
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
  }

  async #transfer(request: IncomingMessage, response: ServerResponse, path: string, slot: Slot): Promise<void> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'slipway-upload-'));
    const file = join(await this.#folder, path.split('/')[2] as string);
    if (request.method === 'PUT') {
      if (slot.isUsed || Number(request.headers['content-length']) !== slot.size) {
        response.writeHead(slot.isUsed ? 409 : 413).end();
        return;
      }
      slot.isUsed = true;
      await pipeline(request, createWriteStream(file));
      response.writeHead(201).end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405).end();
      return;
    }
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': slot.type, 'Content-Length': found.size });
    if (request.method === 'HEAD') response.end();
    else await pipeline(createReadStream(file), response);
  }
}

/** The XMPP half. */
export function answerUpload(server: XmppServer, stanza: Element): Element | StanzaError | undefined {
  const request = stanza.getChild('request', NS_UPLOAD);
  if (stanza.attrs.type !== 'get' || request === undefined) return undefined;
  const { filename, size, 'content-type': type = 'application/octet-stream' } = request.attrs;
  const bytes = Number(size);
  if (filename === undefined || !Number.isSafeInteger(bytes) || bytes <= 0) return StanzaError.of('bad-request');
  if (bytes > server.files.maxSize) {
    const max = new Element('max-file-size', NS_UPLOAD, undefined, [String(server.files.maxSize)]);
    const application = [new Element('file-too-large', NS_UPLOAD, undefined, [max])];
    return StanzaError.of('not-acceptable', `at most ${server.files.maxSize} bytes`, { application });
  }
  const url = server.files.slot(filename, bytes, type);
  const slot = [new Element('put', NS_UPLOAD, { url }), new Element('get', NS_UPLOAD, { url })];
  return result(stanza, new Element('slot', NS_UPLOAD, undefined, slot));
}
