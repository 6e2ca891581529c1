/**
 * Stickers: a shared file that is shown as a picture without a frame, and packs of them.
 * XEP-0449 v0.2.0 <https://xmpp.org/extensions/xep-0449.html>
 */

import { type Codec, child, element, flag, leaf, many, optionalAttr } from '../stanza/codec.ts';
import { type LangText, langText } from '../stanza/lang-text.ts';
import { base64, jid } from '../stanza/value.ts';
import { type Hash, hash, hashOf } from './0300-hashes.ts';
import { type File, file } from './0446-file-metadata.ts';
import { type Sources, sources } from './0447-sfs.ts';

/** Also the node of the packs. */
export const NS = 'urn:xmpp:stickers:0';

/** In a message with one shared file, and as its body the emoji that the sticker stands for. */
export interface Sticker {
  /** The id of the pack that it is from. */
  readonly pack?: string;
  /** Where the pack is, when the sender has not published it. */
  readonly jid?: string;
  readonly node?: string;
}
export const sticker: Codec<Sticker> = element(NS, 'sticker', {
  pack: optionalAttr('pack'),
  jid: optionalAttr('jid', jid),
  node: optionalAttr('node'),
});

/** A sticker of a pack. */
export interface Item {
  /** With a hash, and as description without a language the emoji that it stands for. */
  readonly file: File;
  readonly sources: Sources;
  /** What to type to be offered it. */
  readonly suggests: readonly string[];
}
export const item: Codec<Item> = element(NS, 'item', {
  file: child(file),
  sources: child(sources),
  suggests: many(leaf(NS, 'suggest')),
});

export interface Pack {
  readonly names: readonly LangText[];
  readonly summaries: readonly LangText[];
  readonly items: readonly Item[];
  readonly hash: Hash;
  /** Nobody else may use it. */
  readonly restricted: boolean;
}
export const pack: Codec<Pack> = element(NS, 'pack', {
  names: many(langText(NS, 'name')),
  summaries: many(langText(NS, 'summary')),
  items: many(item),
  hash: child(hash),
  restricted: flag(NS, 'restricted'),
});

export const features: readonly string[] = [NS];

/** The hash of a pack. §4.3.2 */
export function packHash(of: Omit<Pack, 'hash'>, algo = 'sha-256'): Hash {
  const meta = [...of.names.map((each) => texts('name', each)), ...of.summaries.map((each) => texts('summary', each))];
  const items = of.items.map((each) => {
    const desc = each.file.descs.find((text) => text.lang === undefined)?.text ?? '';
    const hashes = each.file.hashes.map((one) => joined([one.algo, base64.format(one.value)], UNIT) + RECORD);
    return desc + RECORD + sorted(hashes).join('') + GROUP;
  });
  return hashOf(Buffer.from(sorted(meta).join('') + FILE + sorted(items).join('') + FILE), algo);
}

/** The id of a pack: that of the item it is published as. */
export function packId(of: Pick<Pack, 'hash'>): string {
  return base64.format(of.hash.value).slice(0, 24);
}

// The separators of ASCII, from the widest to the narrowest.
const FILE = '\x1c';
const GROUP = '\x1d';
const RECORD = '\x1e';
const UNIT = '\x1f';

function texts(name: string, { lang = '', text }: LangText): string {
  return joined([name, lang, text], UNIT) + RECORD;
}

function joined(parts: readonly string[], separator: string): string {
  return parts.map((part) => part + separator).join('');
}

/** In the order of their bytes. */
function sorted(parts: readonly string[]): string[] {
  return parts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
