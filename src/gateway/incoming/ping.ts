/** Pings, also those by which clients find out whether they are in a room. XEP-0199, XEP-0410. */

import { StanzaError } from '../../stanza/index.ts';
import { ping as codec } from '../../xep/0199-ping.ts';
import { expectType, type IqRoute, knownRoom, notJoined } from './route.ts';

export const ping: IqRoute = {
  kind: codec,
  handle(incoming) {
    expectType(incoming, 'get');
    const { from, to } = incoming;
    const room = knownRoom(incoming);
    if (room === undefined) return undefined;
    if (!room.clients.has(from)) {
      throw notJoined(room);
    }
    // §3.1: another name than one's own is somebody else, or nobody.
    if (to.resource !== '' && room.occupants.byResource(to.resource) === undefined) {
      throw StanzaError.of('item-not-found', 'There is nobody of that name in this room.');
    }
    return undefined;
  },
};
