/** A picture to be sent. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { withFolder } from '../../support/folder.ts';

/** Makes the file of a picture, and removes it afterwards. */
export async function withPicture(use: (path: string, bytes: number) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, 'picture.png');
    const image = sharp({ create: { width: 64, height: 48, channels: 3, background: '#c04060' } });
    const png = await image.png().toBuffer();
    writeFileSync(path, png);
    await use(path, png.length);
  });
}
