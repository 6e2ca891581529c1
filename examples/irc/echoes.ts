/**
 * What the user has said, as the server passes it on to others: where the server sends that to the user too (IRCv3
 * echo-message), it is how one knows that it was taken, and what the network calls it.
 */

import type { Said } from './said.ts';

/** The echoes of some lines. */
export class Expected {
  readonly target: string;
  /** Resolves when as much has come as was sent. */
  readonly complete: Promise<void>;
  readonly #lines: readonly string[];
  readonly #came: Said[] = [];
  #completed: () => void = () => undefined;

  constructor(target: string, lines: readonly string[]) {
    this.target = target;
    this.#lines = lines;
    this.complete = new Promise((completed) => {
      this.#completed = completed;
    });
  }

  came(said: Said): void {
    this.#came.push(said);
    if (this.#came.length >= this.#lines.length) this.#completed();
  }

  /**
   * What came, line by line, as far as it came; and what else the user has said meanwhile, with another client.
   *
   * A server may change what it passes on, take the colours out of it say: what is not the same as any line stands for
   * those that are left, in order.
   */
  sorted(): { readonly echoes: readonly (Said | undefined)[]; readonly others: readonly Said[] } {
    const others = [...this.#came];
    const take = (index: number) => (index === -1 ? undefined : others.splice(index, 1)[0]);
    const same = this.#lines.map((line) => take(others.findIndex(({ text }) => text === line)));
    return { echoes: same.map((said) => said ?? others.shift()), others };
  }
}

/** Those that are waited for. */
export class Echoes {
  readonly #expected = new Set<Expected>();

  expect(target: string, lines: readonly string[]): Expected {
    const expected = new Expected(target, lines);
    this.#expected.add(expected);
    return expected;
  }

  forget(expected: Expected): void {
    this.#expected.delete(expected);
  }

  /** Whether somebody waits for what the user has said to this target; whoever does has it then. */
  take(target: string, said: Said): boolean {
    const expected = [...this.#expected].find((each) => each.target === target);
    expected?.came(said);
    return expected !== undefined;
  }
}
