/**
 * Gateway interaction: how people find addresses behind a gateway.
 * XEP-0100 v1.0 <https://xmpp.org/extensions/xep-0100.html>
 *
 * The rest of the XEP is registration (XEP-0077), presence and roster; only this much has elements of its own.
 */

import { type Codec, element, leaf, optionalChild } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { jid } from '../stanza/value.ts';

export const NS = 'jabber:iq:gateway';

/** Empty in a `get`; `desc` and `prompt` answer it. In a `set` the `prompt` is what was typed; `jid` answers it. */
export interface Gateway {
  /** What to do, as a sentence. */
  readonly desc?: string;
  /** What is asked for, as a label: `Phone number`. */
  readonly prompt?: string;
  /** The address that a foreign name has here. */
  readonly jid?: string;
}
export const query: Codec<Gateway> = element(NS, 'query', {
  desc: optionalChild(leaf(NS, 'desc')),
  prompt: optionalChild(leaf(NS, 'prompt')),
  jid: optionalChild(leaf(NS, 'jid', jid)),
});

export const features: readonly string[] = [NS];

/** Asks what the gateway wants to know to make an address. @throws StanzaError with the answered error. */
export async function addressPrompt(iq: IqSender, gateway: string): Promise<Gateway> {
  return answered(query, await iq.request({ type: 'get', to: gateway, payload: query.build({}) }));
}

/** The address that the foreign `name` has at this gateway. @throws StanzaError with the answered error. */
export async function addressOf(iq: IqSender, gateway: string, name: string): Promise<string> {
  const answer = answered(
    query,
    await iq.request({ type: 'set', to: gateway, payload: query.build({ prompt: name }) }),
  );
  // COMPAT: in old gateways the address comes as a prompt.
  const address = answer.jid ?? (answer.prompt === undefined ? undefined : jid.parse(answer.prompt));
  if (address === undefined) throw StanzaError.of('undefined-condition', 'the gateway gave no address');
  return address;
}
