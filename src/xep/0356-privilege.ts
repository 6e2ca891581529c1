/**
 * Privileged entities: a component that may act for the users of a server.
 * XEP-0356 v0.4.1 <https://xmpp.org/extensions/xep-0356.html>
 */

import {
  attr,
  type Codec,
  element,
  type Field,
  MalformedError,
  many,
  optionalAttr,
  optionalChild,
} from '../stanza/codec.ts';
import { newId } from '../stanza/id.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { iq as iqStanza, NS as NS_STANZA, payloadOf } from '../stanza/stanza.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { boolean, oneOf } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Forwarded, forwarded } from './0297-forwarding.ts';

export const NS = 'urn:xmpp:privilege:2';
// COMPAT(ejabberd < 24.10, prosody-modules < 2022-05): roster, message and presence as in version 2, no iqs.
export const NS_V1 = 'urn:xmpp:privilege:1';

/** What requests in one namespace the component may make for a user. */
export interface IqNamespace {
  readonly ns: string;
  readonly type: 'none' | 'get' | 'set' | 'both';
}

/** One kind of privilege. */
export interface Perm {
  readonly access: string;
  /** `get`, `set`, `both` for rosters; `outgoing` for messages; `managed_entity` or `roster` for presence. */
  readonly type?: string;
  /** Whether roster pushes come to the component. */
  readonly push?: boolean;
  /** For `access: 'iq'`. */
  readonly namespaces: readonly IqNamespace[];
}

/** What the server tells the component after it connected, or the message that the component sends for a user. */
export interface Privilege {
  readonly perms: readonly Perm[];
  readonly forwarded?: Forwarded;
}
export const privilege: Codec<Privilege> = privilegeIn(NS);
export const privilegeV1: Codec<Privilege> = privilegeIn(NS_V1);

/** A request in the name of the user to whom the outer iq is addressed. */
export interface PrivilegedIq {
  readonly iq: Element;
}
const innerIq: Field<Element> = {
  optional: false,
  read(el, path) {
    const found = el.getChild('iq', NS_STANZA);
    if (found === undefined) throw new MalformedError('missing-child', `${path}/iq`, 'is missing');
    return found;
  },
  write(element, draft) {
    draft.children.push(element);
  },
};
export const privilegedIq: Codec<PrivilegedIq> = element(NS, 'privileged_iq', { iq: innerIq });

/** Servers do not look for features of components here: the configuration grants what is granted. */
export const features: readonly string[] = [];

/**
 * Asks in the name of a user of the server: every request function works with it.
 *
 *     await publishBookmark(onBehalfOf(component, 'juliet@capulet.lit'), { jid: room, autojoin: true, extensions: [] })
 *
 * @param iq the component. The server must have granted the namespace of each request.
 * @param user a bare JID.
 */
export function onBehalfOf(iq: IqSender, user: string): IqSender {
  return {
    async request({ type, to = user, payload, timeout, signal }) {
      const asked = iqStanza({ type, to, from: user, id: newId() }, payload);
      const outer = { type, to: user, payload: privilegedIq.build({ iq: asked }), timeout, signal };
      const { forwarded } = answered(privilege, await iq.request(outer));
      const answer = forwarded?.stanza;
      if (answer?.name !== 'iq') throw StanzaError.of('undefined-condition', 'the answer holds no iq');
      if (answer.attrs.type === 'error') throw StanzaError.fromStanza(answer);
      return payloadOf(answer);
    },
  };
}

/** A message to be sent in the name of a user: the payload of a message from the component to the user's server. */
export function privilegedMessage(message: Element, ns: typeof NS | typeof NS_V1 = NS): Element {
  return (ns === NS ? privilege : privilegeV1).build({ perms: [], forwarded: { stanza: message } });
}

function privilegeIn(ns: string): Codec<Privilege> {
  const perm = element<Perm>(ns, 'perm', {
    access: attr('access'),
    type: optionalAttr('type'),
    push: optionalAttr('push', boolean),
    namespaces: nestedNamespaces(ns),
  });
  return element<Privilege>(ns, 'privilege', { perms: many(perm), forwarded: optionalChild(forwarded) });
}

/**
 * COMPAT(prosody-modules 2023): one `<namespace/>` stands inside the one before it, so they are looked for at any depth.
 */
function nestedNamespaces(ns: string): Field<readonly IqNamespace[]> {
  const codec = element<IqNamespace>(ns, 'namespace', {
    ns: attr('ns'),
    type: attr('type', oneOf('none', 'get', 'set', 'both')),
  });
  const collect = (el: Element, path: string): IqNamespace[] =>
    el.getChildren('namespace', ns).flatMap((each) => {
      const value = codec.parse(each, `${path}/namespace`);
      return value === undefined ? [] : [value, ...collect(each, `${path}/namespace`)];
    });
  return { ...many(codec), read: collect };
}
