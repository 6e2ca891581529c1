/** A command as its user goes through it, form by form. XEP-0050. */

import type { IqSender } from '../../../stanza/index.ts';
import { type Field, submit } from '../../../xep/0004-data-forms.ts';
import { type Action, type Command, executeCommand } from '../../../xep/0050-commands.ts';
import type { FormValues } from '../../command/form.ts';

/** A command that a user goes through: what it asks, and the answers. */
export class Dialogue {
  readonly #iq: IqSender;
  readonly #jid: string;
  #step: Command;

  private constructor(iq: IqSender, jid: string, step: Command) {
    this.#iq = iq;
    this.#jid = jid;
    this.#step = step;
  }

  /** Begins it. @internal */
  static async begin(iq: IqSender, jid: string, node: string): Promise<Dialogue> {
    return new Dialogue(iq, jid, await executeCommand(iq, jid, { node }));
  }

  /** What the gateway said last, as it came. */
  get step(): Command {
    return this.#step;
  }

  /** Whether there is nothing left to be answered. */
  get isDone(): boolean {
    return this.#step.status !== 'executing';
  }

  /** The title of the form. */
  get title(): string | undefined {
    return this.#step.form?.title;
  }

  /** What the form asks; without its hidden fields. */
  get fields(): readonly Field[] {
    return (this.#step.form?.fields ?? []).filter(({ type }) => type !== 'hidden');
  }

  /** What the gateway says besides, or instead of, a form. */
  get text(): string {
    return this.#step.notes.map((note) => note.text).join('\n');
  }

  /** The rows of a table, by the names of the columns. */
  get rows(): readonly Readonly<Record<string, string>>[] {
    return (this.#step.form?.items ?? []).map(({ fields }) =>
      Object.fromEntries(fields.map(({ var: name = '', values }) => [name, values[0] ?? ''])),
    );
  }

  /**
   * Fills in the form, and sends it. What is not given stays as the form has it.
   * @throws StanzaError when the gateway does not take the answers: the form stays open.
   * @throws Error when there is no such field.
   */
  async fills(values: FormValues = {}): Promise<this> {
    const names = this.fields.map((field) => field.var);
    const unknown = Object.keys(values).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new Error(`the form "${this.title}" has no field "${unknown}"; it has ${names.join(', ') || 'none'}`);
    }
    const answers = this.fields.flatMap(({ var: name, type, values: given }) => {
      if (name === undefined || type === 'fixed') return [];
      return [[name, name in values ? asTexts(values[name]) : given] as const];
    });
    return this.#goOn('next', Object.fromEntries(answers));
  }

  /** Goes back to the form before. */
  goesBack(): Promise<this> {
    return this.#goOn('prev');
  }

  /** Gives up. */
  cancels(): Promise<this> {
    return this.#goOn('cancel');
  }

  async #goOn(action: Action, answers?: Readonly<Record<string, readonly string[]>>): Promise<this> {
    const { node, sessionId } = this.#step;
    this.#step = await executeCommand(this.#iq, this.#jid, {
      node,
      action,
      ...(sessionId !== undefined && { sessionId }),
      ...(answers !== undefined && { form: submit(answers) }),
    });
    return this;
  }
}

/** The answer to a question, as forms have it. */
export function asTexts(value: FormValues[string]): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'boolean') return [value ? '1' : '0'];
  return typeof value === 'string' ? [value] : value;
}
