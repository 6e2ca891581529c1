/**
 * Chat notification settings: which messages of a chat are worth a noise.
 * XEP-0492 v0.2.0 <https://xmpp.org/extensions/xep-0492.html>
 */

import { type Codec, element, inside, many, optionalAttr, rest } from '../stanza/codec.ts';
import type { Element } from '../stanza/xml/element.ts';

export const NS = 'urn:xmpp:notification-settings:1';

const LEVELS = ['always', 'on-mention', 'never'] as const;
/** Of what a client notifies. */
export type Level = (typeof LEVELS)[number];

/** A level, for all clients or for those with a certain identity. */
export interface Setting {
  readonly level: Level;
  /** Of a disco identity. */
  readonly category?: string;
  /** Only with a category. */
  readonly type?: string;
  /** Finer settings: an edit must not lose them. */
  readonly advanced: readonly Element[];
}
const byLevel = new Map(
  LEVELS.map((level) => [
    level,
    element<Omit<Setting, 'level'>>(NS, level, {
      category: optionalAttr('identity-category'),
      type: optionalAttr('identity-type'),
      advanced: inside(NS, 'advanced', rest()),
    }),
  ]),
);
export const setting: Codec<Setting> = {
  ns: NS,
  names: LEVELS,
  parse(el, path) {
    const level = LEVELS.find((name) => name === el.name);
    const value = level === undefined ? undefined : byLevel.get(level)?.parse(el, path);
    return level === undefined || value === undefined ? undefined : { level, ...value };
  },
  build({ level, ...value }) {
    return (byLevel.get(level) as Codec<Omit<Setting, 'level'>>).build(value);
  },
};

/** Stands among the `extensions` of a bookmark (XEP-0402). */
export interface Notify {
  readonly settings: readonly Setting[];
}
export const notify: Codec<Notify> = element(NS, 'notify', { settings: many(setting) });

export const features: readonly string[] = [NS];

/** The level for a client with this identity: the setting that fits best counts. */
export function levelFor(
  { settings }: Notify,
  identity: { readonly category: string; readonly type: string },
): Level | undefined {
  const { category, type } = identity;
  const found =
    settings.find((each) => each.category === category && each.type === type) ??
    settings.find((each) => each.category === category && each.type === undefined) ??
    settings.find((each) => each.category === undefined);
  return found?.level;
}
