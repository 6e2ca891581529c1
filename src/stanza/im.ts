/**
 * Messages and presences as wholes, with text in several languages. RFC 6121 §4.7 and §5.2.
 *
 * Where one payload is all that matters, `find(stanza, codec)` is shorter.
 */

import { type Codec, element, type Field, many, optionalAttr, optionalChild, rest } from './codec.ts';
import { type LangText, langText } from './lang-text.ts';
import {
  lang,
  type MessageType,
  messageType,
  NS,
  type PresenceType,
  priority,
  type Show,
  show,
  type Thread,
  thread,
} from './stanza.ts';
import { oneOf } from './value.ts';
import { constant } from './xml/constant.ts';
import type { Element } from './xml/element.ts';

/** A whole message as a value. */
export interface Message {
  readonly to?: string;
  readonly from?: string;
  readonly id?: string;
  readonly type: MessageType;
  /** The language of all text that does not say its own. */
  readonly lang?: string;
  /** The same subject in several languages; read it with `pick`. */
  readonly subjects: readonly LangText[];
  /** The same text in several languages; read it with `pick`. */
  readonly bodies: readonly LangText[];
  readonly thread?: Thread;
  /** All the rest, for the codecs of the XEPs. */
  readonly payloads: readonly Element[];
}

const TYPE = constant(" type='");
/** §5.2.2: what is not known counts as `normal`, which need not be said. */
const type: Field<MessageType> = {
  optional: false,
  read: messageType,
  write(value, draft) {
    if (value !== 'normal') draft.attrs.type = value;
  },
  writeAttribute(value, out) {
    if (value !== 'normal') out.attribute(TYPE, value);
  },
};
/** Reads and builds whole messages. */
export const message: Codec<Message> = element(NS, 'message', {
  to: optionalAttr('to'),
  from: optionalAttr('from'),
  id: optionalAttr('id'),
  type,
  lang,
  subjects: many(langText(NS, 'subject')),
  bodies: many(langText(NS, 'body')),
  thread: optionalChild(thread),
  payloads: rest(),
});

/** A whole presence as a value. */
export interface Presence {
  readonly to?: string;
  readonly from?: string;
  readonly id?: string;
  /** Absent when the sender is available. */
  readonly type?: PresenceType;
  /** The language of all text that does not say its own. */
  readonly lang?: string;
  /** Absent when the sender is simply there. */
  readonly show?: Show;
  /** The same words in several languages; read them with `pick`. */
  readonly statuses: readonly LangText[];
  /** Default 0; below that, nothing sent to the bare JID comes here. */
  readonly priority?: number;
  /** All the rest, for the codecs of the XEPs. */
  readonly payloads: readonly Element[];
}
/** Reads and builds whole presences. */
export const presence: Codec<Presence> = element(NS, 'presence', {
  to: optionalAttr('to'),
  from: optionalAttr('from'),
  id: optionalAttr('id'),
  type: optionalAttr(
    'type',
    oneOf('error', 'probe', 'subscribe', 'subscribed', 'unavailable', 'unsubscribe', 'unsubscribed'),
  ),
  lang,
  show: optionalChild(show),
  statuses: many(langText(NS, 'status')),
  priority: optionalChild(priority),
  payloads: rest(),
});
