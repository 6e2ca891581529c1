/**
 * vCard-based avatars: presence says which picture is in the vCard.
 * XEP-0153 v1.1.1 <https://xmpp.org/extensions/xep-0153.html>
 */

import { createHash } from 'node:crypto';
import { type Codec, element, leaf, mapped, optionalChild } from '../stanza/codec.ts';

export const NS = 'vcard-temp:x:update';

/** In every presence, also in rooms. */
export interface Update {
  /**
   * The SHA-1 hash of the picture in hexadecimal, lower case; `''` when there is no picture; left out when the sender
   * does not know yet.
   */
  readonly photo?: string;
}
export const x: Codec<Update> = element(NS, 'x', {
  photo: optionalChild(
    mapped(
      leaf(NS, 'photo'),
      (hash) => hash.trim().toLowerCase(),
      (hash) => hash,
    ),
  ),
});

export const features: readonly string[] = [];

/** The hash of a picture, for `Update.photo`. */
export function photoHash(image: Uint8Array): string {
  return createHash('sha1').update(image).digest('hex');
}
