/** Errors that end a stream. RFC 6120 §4.9. */

import { cleanText } from './xml/chars.ts';
import { Element } from './xml/element.ts';
import { serialize } from './xml/serialize.ts';

/** The namespace of streams themselves. */
export const NS_STREAMS = 'http://etherx.jabber.org/streams';
/** The namespace of the conditions of stream errors. */
export const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';

/** The defined conditions of RFC 6120 §4.9.3. */
export const STREAM_ERROR_CONDITIONS = [
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'internal-server-error',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'restricted-xml',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
] as const;

/** A condition of RFC 6120 §4.9.3. */
export type StreamErrorCondition = (typeof STREAM_ERROR_CONDITIONS)[number];

/** A stream cannot go on, because of what the peer sent (`remote` false) or because the peer said so (`remote` true). */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  /** The defined condition, such as `not-well-formed`. RFC 6120 §4.9.3. */
  readonly condition: StreamErrorCondition;
  /** The explanation alone, without the condition. */
  readonly text: string;
  /** Whether the peer sent this error, rather than caused it. */
  readonly remote: boolean;

  constructor(condition: StreamErrorCondition, text = '', options: { remote?: boolean; cause?: unknown } = {}) {
    super(text === '' ? condition : `${condition}: ${text}`, { cause: options.cause });
    this.condition = condition;
    this.text = text;
    this.remote = options.remote ?? false;
  }

  /** The `<stream:error/>` to send, with the prefix that streams use. The text is read by the peer, and may quote it. */
  toXml(): string {
    const children = [new Element(this.condition, NS_STREAM_ERRORS)];
    if (this.text !== '')
      children.push(new Element('text', NS_STREAM_ERRORS, { 'xml:lang': 'en' }, [cleanText(this.text)]));
    return `<stream:error>${children.map((child) => serialize(child)).join('')}</stream:error>`;
  }

  /** Reads a received `<stream:error/>`; a condition RFC 6120 does not define becomes `undefined-condition`. */
  static fromElement(element: Element): StreamError {
    const isCondition = (name: string): name is StreamErrorCondition =>
      (STREAM_ERROR_CONDITIONS as readonly string[]).includes(name);
    const condition = element
      .getChildElements()
      .map((child) => (child.ns === NS_STREAM_ERRORS ? child.name : ''))
      .find(isCondition);
    const text = element.getChildText('text', NS_STREAM_ERRORS) ?? '';
    return new StreamError(condition ?? 'undefined-condition', text, { remote: true });
  }
}
