/** The conversation of one user with one contact: who says what to whom. */

import { body, type Element, find, has, message } from '../stanza/index.ts';
import { delay } from '../xep/0203-delay.ts';
import { hint } from '../xep/0334-hints.ts';
import { retract } from '../xep/0424-retraction.ts';
import { Chat } from './chat.ts';
import type { LegacyContact } from './contact.ts';
import type { Conversation, Referred, Voice } from './conversation.ts';
import type { BaseSession } from './session.ts';

export class ContactChat extends Chat<Voice> implements Conversation {
  readonly #contact: LegacyContact;

  constructor(session: BaseSession, contact: LegacyContact) {
    super(session, contact.jid.local);
    this.#contact = contact;
  }

  /** Who wrote it is known by the direction in which it went. What it said is not kept. */
  async referred(legacyMsgId: string): Promise<Referred> {
    const { store } = this.session.xmpp;
    const sent = (by: 'user' | 'other') => store.messageIds.xmppIds(this.session.userId, this.local, legacyMsgId, by);
    if ((await sent('user')).length > 0) return { author: this.#contact.userAsAuthor() };
    return (await sent('other')).length > 0 ? { author: this.#contact.asAuthor() } : {};
  }

  protected emit(stanza: Element, voice: Voice): void {
    if (!this.session.isHeard()) return;
    const { xmpp, user } = this.session;
    const { id } = stanza.attrs;
    const carried = this.takeCarried(id);
    const pair = carried === undefined ? undefined : this.noted(id as string, carried);
    if (carried !== undefined && pair === undefined) return;
    if (voice !== 'user') return xmpp.send(stanza, pair);
    if (xmpp.privileges.sendAsUser(user.jid, stanza, pair)) return;
    const marked = this.#markedAsUsers(stanza);
    if (marked !== undefined) xmpp.send(marked, pair);
  }

  /** What the user wrote elsewhere, as a message of the contact: when the server does not let us do better. */
  #markedAsUsers(stanza: Element): Element | undefined {
    const text = find(stanza, body);
    if (text === undefined || has(stanza, retract)) return undefined;
    const late = find(stanza, delay);
    return message(
      { from: this.#contact.fullJid, to: this.session.user.jid.bare, id: this.newId(), type: 'chat' },
      body.build(`You wrote elsewhere: ${text}`),
      hint.build('store'),
      ...(late === undefined ? [] : [delay.build(late)]),
    );
  }
}
