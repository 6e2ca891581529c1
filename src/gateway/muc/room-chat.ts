/** What is said in a room: in order, kept in its archive, and sent to the user's clients that are there. */

import { bareOf, Element, find, JID } from '../../stanza/index.ts';
import { NS_USER } from '../../xep/0045-muc.ts';
import { delay } from '../../xep/0203-delay.ts';
import { hint } from '../../xep/0334-hints.ts';
import { NS as NS_SID, stanzaId } from '../../xep/0359-stanza-ids.ts';
import { NS as NS_OCCUPANT, occupantId } from '../../xep/0421-occupant-id.ts';
import { realBody } from '../../xep/0428-fallback.ts';
import { NS as NS_REPLY } from '../../xep/0461-replies.ts';
import { type Carried, Chat } from '../chat.ts';
import type { Referred, Voice } from '../conversation.ts';
import { reactionMessage } from '../outgoing/notices.ts';
import { moderationMessage } from '../outgoing/retraction.ts';
import { standingOf } from '../outgoing/room.ts';
import type { Pair } from '../store/turn.ts';
import { eventKeyOf } from './archive.ts';
import type { LegacyParticipant } from './participant.ts';
import type { LegacyMUC } from './room.ts';

/** Who says something, and whether only to the archive. */
interface Utterance {
  readonly speaker: LegacyParticipant;
  readonly voice: Voice;
  /** What a client of the user has said: what the room calls it, and the network. */
  readonly reflects?: { readonly stanzaId: string; readonly legacyId: string | undefined };
}

/**
 * Ids in rooms: the room gives every message an id of its own (XEP-0359), made from the network's. What the user's
 * clients send has also the id of the client, which only corrections name.
 */
export class RoomChat extends Chat<Utterance> {
  readonly #room: LegacyMUC;

  constructor(room: LegacyMUC) {
    super(room.session, room.jid.local);
    this.#room = room;
  }

  override knownLegacyIdOf(xmppId: string): Promise<string | undefined> {
    return super.knownLegacyIdOf(xmppId);
  }

  override stanzaIdsOf(legacyMsgId: string): Promise<readonly string[]> {
    return this.session.xmpp.store.messageIds.xmppIds(this.session.userId, this.local, legacyMsgId, 'other');
  }

  override async messageIdOf(legacyMsgId: string): Promise<string> {
    const { messageIds } = this.session.xmpp.store;
    const [ofClient] = await messageIds.xmppIds(this.session.userId, this.local, legacyMsgId, 'user');
    return ofClient ?? this.stanzaIdOf(legacyMsgId);
  }

  async referred(legacyMsgId: string): Promise<Referred> {
    const stanza = await this.#room.archive.find(await this.stanzaIdOf(legacyMsgId));
    const jid = stanza && JID.tryParse(stanza.attrs.from);
    if (stanza === undefined || jid === undefined) return {};
    return { author: { jid: jid.full, name: jid.resource }, body: realBody(stanza, NS_REPLY) };
  }

  /** Of messages that the user wrote nobody is told that the user has read them. */
  override async takeUnread(xmppId: string): Promise<{ xmppId: string; legacyId: string }[]> {
    const { messageIds } = this.session.xmpp.store;
    const unread = await super.takeUnread(xmppId);
    const own = await Promise.all(
      unread.map(({ legacyId }) => messageIds.xmppIds(this.session.userId, this.local, legacyId, 'user')),
    );
    return unread.filter((_, i) => own[i]?.length === 0);
  }

