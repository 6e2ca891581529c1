/**
 * Ad-hoc commands: jobs an entity offers, each a conversation of forms.
 * XEP-0050 v1.3.0 <https://xmpp.org/extensions/xep-0050.html>
 */

import { attr, type Codec, choice, element, flag, many, optionalAttr, optionalChild, text } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { lang } from '../stanza/stanza.ts';
import { oneOf } from '../stanza/value.ts';
import { type Form, form } from './0004-data-forms.ts';
import { discoItems, type Item } from './0030-disco.ts';
import { type Oob, x as oob } from './0066-oob.ts';

/** Also the disco node under which an entity lists its commands. */
export const NS = 'http://jabber.org/protocol/commands';

/** What the requester wants to do next. */
export type Action = 'execute' | 'cancel' | 'prev' | 'next' | 'complete';
/** How far a command is. */
export type Status = 'executing' | 'completed' | 'canceled';

/** What the requester may do next, and what `execute` stands for. */
export interface Actions {
  readonly execute?: 'prev' | 'next' | 'complete';
  readonly prev: boolean;
  readonly next: boolean;
  readonly complete: boolean;
}
export const actions: Codec<Actions> = element(NS, 'actions', {
  execute: optionalAttr('execute', oneOf('prev', 'next', 'complete')),
  prev: flag(NS, 'prev'),
  next: flag(NS, 'next'),
  complete: flag(NS, 'complete'),
});

/** Something to tell the requester. */
export interface Note {
  /** Default `info`. */
  readonly type?: 'info' | 'warn' | 'error';
  readonly text: string;
}
export const note: Codec<Note> = element(NS, 'note', {
  type: optionalAttr('type', oneOf('info', 'warn', 'error')),
  text: text(),
});

export interface Command {
  readonly node: string;
  /** Made by the responder; in every stanza from the second on. */
  readonly sessionId?: string;
  /** Set by the requester. Default `execute`. */
  readonly action?: Action;
  /** Set by the responder. */
  readonly status?: Status;
  readonly lang?: string;
  readonly actions?: Actions;
  readonly notes: readonly Note[];
  readonly form?: Form;
  /** Something to look at outside XMPP. */
  readonly oob?: Oob;
}
export const command: Codec<Command> = element(NS, 'command', {
  node: attr('node'),
  sessionId: optionalAttr('sessionid'),
  action: optionalAttr('action', oneOf('execute', 'cancel', 'prev', 'next', 'complete')),
  status: optionalAttr('status', oneOf('executing', 'completed', 'canceled')),
  lang,
  actions: optionalChild(actions),
  notes: many(note),
  form: optionalChild(form),
  oob: optionalChild(oob),
});

const ERRORS = [
  'bad-action',
  'bad-locale',
  'bad-payload',
  'bad-sessionid',
  'malformed-action',
  'session-expired',
] as const;
/** The application conditions of errors about commands, beside `bad-request` or `not-allowed`. §4.4. */
export type CommandErrorCondition = (typeof ERRORS)[number];
export const errorCondition: Codec<CommandErrorCondition> = choice(NS, ...ERRORS);

export const features: readonly string[] = [NS];

/** The commands that `jid` offers to the asker. @throws StanzaError with the answered error. */
export async function listCommands(iq: IqSender, jid: string): Promise<readonly (Item & { readonly node: string })[]> {
  const { items } = await discoItems(iq, jid, NS);
  return items.flatMap(({ node, ...item }) => (node === undefined ? [] : [{ ...item, node }]));
}

/**
 * Takes one step of a command: starts it when no `sessionId` is given, else goes on with it.
 * @throws StanzaError with the answered error.
 */
export async function executeCommand(
  iq: IqSender,
  jid: string,
  step: Pick<Command, 'node' | 'sessionId' | 'action' | 'form'>,
): Promise<Command> {
  return answered(command, await iq.request({ type: 'set', to: jid, payload: command.build({ notes: [], ...step }) }));
}
