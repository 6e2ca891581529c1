/** Who may speak to the gateway, and how much: every stanza passes here first, before anything is done with it. */

import { type Element, errorReply, type JID, presence, type StanzaError } from '../../stanza/index.ts';
import { NS as NS_MUC } from '../../xep/0045-muc.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { isAnswerable } from '../incoming/outcome.ts';
import { isAboutSubscription } from '../outgoing/presence.ts';
import { Allowance, type Counted } from './allowance.ts';

/** Ids of stanzas and threads are kept, and found again, by indices that take no more. */
export const MAX_ID_LENGTH = 600;

export class Guard {
  readonly allowance: Allowance;
  readonly #gateway: BaseGateway;

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
    this.allowance = new Allowance(gateway.config, gateway.clock);
  }

  /** Whether a stanza may pass. Its sender is told when it may not. */
  admits(stanza: Element, from: JID, to: JID): boolean {
    // Looking for services, we find ourselves.
    if (from.domain === this.#gateway.jid) return true;
    const refusal = this.#mayUse(from) ? this.#excess(stanza, from, to) : notAllowed();
    if (refusal === undefined) return true;
    this.#refuse(stanza, refusal, to);
    return false;
  }

  /** Servers and their services have no localpart: what they may do is asked where they do it. */
  #mayUse(from: JID): boolean {
    const gateway = this.#gateway;
    return (
      from.local === '' ||
      gateway.sessions.get(from.bare) !== undefined ||
      gateway.isAllowed(from) ||
      gateway.isAdmin(from)
    );
  }

  #excess(stanza: Element, { bare }: JID, to: JID): StanzaError | undefined {
    const { type, id = '' } = stanza.attrs;
    switch (stanza.name) {
      case 'message':
        // Errors are not answered, and do nothing on the network; but they are looked up.
        if (type === 'error') return this.allowance.refusal(bare, 'requests');
        if (id.length > MAX_ID_LENGTH) return tooLong('id');
        if ((stanza.getChildText('thread')?.length ?? 0) > MAX_ID_LENGTH) return tooLong('thread');
        return this.#counted(bare, 'messages', stanza);
      case 'iq':
        return type === 'get' || type === 'set' ? this.#counted(bare, 'requests', stanza) : undefined;
      default:
        // These ask the network for something.
        if (isAboutSubscription(type)) return this.allowance.refusal(bare, 'messages');
        if (type !== undefined) return undefined;
        if (isJoin(stanza)) return this.allowance.refusal(bare, 'joins');
        // The network hears of it. Contacts are told by every client that goes online, however many they are.
        return to.local === '' ? this.allowance.refusal(bare, 'messages') : undefined;
    }
  }

  #counted(person: string, what: Counted, stanza: Element): StanzaError | undefined {
    return this.allowance.refusal(person, what) ?? this.allowance.refusal(person, 'bytes', sizeOf(stanza));
  }

  #refuse(stanza: Element, reason: StanzaError, to: JID): void {
    const gateway = this.#gateway;
    const { from, type, id } = stanza.attrs;
    if (stanza.name === 'presence') {
      if (reason.condition === 'not-allowed') {
        // RFC 6121 §3.1.3, §4.3.2: to whom nothing is shown.
        if (type !== 'subscribe' && type !== 'probe') return;
        return gateway.send(presence({ from: to.bare, to: from, type: 'unsubscribed' }));
      }
      return gateway.send(presence({ from: stanza.attrs.to, to: from, id, type: 'error' }, reason.toElement()));
    }
    // Not stored first, as what else is said: a flood must not become one of the disk.
    if (isAnswerable(stanza)) gateway.sendTransient(errorReply(stanza, reason));
  }
}

function notAllowed(): StanzaError {
  return new XmppError('not-allowed', 'You may not use this gateway.');
}

function tooLong(what: string): StanzaError {
  return new XmppError('policy-violation', `The ${what} of a message may have ${MAX_ID_LENGTH} characters.`);
}

function isJoin(stanza: Element): boolean {
  return stanza.getChild('x', NS_MUC) !== undefined;
}

/** The characters of text and attributes: about what it takes on the wire, and exactly what others have to carry. */
function sizeOf(element: Element): number {
  let size = 0;
  for (const name in element.attrs) size += element.attrs[name]?.length ?? 0;
  for (const child of element.children) size += typeof child === 'string' ? child.length : sizeOf(child);
  return size;
}