  /**
   * Sends what one of the user's clients said to all of them: that is how it knows that it was said.
   * @param legacyId what it became on the network, if it became a message there.
   */
  reflect(stanza: Element, legacyId: string | undefined): void {
    const { userParticipant: speaker } = this.#room;
    const id = legacyId === undefined ? this.newId() : this.session.legacyMsgIdToXmppMsgId(legacyId);
    this.send(this.#echoOf(stanza), { speaker, voice: 'actor', reflects: { stanzaId: id, legacyId } });
  }

  /** The same for one client only, which has sent it again: it has not heard that it was said. */
  reflectAgain(stanza: Element, legacyId: string, to: JID): void {
    const { jid, userParticipant: speaker, clients } = this.#room;
    const { ns, attrs, children } = this.#echoOf(stanza);
    const ids = [
      occupantId.build({ id: speaker.facts.occupantId }),
      stanzaId.build({ id: this.session.legacyMsgIdToXmppMsgId(legacyId), by: jid.bare }),
    ];
    clients.sendTo(to.full, new Element('message', ns, attrs, [...children, ...ids]));
  }

  /** The user's reaction on another part of a message. */
  react(emojis: readonly string[], stanzaIdOfPart: string): void {
    const { userParticipant: speaker } = this.#room;
    const envelope = { from: speaker.jid, type: 'groupchat' } as const;
    this.send(reactionMessage(envelope, emojis, stanzaIdOfPart, this.newId()), { speaker, voice: 'actor' });
  }

  /** A moderator has taken back a message. */
  moderate(moderator: LegacyParticipant, legacyMsgId: string, reason: string | undefined): void {
    const { muc } = moderator;
    const speaker = muc.systemParticipant;
    const retraction = (id: string) => moderationMessage(muc.jid.bare, moderator.facts, id, this.newId(), reason);
    this.sendLater(
      async () => {
        const [first, ...more] = await this.stanzaIdsOf(legacyMsgId);
        // A message that took several stanzas goes as a whole.
        for (const id of more) this.send(retraction(id), { speaker, voice: 'actor' });
        return retraction(first ?? (await this.stanzaIdOf(legacyMsgId)));
      },
      { speaker, voice: 'actor' },
    );
  }

  /** What a client has said, as the room says it: from the user's place, and without what only the room may say. */
  #echoOf({ ns, attrs: { to: _, ...attrs }, children }: Element): Element {
    const { jid, userParticipant } = this.#room;
    const said = children.filter((child) => typeof child === 'string' || !isOfTheRoom(child, jid.bare));
    return new Element('message', ns, { ...attrs, from: userParticipant.jid }, said);
  }

  protected emit(said: Element, { speaker, voice, reflects }: Utterance): void {
    if (!this.session.isHeard()) return;
    const id = reflects?.stanzaId ?? said.attrs.id ?? this.newId();
    const stanza =
      said.attrs.id === undefined ? new Element('message', said.ns, { ...said.attrs, id }, said.children) : said;
    const room = this.#room;
    const carried = reflects === undefined ? this.takeCarried(id) : undefined;
    // To the archive, a part is a message of its own.
    const legacyId = reflects?.legacyId ?? (carried?.isPart ? undefined : carried?.legacyId);
    const pair = this.#pairFor(id, carried, reflects?.legacyId);
    if (carried !== undefined && pair === undefined) return;
    const { facts } = speaker;
    const late = find(stanza, delay);
    const children = [...stanza.children, occupantId.build({ id: facts.occupantId })];
    const kept = room.isAnonymous || speaker.isSystem ? children : [...children, standingOf(facts)];
    room.archive.add({
      stanza: new Element('message', stanza.ns, stanza.attrs, kept),
      archiveId: id,
      eventKey: eventKeyOf({ stanza, archiveId: id, legacyId, occupantId: facts.occupantId }),
      at: late?.stamp ?? new Date(this.session.xmpp.clock.now()),
      isBackfilled: voice === 'archive',
      nick: speaker.isSystem ? '' : speaker.resource,
      ...(legacyId !== undefined && { legacyId }),
      ...(facts.realJid !== undefined && { author: bareOf(facts.realJid) }),
    });
    if (voice === 'archive') return;
    room.shown.announce(speaker);
    const live = this.delay(late?.stamp) === undefined ? children.filter((child) => !isDelay(child)) : children;
    const ids = find(stanza, hint) === 'no-store' ? [] : [stanzaId.build({ id, by: room.jid.bare })];
    room.clients.broadcast(new Element('message', stanza.ns, stanza.attrs, [...live, ...ids]), undefined, pair);
  }

  /** A client waits for the echo of what it has said, whether or not the network was faster. */
  #pairFor(id: string, carried: Carried | undefined, reflected: string | undefined): Pair | undefined {
    if (carried !== undefined) return this.noted(id, carried);
    if (reflected === undefined) return undefined;
    return this.noted(id, { legacyId: reflected, voice: 'actor', isPart: true });
  }
}

/** What only the room may say: a client that says so is not believed. */
function isOfTheRoom(child: Element, room: string): boolean {
  if (child.is('stanza-id', NS_SID)) return child.attrs.by === room;
  return child.is('occupant-id', NS_OCCUPANT) || child.is('x', NS_USER);
}

function isDelay(child: Element | string): boolean {
  return typeof child !== 'string' && delay.ns === child.ns;
}
