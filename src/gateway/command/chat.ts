/** Commands played in a chat with the gateway: words that start them, questions asked one by one. */

import { type JID, StanzaError } from '../../stanza/index.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import type { Command, CommandContext, CommandResult, Form, TableResult } from './command.ts';
import { columnType, type FormField, type FormValues, readAnswers, typeOf } from './form.ts';

/** Milliseconds that a question waits for its answer. */
const PATIENCE = 10 * 60_000;

/** Questions that may wait, of all people together: beyond, the oldest is withdrawn. */
export const MAX_ASKED = 10_000;

const ABORT = 'abort';

export class ChatCommands {
  readonly #gateway: BaseGateway;
  /** Who has been asked something: the next message of that bare JID is the answer. */
  readonly #asked = new Map<string, { readonly answer: (text: string) => void; readonly cancel: () => void }>();

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
  }

  /** How many people have been asked something. */
  get size(): number {
    return this.#asked.size;
  }

  /** Takes a message to the gateway: the answer to a question, or a command. */
  async handle(context: CommandContext, text: string): Promise<void> {
    const asked = this.#asked.get(context.from.bare);
    if (asked !== undefined) return asked.answer(text);
    const [word = '', ...args] = text.trim().split(/\s+/);
    try {
      await this.#run(context, word, args);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      this.#say(context.from, error.text === '' ? `That failed: ${error.condition}.` : error.text);
    }
  }

  /** Asks a question in the chat. @throws XmppError `remote-server-timeout` when nobody answers. */
  ask(to: JID, question: string | undefined, patience = PATIENCE): Promise<string> {
    if (question !== undefined) this.#say(to, question);
    // A new question takes the place of one that nobody has answered.
    this.#asked.get(to.bare)?.cancel();
    const [oldest] = this.#asked.values();
    if (this.#asked.size >= MAX_ASKED) oldest?.cancel();
    return new Promise((resolve, reject) => {
      const end = () => {
        cancelTimeout();
        this.#asked.delete(to.bare);
      };
      const cancelTimeout = this.#gateway.clock.after(patience, () => {
        end();
        this.#say(to, 'That took too long.');
        reject(new XmppError('remote-server-timeout', 'The question was not answered in time.'));
      });
      this.#asked.set(to.bare, {
        answer(text) {
          end();
          resolve(text);
        },
        cancel() {
          end();
          reject(new XmppError('remote-server-timeout', 'The question was withdrawn.'));
        },
      });
    });
  }

  /** Withdraws all questions. */
  clear(): void {
    for (const { cancel } of [...this.#asked.values()]) cancel();
  }

  async #run(context: CommandContext, word: string, args: readonly string[]): Promise<void> {
    const commands = this.#gateway.commandRegistry;
    if (word.toLowerCase() === 'help') return this.#say(context.from, this.#help(context, args[0]));
    const command = commands.byWord(word);
    if (command === undefined) {
      return this.#say(context.from, `I do not know "${word}". Type "help" for what I know.`);
    }
    await this.#play(context, await commands.run(command, context, ...args));
  }

  async #play(context: CommandContext, first: CommandResult): Promise<void> {
    const commands = this.#gateway.commandRegistry;
    let result = first;
    while (typeof result === 'object') {
      if (result.kind === 'table') return this.#say(context.from, tableText(result));
      const { kind } = result;
      if (kind === 'form') {
        const form = result;
        const values = await this.#fillIn(context, form);
        if (values === undefined) {
          await form.onCancel(context);
          return this.#say(context.from, 'Aborted.');
        }
        result = await commands.guarded(() => form.handler(values, context));
      } else {
        const confirmation = result;
        const answer = await this.ask(context.from, `${confirmation.prompt} (yes/no)`);
        if (!/^y/i.test(answer.trim())) return this.#say(context.from, 'Nothing was done.');
        result = (await commands.guarded(() => confirmation.handler(context))) ?? confirmation.success;
      }
    }
    this.#say(context.from, result ?? 'Done.');
  }

  /** Asks the questions of a form one by one, again where the answer is wrong; `undefined` when aborted. */
  async #fillIn(context: CommandContext, form: Form): Promise<FormValues | undefined> {
    this.#say(context.from, [form.title, form.instructions].filter((line) => line !== '').join('\n'));
    const answers: Record<string, FormValues[string]> = {};
    for (const field of form.fields) {
      if (typeOf(field) === 'hidden') continue;
      if (typeOf(field) === 'fixed') {
        this.#say(context.from, [field.label, field.value].filter(Boolean).join(': '));
        continue;
      }
      for (;;) {
        const answer = await this.ask(context.from, question(field));
        if (answer.trim().toLowerCase() === ABORT) return undefined;
        try {
          Object.assign(
            answers,
            readAnswers([field], () => answerLines(field, answer)),
          );
          break;
        } catch (error) {
          if (!(error instanceof XmppError)) throw error;
          this.#say(context.from, error.text);
        }
      }
    }
    return answers;
  }

  #help(context: CommandContext, word: string | undefined): string {
    const allowed = this.#gateway.commandRegistry.allowed(context);
    if (word === undefined) {
      return ['I know these words:', ...allowed.map(({ chatCommand, name }) => `${chatCommand} -- ${name}`)].join('\n');
    }
    const command: Command | undefined = allowed.find((each) => each.chatCommand === word.toLowerCase());
    return command === undefined ? `I do not know "${word}".` : `${command.chatCommand}: ${command.help}`;
  }

  #say(to: JID, text: string): void {
    this.#gateway.sendText(text, { to: to.withResource('') });
  }
}

function question(field: FormField): string {
  const choices = field.options?.map(({ label, value }) => (label === undefined ? value : `${value}: ${label}`)) ?? [];
  const type = typeOf(field);
  const hints = [
    type === 'boolean' ? 'yes or no' : undefined,
    type.endsWith('-multi') ? 'one per line' : undefined,
    field.required ? undefined : '"-" for none',
    `"${ABORT}" to stop`,
  ];
  return [...choices, `${field.label ?? field.var}? (${hints.filter(Boolean).join(', ')})`].join('\n');
}

function answerLines(field: FormField, answer: string): readonly string[] {
  const text = answer.trim();
  if (!field.required && text === '-') return [];
  if (typeOf(field) === 'boolean') return [/^y/i.test(text) ? 'true' : /^n/i.test(text) ? 'false' : text];
  return typeOf(field).endsWith('-multi') ? text.split('\n') : [answer];
}

function tableText(table: TableResult): string {
  const cell = (field: FormField, value = '') =>
    `${field.label ?? field.var}: ${columnType(field) === 'jid-single' && value !== '' ? `xmpp:${value}` : value}`;
  const rows = table.items.map((item) => table.fields.map((field) => cell(field, item[field.var])).join(', '));
  return [table.description, ...(rows.length === 0 ? ['(nothing)'] : rows)].join('\n');
}
