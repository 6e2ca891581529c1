/** Errors that a plugin throws on purpose. */

import {
  STANZA_ERROR_CONDITIONS,
  StanzaError,
  type StanzaErrorCondition,
  type StanzaErrorType,
} from '../stanza/index.ts';

/**
 * Thrown by a plugin, it reaches the user as a stanza error with this condition and text. Any other exception becomes
 * `internal-server-error` without a text; the log has the rest.
 *
 * ```ts
 * throw new XmppError('item-not-found', 'There is nobody of that name on the network.');
 * ```
 */
export class XmppError extends StanzaError {
  override readonly name = 'XmppError';

  /** `type` is what the condition usually has (RFC 6120 §8.3.3), unless given. */
  constructor(condition: StanzaErrorCondition, text = '', options: { type?: StanzaErrorType } = {}) {
    super(options.type ?? STANZA_ERROR_CONDITIONS[condition], condition, text);
  }
}

/** Somebody wants more than they may have. What is refused so is not tried again by us: the sender is told at once. */
export class LimitError extends XmppError {
  constructor(text: string) {
    super('resource-constraint', text, { type: 'wait' });
  }
}
