/** Pictures of people, made small, kept by their content, and not fetched again while they are the same. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type FetchLimits, fetchLimited, fetchLimits } from '../attachment/fetch.ts';
import { openImage } from '../attachment/images.ts';
import { isWebUrl } from '../attachment/source.ts';
import type { Config } from '../config.ts';
import type { AvatarStore, StoredAvatar } from '../store/avatars.ts';

/** Bytes, a path, or an http or https URL. */
export type AvatarSource = Uint8Array | string | URL;

export interface AvatarCacheOptions {
  readonly store: AvatarStore;
  /** Pixels of the longer side at most. */
  readonly maxSize: number;
  readonly limits: FetchLimits;
  /** How many pictures are worked on at the same time. */
  readonly parallel: number;
}

/** Pictures are made small, but must be fetched whole first. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Keeps pictures as a configuration says. */
export function avatarsFor(config: Config, store: AvatarStore): AvatarCache {
  const limits = fetchLimits(config);
  return new AvatarCache({
    store,
    maxSize: config.avatarSize,
    limits: { ...limits, maxBytes: Math.min(limits.maxBytes, MAX_BYTES) },
    parallel: config.avatarResamplingThreads,
  });
}

export class AvatarCache {
  readonly #options: AvatarCacheOptions;
  readonly #slots: Slots;

  constructor(options: AvatarCacheOptions) {
    this.#options = options;
    this.#slots = new Slots(options.parallel);
  }

  /** The picture with this SHA-1 hash, where there is one. */
  async get(hash: string | undefined): Promise<StoredAvatar | undefined> {
    return hash === undefined ? undefined : this.#options.store.get(hash);
  }

  /**
   * The hash of the picture, stored as a PNG that is not too large.
   * @throws Error when there is no picture there.
   */
  load(source: AvatarSource): Promise<string> {
    return this.#slots.run(() => {
      if (source instanceof Uint8Array) return this.#save(source);
      if (isWebUrl(source)) return this.#fromWeb(String(source));
      return readFile(source).then((bytes) => this.#save(bytes));
    });
  }

  async #fromWeb(url: string): Promise<string> {
    const { store, limits } = this.#options;
    const known = await store.source(url);
    const headers: Record<string, string> = {};
    if (known?.etag !== undefined) headers['if-none-match'] = known.etag;
    if (known?.lastModified !== undefined) headers['if-modified-since'] = known.lastModified;
    const { status, headers: answered, body } = await fetchLimited(url, limits, { headers });
    if (status === 304 && known !== undefined) {
      body.destroy();
      return known.hash;
    }
    if (status !== 200) {
      body.destroy();
      throw new Error(`the server of the picture answers with status ${status}`);
    }
    const hash = await this.#save(await whole(body));
    const { etag, 'last-modified': lastModified } = answered;
    if (etag !== undefined || lastModified !== undefined) await store.saveSource(url, { hash, etag, lastModified });
    return hash;
  }

  async #save(bytes: Uint8Array): Promise<string> {
    const { maxSize, store } = this.#options;
    const picture = await openImage(bytes);
    const { format, width, height } = await picture.metadata();
    // Stored as it is, so that its hash is that of the file.
    const isFine = format === 'png' && width <= maxSize && height <= maxSize;
    const { data, info } = isFine
      ? { data: bytes, info: { width, height } }
      : await picture
          .rotate()
          .resize(maxSize, maxSize, { fit: 'inside', withoutEnlargement: true })
          .png()
          .toBuffer({ resolveWithObject: true });
    const hash = createHash('sha1').update(data).digest('hex');
    await store.save({ hash, png: data, width: info.width, height: info.height });
    return hash;
  }
}

async function whole(body: Readable): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Lets so many tasks run at a time. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
