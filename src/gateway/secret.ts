/** Texts that nobody should see by accident. */

import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** A text that only `reveal` shows: a log, `JSON.stringify`, `console.log` and a template see `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/**
 * The same object, of which `console.log` and `util.inspect` show nothing. JSON has it whole: it may have to be stored.
 * Objects that cannot be extended stay as they are.
 */
export function concealed<T extends object>(data: T): T {
  if (Object.isExtensible(data)) {
    Object.defineProperty(data, inspect.custom, { value: () => SHOWN, enumerable: false, configurable: true });
  }
  return data;
}
