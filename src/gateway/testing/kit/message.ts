/** What a message says, as the tests of a gateway think of it. */

import {
  bareOf,
  body,
  type Element,
  find,
  has,
  JID,
  StanzaError,
  show,
  status,
  subject,
  thread,
} from '../../../stanza/index.ts';
import { user as mucUser, subjectChange } from '../../../xep/0045-muc.ts';
import { x as oob } from '../../../xep/0066-oob.ts';
import { chatState } from '../../../xep/0085-chat-states.ts';
import * as receipts from '../../../xep/0184-receipts.ts';
import { delayOf } from '../../../xep/0203-delay.ts';
import { x as directInvite } from '../../../xep/0249-direct-invite.ts';
import { carbonOf } from '../../../xep/0280-carbons.ts';
import { replace } from '../../../xep/0308-correction.ts';
import * as markers from '../../../xep/0333-markers.ts';
import { stanzaIdBy } from '../../../xep/0359-stanza-ids.ts';
import { retractionOf } from '../../../xep/0424-retraction.ts';
import { realBody } from '../../../xep/0428-fallback.ts';
import { reactions } from '../../../xep/0444-reactions.ts';
import { fileSharing } from '../../../xep/0447-sfs.ts';
import { NS as NS_REPLY, reply } from '../../../xep/0461-replies.ts';

/** A message, sent or received. */
export interface Message {
  /** By which reactions, corrections, replies and the like refer to it; `''` when it has none. */
  readonly id: string;
  /** The full JID of whoever wrote it: in rooms `room/nickname`. */
  readonly from: string;
  /** The bare JID of the chat: the other person, or the room. */
  readonly chat: string;
  /** Whether it was said in a room. */
  readonly isGroup: boolean;
  /** What was written, without the quotation of what it answers; `undefined` when it has no text. */
  readonly body: string | undefined;
  readonly thread: string | undefined;
  /** The id of the message that it answers. */
  readonly replyTo: string | undefined;
  /** When it was written, if that was before it came. */
  readonly when: Date | undefined;
  /** All of it. */
  readonly stanza: Element;
}

/** What a message is for. */
export type MessageKind =
  | 'error'
  | 'retraction'
  | 'reaction'
  | 'correction'
  | 'receipt'
  | 'displayed'
  | 'acknowledged'
  | 'invitation'
  | 'file'
  | 'text'
  | 'subject'
  | 'chat state'
  | 'something else';

/** In the order in which clients look: a retraction has a text too, for those that do not know better. */
export function kindOf(stanza: Element): MessageKind {
  if (stanza.attrs.type === 'error') return 'error';
  if (retractionOf(stanza) !== undefined) return 'retraction';
  if (has(stanza, reactions)) return 'reaction';
  if (has(stanza, replace)) return 'correction';
  if (has(stanza, receipts.received)) return 'receipt';
  if (has(stanza, markers.displayed)) return 'displayed';
  if (has(stanza, markers.acknowledged)) return 'acknowledged';
  if (has(stanza, directInvite)) return 'invitation';
  if (fileUrlOf(stanza) !== undefined) return 'file';
  if (has(stanza, body)) return 'text';
  if (subjectChange(stanza) !== undefined) return 'subject';
  return has(stanza, chatState) ? 'chat state' : 'something else';
}

/** Where the file is that a message is about. */
export function fileUrlOf(stanza: Element): string | undefined {
  return find(stanza, oob)?.url ?? find(stanza, fileSharing)?.sources?.urls[0]?.target;
}

/** The message that a copy for another client of its sender holds. XEP-0280. */
export function copiedMessage(stanza: Element): Element | undefined {
  const copy = carbonOf(stanza, bareOf(stanza.attrs.to ?? ''));
  return copy?.direction === 'sent' ? copy.forwarded.stanza : undefined;
}

/**
 * Reads a message as a user of the kit does.
 * @param own the bare JID of the user whose conversation it is.
 */
