/** Messages, presences and iqs: what they have in common, building them, answering them. RFC 6120 §8, RFC 6121. */

import { type Codec, element, type Field, leaf, optionalAttr, text } from './codec.ts';
import { NS_CLIENT, type StanzaError } from './stanza-error.ts';
import { integer, oneOf, type Value } from './value.ts';
import { write } from './write.ts';
import { constant } from './xml/constant.ts';
import { Element, type Node } from './xml/element.ts';
import { SerializeError, serialize, written } from './xml/serialize.ts';
import { writtenTag, type XmlWriter } from './xml/writer.ts';

/** The namespace of all stanzas in memory, whatever kind of stream they travel on. */
export const NS = NS_CLIENT;

/** The three kinds of stanza. RFC 6120 §8. */
export type StanzaKind = 'message' | 'presence' | 'iq';
/** What a message may be. RFC 6121 §5.2.2. */
export type MessageType = 'chat' | 'error' | 'groupchat' | 'headline' | 'normal';
/** What a presence may say besides that somebody is there. RFC 6121 §4.7.1. */
export type PresenceType =
  | 'error'
  | 'probe'
  | 'subscribe'
  | 'subscribed'
  | 'unavailable'
  | 'unsubscribe'
  | 'unsubscribed';
/** A question, or an answer to one. RFC 6120 §8.2.3. */
export type IqType = 'get' | 'set' | 'result' | 'error';

/** The attributes of a stanza. A component must give both `from` and `to` (XEP-0114); a client may omit them. */
export interface Header<Type extends string = string> {
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly id?: string | undefined;
  readonly type?: Type | undefined;
  /** The language of human-readable text in the stanza, as a BCP 47 tag. */
  readonly lang?: string | undefined;
}

/** A `<message/>` with the given payloads. */
export function message(header: Header<MessageType>, ...payloads: readonly Node[]): Element {
  return stanza('message', header, payloads);
}

/** A `<presence/>`; without a type it says that the sender is available. */
export function presence(header: Header<PresenceType>, ...payloads: readonly Node[]): Element {
  return stanza('presence', header, payloads);
}

/** An `<iq/>`. Send requests through an `IqSender`, which makes the id and waits for the answer. */
export function iq(header: Header<IqType>, payload?: Element): Element {
  return stanza('iq', header, payload === undefined ? [] : [payload]);
}

/** A payload as its value. */
export interface Payload {
  readonly codec: Codec<unknown>;
  readonly value: unknown;
}

/** A payload, as its codec and its value. */
export function payload<T>(codec: Codec<T>, value: T): Payload {
  return { codec: codec as Codec<unknown>, value };
}

/**
 * The XML of a stanza for a stream, to be sent with `sendRaw`: what sending the same as an element writes, but without
 * making elements.
 * @throws SerializeError for what XML cannot carry.
 */
export function stanzaXml(kind: StanzaKind, header: Header, ...payloads: readonly (Payload | Element)[]): string {
  return written(
    NS,
    (out) => writeParts(out, kind, header, payloads),
    () => built(kind, header, payloads),
  );
}

/**
 * Appends the XML of a stanza: all of it or, when it throws, nothing.
 * @throws SerializeError for what XML cannot carry.
 */
export function writeStanza(
  out: XmlWriter,
  kind: StanzaKind,
  header: Header,
  ...payloads: readonly (Payload | Element)[]
): void {
  const { length } = out;
  out.begin(NS);
  try {
    writeParts(out, kind, header, payloads);
  } catch (error) {
    out.truncate(length);
    if (error instanceof SerializeError) serialize(built(kind, header, payloads), NS);
    throw error;
  }
}

