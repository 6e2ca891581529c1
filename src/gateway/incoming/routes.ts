/** Everything the gateway understands. A new XEP is a new file and a line here. */

import { adhocCommand } from './adhoc.ts';
import { archiveMetadata, archiveQuery } from './archive.ts';
import { bits } from './bits.ts';
import { chatStates } from './chat-states.ts';
import { correction } from './correction.ts';
import { discoInfo, discoItems } from './disco.ts';
import { file } from './file.ts';
import { gatewayChat } from './gateway-chat.ts';
import { gatewayPrompt } from './gateway-prompt.ts';
import { markers } from './markers.ts';
import { personalEvents } from './personal-events.ts';
import { ping } from './ping.ts';
import { contactPresence, gatewayPresence } from './presence.ts';
import { reaction } from './reaction.ts';
import { register } from './register.ts';
import { retraction } from './retraction.ts';
import { ignoredErrors, returned, returnedCarbon } from './returned.ts';
import { roomAdmin, roomModeration, roomModerationV0, roomOwner } from './room-admin.ts';
import { directInvitation, mediatedInvitation, privateMessage, roomErrors, roomSubject } from './room-messages.ts';
import { roomPresence } from './room-presence.ts';
import type { IqRoute, Route } from './route.ts';
import { search } from './search.ts';
import { sticker } from './sticker.ts';
import { text } from './text.ts';
import { userEvents } from './user-events.ts';
import { vcard4, vcardTemp } from './vcard.ts';
import { entityTime, softwareVersion } from './version.ts';

/**
 * Messages to a contact: the first that takes one handles it. Those that refer to another message come before those
 * with a text, which may be there for clients that do not know better.
 */
export const CHAT_ROUTES: readonly Route[] = [
  returned,
  directInvitation,
  retraction,
  reaction,
  correction,
  markers,
  sticker,
  file,
  text,
  chatStates,
];

/** What is said in a room. */
export const ROOM_ROUTES: readonly Route[] = [
  retraction,
  reaction,
  correction,
  markers,
  sticker,
  file,
  roomSubject,
  text,
  chatStates,
];

/** Other messages to a room, or to somebody in it. */
export const ROOM_SIDE_ROUTES: readonly Route[] = [roomErrors, mediatedInvitation, privateMessage];

/** Messages to the gateway itself. */
export const GATEWAY_MESSAGE_ROUTES: readonly Route[] = [returnedCarbon, ignoredErrors, userEvents, gatewayChat];

export const PRESENCE_ROUTES: readonly Route[] = [gatewayPresence, roomPresence, contactPresence];

export const IQ_ROUTES: readonly IqRoute[] = [
  ping,
  discoInfo,
  discoItems,
  register,
  adhocCommand,
  search,
  gatewayPrompt,
  personalEvents,
  vcardTemp,
  vcard4,
  bits,
  roomAdmin,
  roomOwner,
  roomModeration,
  roomModerationV0,
  archiveQuery,
  archiveMetadata,
  softwareVersion,
  entityTime,
];
