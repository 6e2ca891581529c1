/** Errors that answer a stanza. RFC 6120 §8.3. */

import { Element } from './xml/element.ts';

/** The namespace of the conditions of stanza errors. */
export const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
export const NS_CLIENT = 'jabber:client';

/** What the sender can do about an error. RFC 6120 §8.3.2. */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** The defined conditions of RFC 6120 §8.3.3, each with the error type it usually comes with. */
export const STANZA_ERROR_CONDITIONS = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, StanzaErrorType>;

/** A condition of RFC 6120 §8.3.3. */
export type StanzaErrorCondition = keyof typeof STANZA_ERROR_CONDITIONS;

/** What an error may say besides. */
export interface StanzaErrorOptions {
  /** The entity that found the error, when it is not the sender of the reply: the `by` attribute. */
  readonly by?: string | undefined;
  /** Application-specific conditions, each in a namespace of its own. */
  readonly application?: readonly Element[];
  readonly cause?: unknown;
}

/** Why a stanza could not be processed: thrown to answer one, caught when ours was answered so. */
export class StanzaError extends Error {
  override readonly name: string = 'StanzaError';
  /** What to do about it: `wait` and try again, `modify`, `auth`, or `cancel`. RFC 6120 §8.3.2. */
  readonly type: StanzaErrorType;
  /** The defined condition, such as `item-not-found`. RFC 6120 §8.3.3. */
  readonly condition: StanzaErrorCondition;
  /** The explanation for a person, `''` when there is none. It travels to the peer. */
  readonly text: string;
  /** Who found the error, when that is not the sender of the reply. */
  readonly by: string | undefined;
  /** Conditions in namespaces of their own. */
  readonly application: readonly Element[];

  constructor(
    type: StanzaErrorType,
    condition: StanzaErrorCondition,
    text = '',
    { by, application, cause }: StanzaErrorOptions = {},
  ) {
    super(text === '' ? condition : `${condition}: ${text}`, { cause });
    this.type = type;
    this.condition = condition;
    this.text = text;
    this.by = by;
    this.application = application ?? [];
  }

  /** An error of the type that its condition usually has. */
  static of(condition: StanzaErrorCondition, text = '', options: StanzaErrorOptions = {}): StanzaError {
    return new StanzaError(STANZA_ERROR_CONDITIONS[condition], condition, text, options);
  }

  /** The `<error/>` child of an error stanza. */
  toElement(): Element {
    const children = [new Element(this.condition, NS_STANZA_ERRORS)];
    if (this.text !== '') children.push(new Element('text', NS_STANZA_ERRORS, { 'xml:lang': 'en' }, [this.text]));
    return new Element('error', NS_CLIENT, { type: this.type, by: this.by }, [...children, ...this.application]);
  }

  /**
   * Reads the error of a stanza of type `error`. What the peer left out or got wrong becomes `undefined-condition`,
   * and the type that the condition usually has.
   */
  static fromStanza(stanza: Element): StanzaError {
    const error = stanza.getChild('error', stanza.ns);
    if (error === undefined) return StanzaError.of('undefined-condition');
    const elements = error.getChildElements();
    const condition = elements.map((e) => (e.ns === NS_STANZA_ERRORS ? e.name : '')).find(isCondition);
    const type = error.attrs.type;
    const known = condition ?? 'undefined-condition';
    return new StanzaError(
      isType(type) ? type : STANZA_ERROR_CONDITIONS[known],
      known,
      error.getChildText('text', NS_STANZA_ERRORS) ?? '',
      { by: error.attrs.by, application: elements.filter((e) => e.ns !== NS_STANZA_ERRORS && e.ns !== error.ns) },
    );
  }
}

function isCondition(name: string): name is StanzaErrorCondition {
  return Object.hasOwn(STANZA_ERROR_CONDITIONS, name);
}

function isType(type: string | undefined): type is StanzaErrorType {
  return type === 'auth' || type === 'cancel' || type === 'continue' || type === 'modify' || type === 'wait';
}