function writeParts(
  out: XmlWriter,
  kind: StanzaKind,
  { to, from, id, type, lang }: Header,
  payloads: readonly (Payload | Element)[],
): void {
  const tag = TAGS[kind];
  const outside = out.start(tag);
  if (to !== undefined) out.attribute(TO, to);
  if (from !== undefined) out.attribute(FROM, from);
  if (id !== undefined) out.attribute(ID, id);
  if (type !== undefined) out.attribute(TYPE, type);
  if (lang !== undefined) out.attribute(LANG, lang);
  for (let i = 0; i < payloads.length; i++) {
    const each = payloads[i] as Payload | Element;
    if (each instanceof Element) out.element(each);
    else write(each.codec, each.value, out);
  }
  out.end(tag, outside);
}

/** The same as an element. */
function built(kind: StanzaKind, header: Header, payloads: readonly (Payload | Element)[]): Element {
  return stanza(
    kind,
    header,
    payloads.map((each) => (each instanceof Element ? each : each.codec.build(each.value))),
  );
}

const TO = constant(" to='");
const FROM = constant(" from='");
const ID = constant(" id='");
const TYPE = constant(" type='");
const LANG = constant(" xml:lang='");

const TAGS = {
  message: writtenTag(NS, 'message'),
  presence: writtenTag(NS, 'presence'),
  iq: writtenTag(NS, 'iq'),
};

/** The result that answers an iq of type `get` or `set`. */
export function result(request: Element, payload?: Element): Element {
  const { from, to, id } = request.attrs;
  return iq({ type: 'result', to: from, from: to, id }, payload);
}

/**
 * The error stanza that answers `request`: same kind and id, addresses swapped.
 * Never answer a stanza of type `error`, nor an iq of type `result`.
 */
export function errorReply(request: Element, error: StanzaError): Element {
  const { from, to, id } = request.attrs;
  return stanza(request.name as StanzaKind, { type: 'error', to: from, from: to, id }, [error.toElement()]);
}

/** The stanza with other addresses, otherwise unchanged. */
export function readdressed(original: Element, header: Pick<Header, 'to' | 'from'>): Element {
  return new Element(original.name, original.ns, { ...original.attrs, ...header }, original.children);
}

function stanza(kind: StanzaKind, header: Header, payloads: readonly Node[]): Element {
  const { to, from, id, type, lang } = header;
  return new Element(kind, NS, { to, from, id, type, 'xml:lang': lang }, payloads);
}

/** The type of a message; what RFC 6121 §5.2.2 does not define counts as `normal`. */
export function messageType(stanza: Element): MessageType {
  const { type } = stanza.attrs;
  return type === 'chat' || type === 'error' || type === 'groupchat' || type === 'headline' ? type : 'normal';
}

/** What an iq asks or answers with: its one child element that is not the error. */
export function payloadOf(iqStanza: Element): Element | undefined {
  return iqStanza.getChildElements().find((child) => !child.is('error', NS));
}

/** The text of a message. */
export const body: Codec<string> = leaf(NS, 'body');
/** The subject of a message, or of a room. */
export const subject: Codec<string> = leaf(NS, 'subject');

/** Of which conversation a message is part. */
export interface Thread {
  readonly id: string;
  /** The thread that this one branched off. */
  readonly parent?: string;
}
/** The thread of a message. RFC 6121 §5.2.5. */
export const thread: Codec<Thread> = element(NS, 'thread', { id: text(), parent: optionalAttr('parent') });

/** How available somebody is; without it, simply available. RFC 6121 §4.7.2.1. */
export type Show = 'away' | 'chat' | 'dnd' | 'xa';
/** How available somebody is. */
export const show: Codec<Show> = leaf(NS, 'show', oneOf('away', 'chat', 'dnd', 'xa'));
/** What somebody says about being there or not, in words. */
export const status: Codec<string> = leaf(NS, 'status');
const byte: Value<number> = {
  expected: 'an integer from -128 to 127',
  parse(given) {
    const number = integer.parse(given);
    return number !== undefined && number >= -128 && number <= 127 ? number : undefined;
  },
  format: String,
};
/** From -128 to 127. RFC 6121 §4.7.2.3. */
export const priority: Codec<number> = leaf(NS, 'priority', byte);

/** The language of an element, for codecs. */
export const lang: Field<string, true> = optionalAttr('xml:lang');
