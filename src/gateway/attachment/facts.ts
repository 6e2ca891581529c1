/** What can be found out about a file: its hash, and for pictures size and thumbnail. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FileFacts } from '../outgoing/file.ts';
import { openImage } from './images.ts';
import type { LocalFile } from './source.ts';

/** Thumbhashes are made of pictures of at most this many pixels a side. */
const THUMB_SIZE = 100;

export async function factsOf({ path, name, type, size }: LocalFile): Promise<FileFacts> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const facts = { name, type, size, sha256: hash.digest('base64') };
  return type.startsWith('image/') ? { ...facts, ...(await pictureFacts(path)) } : facts;
}

async function pictureFacts(path: string): Promise<Pick<FileFacts, 'width' | 'height' | 'thumbhash'>> {
  const [picture, { rgbaToThumbHash }] = await Promise.all([openImage(path), import('thumbhash')]);
  try {
    const { width, height, orientation = 1 } = await picture.metadata();
    const { data, info } = await picture
      .rotate()
      .resize(THUMB_SIZE, THUMB_SIZE, { fit: 'inside', withoutEnlargement: true })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const thumbhash = Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
    // Orientations from 5 on are lying on their side.
    return orientation < 5 ? { width, height, thumbhash } : { width: height, height: width, thumbhash };
  } catch {
    // Not a picture after all, or one of a kind that sharp does not know: it is still a file.
    return {};
  }
}
