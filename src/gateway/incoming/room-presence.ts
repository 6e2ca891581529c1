/** The user's clients come into rooms, and leave them. XEP-0045 §7. */

import { Element, find, has, StanzaError } from '../../stanza/index.ts';
import { type Join, join, NS, STATUS } from '../../xep/0045-muc.ts';
import { x as photo } from '../../xep/0153-vcard-avatars.ts';
import { joinRoom } from '../muc/join.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { type Incoming, knownRoom, type Route, roomAt } from './route.ts';

const SHA1 = /^[0-9a-f]{40}$/;

export const roomPresence: Route = {
  takes: (stanza, incoming) => has(stanza, join) || knownRoom(incoming) !== undefined,
  async handle(incoming) {
    const { gateway, stanza, from, to } = incoming;
    const { type } = stanza.attrs;
    if (type === undefined && has(stanza, join)) {
      return enter(incoming).catch((error) => gateway.send(refusal(stanza, gateway.asStanzaError(error), to.bare)));
    }
    const room = knownRoom(incoming);
    if (room === undefined) return;
    if (type === 'unavailable') {
      // §7.14: who leaves is told so.
      if (room.clients.remove(from)) room.clients.tellGone(from.full);
    } else if (type === 'error') {
      if (isGone(incoming)) room.clients.remove(from);
    } else if (type === undefined) {
      if (!room.clients.has(from)) {
        // §7.2.1: presence without the wish to join, from a client that thinks it is in the room.
        room.clients.tellGone(from.full, STATUS.kicked, STATUS.error);
      } else if (to.resource !== room.userParticipant.resource) {
        await changeNick(room, to.resource).catch((error) =>
          gateway.send(refusal(stanza, gateway.asStanzaError(error), to.bare)),
        );
      }
    }
  },
};

/** §7.6. */
async function changeNick(room: LegacyMUC, nickname: string): Promise<void> {
  if (room.onSetNick === undefined) {
    throw new StanzaError('cancel', 'not-acceptable', 'The network decides what you are called here.');
  }
  await room.onSetNick(nickname);
}

/** Whether a client returned a stanza of a room because it is not there any more. */
export function isGone({ gateway, stanza }: Incoming): boolean {
  return gateway.kickableErrors.includes(StanzaError.fromStanza(stanza).condition);
}

async function enter(incoming: Incoming): Promise<void> {
  const { gateway, stanza, from, to } = incoming;
  const session = gateway.getSessionFromStanza(stanza);
  if (to.resource === '' || from.resource === '') {
    throw StanzaError.of('jid-malformed', 'Who joins a room needs a nickname, and a client.');
  }
  await session.waitForReady();
  const room = await roomAt(session, to);
  const { history } = find(stanza, join) as Join;
  // What the client says of the user's picture, or what the account has said.
  const said = find(stanza, photo)?.photo ?? '';
  const avatarHash = SHA1.test(said) ? said : await gateway.store.users.avatarHash(session.userId);
  await joinRoom(room, { jid: from, nick: to.resource, id: stanza.attrs.id, history, avatarHash });
}

/** §7.2: the presence comes back, with the reason. */
function refusal(stanza: Element, error: StanzaError, room: string): Element {
  const { from, to, id } = stanza.attrs;
  const reason = new StanzaError(error.type, error.condition, error.text, { by: room });
  const attrs = { type: 'error', from: to, to: from, id };
  return new Element('presence', stanza.ns, attrs, [new Element('x', NS), reason.toElement()]);
}