export function readMessage(stanza: Element, own: string): Message {
  const { from = '', to = '', id = '', type } = stanza.attrs;
  const isGroup = type === 'groupchat';
  const chat = bareOf(bareOf(from) === own ? to : from);
  return {
    id: (isGroup ? stanzaIdBy(stanza, chat) : undefined) ?? id,
    from,
    chat,
    isGroup,
    body: realBody(stanza, NS_REPLY),
    thread: find(stanza, thread)?.id,
    replyTo: find(stanza, reply)?.id,
    when: delayOf(stanza)?.stamp,
    stanza,
  };
}

/** A stanza in a line of English, for people who look for what went wrong. */
export function describe(stanza: Element): string {
  const { from = 'the server', id } = stanza.attrs;
  const named = `${describeContent(stanza)} from ${from}`;
  return id === undefined || stanza.name === 'presence' ? named : `${named} (id ${id})`;
}

function describeContent(stanza: Element): string {
  if (stanza.name === 'presence') return describePresence(stanza);
  if (stanza.name === 'iq') {
    const [payload] = stanza.getChildElements();
    return `an iq of type ${stanza.attrs.type} with <${payload?.name ?? ''}/> of ${payload?.ns ?? 'nothing'}`;
  }
  const copy = copiedMessage(stanza);
  if (copy !== undefined) return `a copy of ${describeContent(copy)} to ${copy.attrs.to}, by another client`;
  const kind = kindOf(stanza);
  switch (kind) {
    case 'error':
      return `an error: ${describeError(StanzaError.fromStanza(stanza))}`;
    case 'retraction':
      return `a retraction of ${retractionOf(stanza)?.id}`;
    case 'reaction': {
      const { emojis = [], id } = find(stanza, reactions) ?? {};
      return `a reaction ${emojis.join(' ') || '(none)'} to ${id}`;
    }
    case 'correction':
      return `a correction of ${find(stanza, replace)?.id} to ${quoted(realBody(stanza, NS_REPLY))}`;
    case 'receipt':
      return `a receipt for ${find(stanza, receipts.received)?.id}`;
    case 'displayed':
      return `the marker "displayed" for ${find(stanza, markers.displayed)?.id}`;
    case 'acknowledged':
      return `the marker "acknowledged" for ${find(stanza, markers.acknowledged)?.id}`;
    case 'invitation':
      return `an invitation to ${find(stanza, directInvite)?.jid}`;
    case 'file':
      return `a file at ${fileUrlOf(stanza)}`;
    case 'text': {
      const answered = find(stanza, reply);
      const text = `a text ${quoted(realBody(stanza, NS_REPLY))}`;
      return answered === undefined ? text : `${text} in reply to ${answered.id}`;
    }
    case 'subject':
      return `the subject ${quoted(find(stanza, subject))}`;
    case 'chat state':
      return `the chat state "${find(stanza, chatState)}"`;
    case 'something else': {
      const names = stanza.getChildElements().map((child) => `<${child.name}/> of ${child.ns}`);
      return `a message with ${names.join(' and ') || 'nothing in it'}`;
    }
  }
}

function describeError({ condition, text }: StanzaError): string {
  return text === '' ? condition : `${condition}, ${quoted(text)}`;
}

function describePresence(stanza: Element): string {
  const state = stanza.attrs.type ?? find(stanza, show) ?? 'available';
  const words = find(stanza, status);
  const inRoom = find(stanza, mucUser)?.items[0];
  const about = inRoom === undefined ? '' : `, as ${inRoom.affiliation} and ${inRoom.role}`;
  return `the presence "${state}"${words === undefined ? '' : ` (${words})`}${about}`;
}

export function quoted(text: string | undefined): string {
  if (text === undefined) return 'without words';
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/** The nickname in the address of an occupant. */
export function nicknameOf(jid: string): string {
  return JID.tryParse(jid)?.resource ?? '';
}
