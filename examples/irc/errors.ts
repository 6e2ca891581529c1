/** What IRC's error replies mean on XMPP. RFC 2812 §5.2, and what servers of today say besides. */

import { ircLineParser } from 'irc-framework';
import { XmppError } from 'slipway';

type Condition = ConstructorParameters<typeof XmppError>[0];

const CONDITIONS: Readonly<Record<string, Condition>> = {
  401: 'item-not-found', // no such nick
  403: 'item-not-found', // no such channel
  404: 'forbidden', // cannot send to channel
  405: 'resource-constraint', // too many channels
  406: 'item-not-found', // was no such nick
  407: 'resource-constraint', // too many targets
  417: 'not-acceptable', // line too long
  432: 'not-acceptable', // erroneous nick
  433: 'conflict', // nick in use
  436: 'conflict', // nick collision
  437: 'resource-constraint', // nick or channel is temporarily unavailable
  441: 'item-not-found', // they are not in that channel
  442: 'not-acceptable', // you are not in that channel
  443: 'conflict', // they are in that channel already
  464: 'not-authorized', // wrong password
  465: 'forbidden', // banned from the server
  471: 'service-unavailable', // channel is full
  473: 'registration-required', // XEP-0045 §7.2.6: invitation only is "members only"
  474: 'forbidden', // banned from the channel
  475: 'not-authorized', // XEP-0045 §7.2.5: wrong channel key
  476: 'jid-malformed', // bad channel mask
  477: 'registration-required', // channel is for registered nicks
  482: 'forbidden', // not a channel operator
  484: 'forbidden', // restricted connection
  486: 'forbidden', // they hear registered nicks only
  489: 'not-acceptable', // channel needs TLS
  531: 'forbidden', // they do not want to hear from the user
  716: 'forbidden', // they hear those only whom they have accepted
};

/** Comes after each login where there is no message of the day: nothing was refused. */
const NO_MOTD = '422';

/** An error reply of the server. */
export interface ErrorReply {
  readonly numeric: string;
  /** Whom or what it is about, then what the server says. */
  readonly params: readonly string[];
}

/** The reply that a line is, if it is one. */
export function errorReply(line: string): ErrorReply | undefined {
  const { command: numeric, params } = ircLineParser(line);
  const isError = /^[45]\d\d$/.test(numeric) || CONDITIONS[numeric] !== undefined;
  if (!isError || numeric === NO_MOTD) return undefined;
  // First comes the nick of the user.
  return { numeric, params: params.slice(1) };
}

export function xmppErrorOf({ numeric, params }: ErrorReply): XmppError {
  return new XmppError(CONDITIONS[numeric] ?? 'undefined-condition', `The IRC server says: ${params.at(-1)}`);
}
