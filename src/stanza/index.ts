/**
 * The stanza toolkit: XML streams, elements, addresses, stanzas, codecs, and the streams of components and clients.
 * What each XEP adds is in `slipway/xep/*`.
 */

export { type Clock, sleep, systemClock } from './clock.ts';
// Codecs: typed values from and to elements.
export {
  attr,
  type Codec,
  child,
  choice,
  element,
  type Field,
  type Fields,
  find,
  findAll,
  flag,
  has,
  inside,
  isOf,
  type Kind,
  leaf,
  type MalformedCode,
  MalformedError,
  many,
  mapped,
  marker,
  optionalAttr,
  optionalChild,
  optionalText,
  rest,
  text,
  type Variant,
  variants,
} from './codec.ts';
export { type NewId, newId } from './id.ts';
export * as im from './im.ts';
export { answered, asking, type IqRequest, type IqSender, IqTracker, type IqTrackerOptions } from './iq-tracker.ts';
export { bareOf, JID, JidError } from './jid.ts';
export { type LangText, langText, pick } from './lang-text.ts';
export * as roster from './roster.ts';
export { type Answer, Router, type RouterOptions } from './router.ts';
// Stanzas.
export * from './stanza.ts';
export {
  NS_STANZA_ERRORS,
  STANZA_ERROR_CONDITIONS,
  StanzaError,
  type StanzaErrorCondition,
  type StanzaErrorOptions,
  type StanzaErrorType,
} from './stanza-error.ts';
// Streams.
export { ClientStream, type ClientStreamOptions, NS_BIND, NS_SASL, NS_TLS } from './stream/client.ts';
export {
  ComponentRefused,
  ComponentStream,
  type ComponentStreamOptions,
  type Keepalive,
} from './stream/component.ts';
export { NS_COMPONENT } from './stream/handshake.ts';
export {
  NS_STREAM_ERRORS,
  NS_STREAMS,
  STREAM_ERROR_CONDITIONS,
  StreamError,
  type StreamErrorCondition,
} from './stream-error.ts';
export type { Value } from './value.ts';
export * as value from './value.ts';
export { toXml, write } from './write.ts';
// XML.
export { cleanText, isXmlText } from './xml/chars.ts';
export { type Constant, constant } from './xml/constant.ts';
export { type Attrs, Element, type Node } from './xml/element.ts';
export { DEFAULT_LIMITS, type Limits } from './xml/limits.ts';
export { parse, StreamParser, type StreamParserOptions } from './xml/parser.ts';
export { escapeAttr, escapeText, SerializeError, serialize } from './xml/serialize.ts';
export { type WrittenTag, writtenTag, XmlWriter } from './xml/writer.ts';
