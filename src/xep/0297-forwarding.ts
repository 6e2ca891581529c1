/**
 * Stanza forwarding: a stanza inside another.
 * XEP-0297 v1.0 <https://xmpp.org/extensions/xep-0297.html>
 */

import { type Codec, element, type Field, MalformedError, optionalChild } from '../stanza/codec.ts';
import { NS as NS_STANZA } from '../stanza/stanza.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Delay, delay } from './0203-delay.ts';

export const NS = 'urn:xmpp:forward:0';

/** To be trusted only as part of another protocol that says why: carbons, archives, privileges. */
export interface Forwarded {
  /** When the forwarder got the stanza. */
  readonly delay?: Delay;
  readonly stanza: Element;
}

const stanza: Field<Element> = {
  optional: false,
  read(el, path) {
    const found = el.getChildElements().find((child) => child.ns === NS_STANZA);
    if (found === undefined) throw new MalformedError('missing-child', path, 'holds no stanza');
    return found;
  },
  write(element, draft) {
    draft.children.push(element);
  },
};

export const forwarded: Codec<Forwarded> = element(NS, 'forwarded', { delay: optionalChild(delay), stanza });

/** For entities to which people may forward messages; carbons, archives and privileges do not need it. */
export const features: readonly string[] = [NS];
