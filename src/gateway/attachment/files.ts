/** Making files reachable for XMPP clients: fetched where needed, described, uploaded, and not twice. */

import { extname } from 'node:path';
import type { Config } from '../config.ts';
import type { FileFacts } from '../outgoing/file.ts';
import type { AttachmentStore } from '../store/attachments.ts';
import { factsOf } from './facts.ts';
import { type FetchLimits, fetchLimited, fetchLimits } from './fetch.ts';
import { typeOf } from './media-types.ts';
import { type FileSource, isWebUrl, nameInUrl, openSource } from './source.ts';
import { type Requester, type Uploader, uploaderFor } from './upload.ts';

export interface SharedFile {
  readonly url: string;
  readonly about: FileFacts | undefined;
}

export interface ShareOptions {
  readonly fileName?: string | undefined;
  readonly contentType?: string | undefined;
  readonly legacyFileId?: string | undefined;
}

export interface FilesOptions {
  readonly store: AttachmentStore;
  readonly uploader: Uploader;
  readonly limits: FetchLimits;
  /** Whether clients are given URLs of the network as they are, instead of copies. */
  readonly useOriginalUrls: boolean;
}

/** Shares files as a configuration says. */
export function filesFor(config: Config, store: AttachmentStore): Files {
  return new Files({
    store,
    uploader: uploaderFor(config),
    limits: fetchLimits(config),
    useOriginalUrls: config.useAttachmentOriginalUrls,
  });
}

export class Files {
  readonly #options: FilesOptions;
  /** Files that are being shared: of two at once with the same id the second waits for the first. */
  readonly #sharing = new Map<string, Promise<SharedFile>>();

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  get limits(): FetchLimits {
    return this.#options.limits;
  }

  /**
   * @param userId for whom; `undefined` for files that are not kept track of.
   * @param requester who asks for the upload.
   * @throws FetchError, UploadError, or another Error when there is no such file.
   */
  share(
    userId: number | undefined,
    source: FileSource,
    options: ShareOptions,
    requester: Requester,
  ): Promise<SharedFile> {
    const { legacyFileId } = options;
    if (userId === undefined || legacyFileId === undefined) return this.#share(source, options, requester);
    const key = `${userId} ${legacyFileId}`;
    const running = this.#sharing.get(key);
    if (running !== undefined) return running;
    const sharing = this.#shareOnce(userId, legacyFileId, source, options, requester).finally(() =>
      this.#sharing.delete(key),
    );
    this.#sharing.set(key, sharing);
    return sharing;
  }

  async #shareOnce(
    userId: number,
    legacyFileId: string,
    source: FileSource,
    options: ShareOptions,
    requester: Requester,
  ): Promise<SharedFile> {
    const { store } = this.#options;
    const known = await store.get(userId, legacyFileId);
    if (known !== undefined) {
      if (await this.#isThere(known.url)) return known;
      await store.delete(userId, legacyFileId);
    }
    const shared = await this.#share(source, options, requester);
    if (shared.about !== undefined) await store.save(userId, legacyFileId, { url: shared.url, about: shared.about });
    return shared;
  }

  async #share(source: FileSource, options: ShareOptions, requester: Requester): Promise<SharedFile> {
    const { uploader, limits, useOriginalUrls } = this.#options;
    if (useOriginalUrls && isWebUrl(source))
      return { url: String(source), about: await aboutUrl(String(source), options) };
    const file = await openSource(source, options, limits);
    try {
      const about = await factsOf(file);
      return { url: await uploader.upload(file, requester), about };
    } finally {
      await file.dispose();
    }
  }

  /** Whether it can still be fetched. Our own uploads may be on a private address. */
  async #isThere(url: string): Promise<boolean> {
    try {
      const limits = { ...this.#options.limits, allowPrivate: true };
      const { status, body } = await fetchLimited(url, limits, { method: 'HEAD' });
      body.destroy();
      return status < 400;
    } catch {
      return false;
    }
  }
}

async function aboutUrl(url: string, { fileName, contentType }: ShareOptions): Promise<FileFacts> {
  const name = fileName ?? nameInUrl(url) ?? 'file';
  return { name, type: contentType ?? (await typeOf(extname(name))) };
}
