/** Questions between workers, and their answers. */

import { type Clock, type NewId, StanzaError, type StanzaErrorCondition } from '../../stanza/index.ts';
import { XmppError } from '../errors.ts';
import type { Bus } from './bus.ts';

/** What a worker does when another asks for it. Arguments and result are values of JSON. */
export type Task = (...args: never[]) => unknown;

interface Question {
  readonly id: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** One of `result` and `error`. */
interface Answer {
  readonly id: string;
  readonly result?: unknown;
  readonly error?: { readonly condition: StanzaErrorCondition; readonly text: string };
}

interface Pending {
  readonly answer: (answer: Answer) => void;
}

export interface CallsOptions {
  readonly bus: Pick<Bus, 'on' | 'tell'>;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly onError: (error: unknown) => void;
}

export class Calls {
  readonly #options: CallsOptions;
  readonly #pending = new Map<string, Pending>();

  constructor(options: CallsOptions) {
    this.#options = options;
    options.bus.on('question', (question, from) => void this.#answer(question as Question, from));
    options.bus.on('answer', (answer) => this.#pending.get((answer as Answer).id)?.answer(answer as Answer));
  }

  /**
   * Asks a worker to do something.
   * @throws XmppError what it has thrown; `remote-server-timeout` when it has not answered in so many milliseconds.
   */
  ask(worker: number, ms: number, name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { bus, clock, newId } = this.#options;
    return new Promise((resolve, reject) => {
      const id = newId();
      const end = () => {
        cancel();
        this.#pending.delete(id);
      };
      const fail = (error: unknown) => {
        end();
        reject(error);
      };
      const cancel = clock.after(ms, () =>
        fail(new XmppError('remote-server-timeout', 'Another process of the gateway does not answer.')),
      );
      this.#pending.set(id, {
        answer({ result, error }) {
          end();
          if (error === undefined) resolve(result);
          else reject(new XmppError(error.condition, error.text));
        },
      });
      bus.tell(worker, 'question', { id, name, args } satisfies Question).catch(fail);
    });
  }

  async #answer({ id, name, args }: Question, from: number): Promise<void> {
    const { bus, tasks, onError } = this.#options;
    let answer: Answer;
    try {
      answer = { id, result: await tasks[name]?.(...(args as never[])) };
    } catch (error) {
      if (!(error instanceof StanzaError)) onError(error);
      const { condition, text } = error instanceof StanzaError ? error : new XmppError('internal-server-error');
      answer = { id, error: { condition, text } };
    }
    await bus.tell(from, 'answer', answer).catch(onError);
  }
}
