/**
 * Entity capabilities: presence tells what a client can do, as a hash of what disco would answer.
 * XEP-0115 v1.6.0 <https://xmpp.org/extensions/xep-0115.html>
 */

import { attr, type Codec, element, optionalAttr } from '../stanza/codec.ts';
import { base64 } from '../stanza/value.ts';
import { type Form, fieldValues } from './0004-data-forms.ts';
import type { Identity, Info } from './0030-disco.ts';
import { hashOf, isHashOf } from './0300-hashes.ts';

export const NS = 'http://jabber.org/protocol/caps';

/** To be believed only when `isGenuine` says so about what disco answered. */
export interface Caps {
  /** Names the software; not to be compared. */
  readonly node: string;
  readonly ver: string;
  /** The hash algorithm by its name in XEP-0300. COMPAT(XEP-0115 before 1.4): absent when `ver` is a version number. */
  readonly hash?: string;
  // COMPAT(XEP-0115 before 1.4): the names of bundles of features.
  readonly ext?: string;
}
export const c: Codec<Caps> = element(NS, 'c', {
  hash: optionalAttr('hash'),
  node: attr('node'),
  ver: attr('ver'),
  ext: optionalAttr('ext'),
});

export const features: readonly string[] = [NS];

/** The caps of software called `node`, a URL, that answers disco with `info`. */
export function capsOf(node: string, info: Info): Caps {
  return { hash: 'sha-1', node, ver: verification(info) };
}

/** The disco node to ask for what these caps stand for. The answer mirrors it. */
export function discoNode(caps: Caps): string {
  return `${caps.node}#${caps.ver}`;
}

/** The verification string of §5.1. @throws RangeError for a hash that XEP-0300 does not name. */
export function verification(info: Info, hash = 'sha-1'): string {
  return base64.format(hashOf(hashed(info), hash).value);
}

/**
 * Whether `info` is what the caps stand for, so that it may be kept for all who have the same caps. §5.4.
 * What is not may still be true, but only of the one who was asked.
 */
export function isGenuine({ hash, ver }: Caps, info: Info): boolean {
  const value = base64.parse(ver);
  if (hash === undefined || value === undefined || !isWellFormed(info)) return false;
  return isHashOf({ algo: hash, value }, hashed(info)) === true;
}

function hashed(info: Info): Uint8Array {
  const identities = info.identities.map(shown).sort(byOctets);
  const forms = info.forms.flatMap((form) => {
    const type = hiddenType(form);
    return type === undefined ? [] : [{ type, form }];
  });
  const parts = [
    ...identities,
    ...info.features.toSorted(byOctets),
    ...forms.sort((a, b) => byOctets(a.type, b.type)).flatMap(({ type, form }) => [type, ...fieldsOf(form)]),
  ];
  return Buffer.from(parts.map((part) => `${part}<`).join(''));
}

function shown({ category, type, lang = '', name = '' }: Identity): string {
  return `${category}/${type}/${lang}/${name}`;
}

function fieldsOf(form: Form): string[] {
  return form.fields
    .filter((field) => field.var !== 'FORM_TYPE')
    .toSorted((a, b) => byOctets(a.var ?? '', b.var ?? ''))
    .flatMap((field) => [field.var ?? '', ...field.values.toSorted(byOctets)]);
}

/** Forms whose FORM_TYPE is missing, or is not hidden, do not count. */
function hiddenType(form: Form): string | undefined {
  const field = form.fields.find((each) => each.var === 'FORM_TYPE');
  return field?.type === 'hidden' ? field.values[0] : undefined;
}

function isWellFormed(info: Info): boolean {
  const types = info.forms.map(hiddenType).filter((type) => type !== undefined);
  return (
    areDifferent(info.identities.map(shown)) &&
    areDifferent(info.features) &&
    areDifferent(types) &&
    info.forms.every((form) => new Set(fieldValues(form, 'FORM_TYPE')).size <= 1) &&
    !isAmbiguous(info)
  );
}

/**
 * Whether something in it could be taken for two things: the string that is hashed does not escape its separators, so
 * that one name could hold a list of features.
 */
function isAmbiguous(info: Info): boolean {
  const forms = info.forms.filter((form) => hiddenType(form) !== undefined);
  const fields = forms.flatMap((form) => form.fields);
  return (
    info.identities.some(({ category, type, lang = '' }) => /\//.test(category + type + lang)) ||
    [
      ...info.identities.map(shown),
      ...info.features,
      ...fields.flatMap((field) => [field.var ?? '', ...field.values]),
    ].some((part) => part.includes('<'))
  );
}

function areDifferent(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** The order of the UTF-8 bytes, which is not that of UTF-16 code units. */
function byOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
