/** Images from anywhere, to be looked at and made smaller. */

import type { Sharp } from 'sharp';

/** Pixels that an image may have to be looked at: more is an attack on our memory. */
const MAX_PIXELS = 64_000_000;

/** Opens an image: bytes, or the path of a file. What is wrong with it is found out when it is used. */
export async function openImage(source: Uint8Array | string): Promise<Sharp> {
  // Loaded when the first image comes: it is large, and many gateways never need it.
  const { default: sharp } = await import('sharp');
  return sharp(source, { limitInputPixels: MAX_PIXELS });
}
