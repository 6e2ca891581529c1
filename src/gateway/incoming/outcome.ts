/** How the handling of a stanza begins and ends: what is noted, and what its sender is told. */

import { type Element, errorReply, MalformedError, StanzaError } from '../../stanza/index.ts';
import { Expired } from '../deadlines.ts';
import { XmppError } from '../errors.ts';
import type { Incoming, Route } from './route.ts';

/** Whether its sender may be told that it was refused. Errors are never answered, nor answers. RFC 6120 §8.3.1. */
export function isAnswerable({ name, attrs: { type } }: Element): boolean {
  return name === 'iq' ? type === 'get' || type === 'set' : type !== 'error';
}

/** What may have happened or not. */
export function uncertain(): XmppError {
  const text = 'It is not known whether this arrived. Please check before you send it again.';
  return new XmppError('remote-server-timeout', text);
}

/** Has a route handle it. */
export function handle(route: Route, incoming: Incoming): Promise<void> | void {
  const { gateway, trace } = incoming;
  return trace === undefined ? route.handle(incoming) : gateway.watch.handle(trace, () => route.handle(incoming));
}

/** It has come to its end, unless that is known already. */
export function ended({ gateway, trace }: Incoming): void {
  if (trace !== undefined && trace.outcome === undefined) gateway.watch.end(trace, 'handled');
}

/** Tells the sender, and returns what they are told. RFC 6121 §4: a presence is not answered, except where a route does so itself. */
export function refuse({ gateway, stanza, trace }: Incoming, error: unknown): StanzaError {
  const { watch } = gateway;
  const reason = error instanceof Expired ? uncertain() : watch.about(trace, () => gateway.asStanzaError(error));
  if (trace !== undefined) watch.end(trace, isExpected(error) ? 'refused' : 'failed', whyOf(error));
  if (stanza.name === 'message' && stanza.attrs.type !== 'error') gateway.send(errorReply(stanza, reason));
  return reason;
}

/** Whether a handler has said no; all else has gone wrong. */
function isExpected(error: unknown): boolean {
  return error instanceof StanzaError || error instanceof MalformedError;
}

/** For the operator. */
export function whyOf(error: unknown): string {
  if (error instanceof StanzaError) return error.text === '' ? error.condition : `${error.condition}: ${error.text}`;
  return String(error);
}
