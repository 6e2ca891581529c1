/** What the log may have of any value: secrets are known by their type, their name, or where they came from. */

import { Element } from '../stanza/index.ts';
import { withoutText } from './log-stanza.ts';
import { Secret } from './secret.ts';

const HIDDEN = '[secret]';
/** Nobody reads what is deeper, or more. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_VALUES = 1000;

const NAMES =
  /pass(word|wd|phrase|code)|secret|token|credential|cookie|authorization|(api|private|encryption)[-_]?key|^code$|otp$|(two|2)[-_]?fa|qr[-_]?text|legacyModuleData|pluginOptions|databaseUrl/i;

/** Whether what has this name is likely to be a secret. */
function isSecretName(name: string): boolean {
  return NAMES.test(name);
}

/** A copy for the log. */
export function redacted(value: unknown): unknown {
  return new Redaction().copy(value, 0);
}

class Redaction {
  /** Whatever hangs on an object: a session leads to everything there is. */
  #budget = MAX_VALUES;

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return withoutCredentials(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Secret) return HIDDEN;
    if (value instanceof Element) return String(withoutText(value));
    if (depth >= MAX_DEPTH || --this.#budget < 0) return '…';
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof Date || value instanceof RegExp || value instanceof URL)
      return withoutCredentials(String(value));
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    if (value instanceof Map || value instanceof Set) return this.#list([...value], depth);
    if (Array.isArray(value)) return this.#list(value, depth);
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.copy(value.toJSON(), depth + 1);
    return this.#fields(value, depth);
  }

  #list(items: readonly unknown[], depth: number): unknown[] {
    return items.slice(0, MAX_ITEMS).map((item) => this.copy(item, depth + 1));
  }

  #fields(object: object, depth: number): Record<string, unknown> {
    const fields = Object.entries(object).map(([name, field]) => [
      name,
      isSecretName(name) && field !== undefined ? HIDDEN : this.copy(field, depth + 1),
    ]);
    return Object.fromEntries(fields);
  }

  #error(error: Error, depth: number): Record<string, unknown> {
    const { code } = error as { code?: unknown };
    return {
      ...this.#fields(error, depth),
      type: error.name,
      message: withoutCredentials(error.message),
      ...(error.stack !== undefined && { stack: withoutCredentials(error.stack) }),
      // The kind of error, not one that somebody has to enter.
      ...((typeof code === 'string' || typeof code === 'number') && { code }),
      ...(error.cause !== undefined && { cause: this.copy(error.cause, depth + 1) }),
    };
  }
}

/** URLs without the password in them. */
function withoutCredentials(text: string): string {
  if (!text.includes('://') || !text.includes('@')) return text;
  return text.replace(/(:\/\/[^\s/:@]*):[^\s/@]+@/g, '$1:…@');
}

/** The texts of a form or of what came of it that are secrets: by their names, or because their fields are private. */
export function secretTexts(
  values: Readonly<Record<string, unknown>>,
  fields: readonly { readonly var: string; readonly private?: boolean }[],
): string[] {
  const isPrivate = (name: string) => isSecretName(name) || fields.some((field) => field.var === name && field.private);
  return Object.entries(values).flatMap(([name, value]) =>
    isPrivate(name) && typeof value === 'string' ? [value] : [],
  );
}

/** Shorter ones would be found everywhere. */
const MIN_SECRET_LENGTH = 4;

/** Takes texts out of an error, wherever it quotes them: what went wrong with a password may say the password. */
export function hideIn(error: unknown, secrets: Iterable<string>): void {
  const long = [...secrets].filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  if (long.length > 0) hideAll(error, long, 0);
}

function hideAll(value: unknown, secrets: readonly string[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return;
  // What an error says is in fields that are not enumerable.
  for (const name of value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value)) {
    const field = Reflect.get(value, name);
    if (typeof field === 'object') hideAll(field, secrets, depth + 1);
    if (typeof field !== 'string') continue;
    const hidden = secrets.reduce((text, secret) => text.replaceAll(secret, HIDDEN), field);
    if (hidden !== field) Reflect.set(value, name, hidden);
  }
}
