/** Commands played as ad-hoc commands: each question a data form. XEP-0050. */

import { Element, type JID, StanzaError } from '../../stanza/index.ts';
import { fieldValues } from '../../xep/0004-data-forms.ts';
import {
  type Actions,
  type CommandErrorCondition,
  NS,
  type Command as Step,
  command as stepCodec,
} from '../../xep/0050-commands.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import type { CommandContext, CommandResult, Confirmation, Form } from './command.ts';
import { dataForm, readAnswers, tableForm } from './form.ts';

type Question = Form | Confirmation;

/** A conversation that has not ended. */
interface Pending {
  readonly owner: JID;
  readonly node: string;
  /** The questions so far; the last one waits. */
  readonly questions: readonly Question[];
  /** Forgets the conversation when nobody goes on. */
  readonly cancelExpiry: () => void;
}

/** Milliseconds until an unfinished command is forgotten. */
const EXPIRY = 15 * 60_000;

/** Commands that may be unfinished, of all people together: beyond, the oldest is forgotten. */
export const MAX_OPEN = 10_000;

/** Steps back that are possible at most. */
const MAX_QUESTIONS = 50;

export class AdhocCommands {
  readonly #gateway: BaseGateway;
  readonly #pending = new Map<string, Pending>();

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
  }

  /** How many commands are unfinished. */
  get size(): number {
    return this.#pending.size;
  }

  /** Forgets all unfinished commands. */
  clear(): void {
    for (const { cancelExpiry } of this.#pending.values()) cancelExpiry();
    this.#pending.clear();
  }

  /** Answers one step. @throws StanzaError. */
  async handle(context: CommandContext, step: Step): Promise<Element> {
    if (step.sessionId === undefined) return this.#start(context, step);
    const pending = this.#pending.get(step.sessionId);
    // A session belongs to the client that began it. Whether it exists is nobody else's business.
    if (pending === undefined || !pending.owner.equals(context.from) || pending.node !== step.node) {
      throw bad('bad-sessionid', 'There is no such session, or it has expired.');
    }
    const { sessionId, node } = step;
    const { questions } = pending;
    const question = questions.at(-1) as Question;
    switch (step.action ?? 'execute') {
      case 'cancel':
        this.#forget(sessionId);
        if (question.kind === 'form') await question.onCancel(context);
        return stepCodec.build({ node, sessionId, status: 'canceled', notes: [] });
      case 'prev':
        if (questions.length < 2) throw bad('bad-action', 'There is no way back.');
        return this.#ask(context, node, sessionId, questions.slice(0, -1));
      default: {
        // A wrong answer leaves the question open.
        const result = await this.#goOn(question, context, step);
        return this.#answer(context, node, sessionId, result, questions);
      }
    }
  }

  async #start(context: CommandContext, { node, action = 'execute' }: Step): Promise<Element> {
    if (action === 'cancel') return stepCodec.build({ node, status: 'canceled', notes: [] });
    if (action !== 'execute') throw bad('bad-action', 'A command begins with "execute".');
    this.#checkOpen(context.from);
    const result = await this.#gateway.commandRegistry.runNode(node, context);
    return this.#answer(context, node, this.#gateway.newId(), result, []);
  }

  async #goOn(question: Question, context: CommandContext, { form }: Step): Promise<CommandResult> {
    if (form === undefined) throw bad('bad-payload', 'The form is missing.');
    const commands = this.#gateway.commandRegistry;
    if (question.kind === 'form') {
      const values = readAnswers(question.fields, (name) => fieldValues(form, name));
      return commands.guarded(() => question.handler(values, context));
    }
    const { confirm } = readAnswers([CONFIRM], (name) => fieldValues(form, name));
    if (confirm !== true) return 'Nothing was done.';
    return (await commands.guarded(() => question.handler(context))) ?? question.success;
  }

  #answer(
    context: CommandContext,
    node: string,
    sessionId: string,
    result: CommandResult,
    questions: readonly Question[],
  ): Element {
    if (typeof result === 'object' && result.kind !== 'table') {
      return this.#ask(context, node, sessionId, [...questions, result].slice(-MAX_QUESTIONS));
    }
    this.#forget(sessionId);
    const done = { node, sessionId, status: 'completed' } as const;
    if (typeof result === 'object') return stepCodec.build({ ...done, notes: [], form: tableForm(result) });
    return stepCodec.build({ ...done, notes: [{ type: 'info', text: result ?? 'Done.' }] });
  }

  #ask(context: CommandContext, node: string, sessionId: string, questions: readonly Question[]): Element {
    const question = questions.at(-1) as Question;
    this.#forget(sessionId);
    const cancelExpiry = this.#gateway.clock.after(EXPIRY, () => this.#pending.delete(sessionId));
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined && this.#pending.size >= MAX_OPEN) this.#forget(oldest);
    this.#pending.set(sessionId, { owner: context.from, node, questions, cancelExpiry });
    const form =
      question.kind === 'form' ? dataForm(question) : dataForm({ title: question.prompt, fields: [CONFIRM] });
    const actions: Actions = { execute: 'next', prev: questions.length > 1, next: true, complete: false };
    return stepCodec.build({ node, sessionId, status: 'executing', notes: [], actions, form });
  }

  /** @throws XmppError `resource-constraint` when somebody leaves too many open. */
  #checkOpen({ bare }: JID): void {
    const limit = this.#gateway.config.limitCommands;
    const open = [...this.#pending.values()].filter(({ owner }) => owner.bare === bare).length;
    if (limit === 0 || open < limit) return;
    throw new XmppError('resource-constraint', 'You have left too many commands open: end or cancel one of them.', {
      type: 'wait',
    });
  }

  #forget(sessionId: string): void {
    this.#pending.get(sessionId)?.cancelExpiry();
    this.#pending.delete(sessionId);
  }
}

const CONFIRM = { var: 'confirm', label: 'Go ahead', type: 'boolean', value: true } as const;

function bad(condition: CommandErrorCondition, text: string): StanzaError {
  return new StanzaError('modify', 'bad-request', text, { application: [new Element(condition, NS)] });
}
