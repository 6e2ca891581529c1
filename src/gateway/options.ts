/** Options as a table says them: their values from text or from what a file holds, with their types. */

/** One option. Its name, in the table, is that of the flag; variables and file keys are made from it. */
export interface Option {
  /** `array` takes several values: as a list, or as text with commas or spaces between them. */
  readonly type: 'string' | 'number' | 'boolean' | 'array';
  /** One sentence for `--help` and the documentation. */
  readonly describe: string;
  /** One letter that may stand for the flag. */
  readonly alias?: string;
  /** The value without any. A `number` or `string` option with neither default nor `required` may be `undefined`. */
  readonly default?: string | number | boolean;
  /** What happens without a value, where no fixed default says it. */
  readonly defaultText?: string;
  /** The only values that a `string` option may have. */
  readonly choices?: readonly string[];
  /** Whether the gateway does not start without a value. */
  readonly required?: boolean;
  /** Numbers: the least and the largest that make sense. Default 0, and none. */
  readonly min?: number;
  readonly max?: number;
  /** Nobody should see the value: it is never printed, and `NAME-file` can name a file that holds it. */
  readonly secret?: boolean;
  /** The heading under which it is listed. */
  readonly group?: string;
}

/** Options by the name of their flag. */
export type OptionTable = Readonly<Record<string, Option>>;

/** Values by option name, as they come from the command line, the environment or a file. */
export type RawValues = Readonly<Record<string, unknown>>;

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

type ValueOf<O extends Option> = O extends { choices: readonly (infer C)[] }
  ? C
  : O extends { type: 'boolean' }
    ? boolean
    : O extends { type: 'array' }
      ? readonly string[]
      :
          | (O extends { type: 'number' } ? number : string)
          | (O extends { default: unknown } | { required: true } ? never : undefined);

/** The values of a table's options, under their names in camelCase. */
export type OptionValues<T extends OptionTable> = { readonly [K in keyof T & string as Camel<K>]: ValueOf<T[K]> };

/** A configuration that cannot be used; the message is one line for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The option that is wrong, where it is a single one. */
  readonly option: string | undefined;

  constructor(message: string, option?: string) {
    super(message);
    this.option = option;
  }

  /** `--port: "x" is not a port`. */
  static of(option: string, problem: string): ConfigError {
    return new ConfigError(`--${option}: ${problem}`, option);
  }
}

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The environment variable of an option: `SLIPWAY_HOME_DIR`. */
export function variableOf(name: string): string {
  return `SLIPWAY_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A secret can also be in a file of its own: `--secret-file`. The table with those too. */
export function withFileOptions(table: OptionTable): OptionTable {
  const all: Record<string, Option> = {};
  for (const [name, option] of Object.entries(table)) {
    all[name] = option;
    if (!option.secret) continue;
    const { group } = option;
    const describe = `A file whose content is the value of --${name}, so that no list of processes shows it`;
    all[`${name}-file`] = { type: 'string', describe, ...(group !== undefined && { group }) };
  }
  return all;
}

/** Checks and completes the values of a table's options. Others are ignored. @throws ConfigError. */
export function resolveOptions<const T extends OptionTable>(table: T, raw: RawValues): OptionValues<T> {
  const values = Object.entries(table).map(([name, option]) => [
    camelCase(name),
    checkedValue(name, option, raw[name]),
  ]);
  return Object.fromEntries(values);
}

function checkedValue(name: string, option: Option, given: unknown): unknown {
  // `--name=` and an empty variable mean: as if it were not there.
  const value = given === '' ? undefined : given;
  if (option.type === 'array') return list(name, value);
  if (value === undefined && option.default === undefined) {
    if (option.required) throw missing(name, option);
    return option.type === 'boolean' ? false : undefined;
  }
  const present = value ?? option.default;
  if (option.type === 'boolean') return flag(name, present);
  if (typeof present === 'object' || typeof present === 'boolean') {
    throw new ConfigError(`--${name} must be given once, as ${option.type === 'number' ? 'a number' : 'text'}`, name);
  }
  if (option.type === 'number') return number(name, option, present);
  return text(name, option, String(present));
}

function missing(name: string, { secret }: Option): ConfigError {
  const file = secret ? `, or --${name}-file` : '';
  const elsewhere = `${variableOf(name)}, or ${name} in the file given by --config${file}`;
  return new ConfigError(`--${name} is missing (or ${elsewhere})`, name);
}

function flag(name: string, value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw ConfigError.of(name, `${JSON.stringify(value)} is neither true nor false`);
}

function number(name: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Option, given: unknown): number {
  const value = Number(given);
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw ConfigError.of(name, `${JSON.stringify(given)} is not a whole number ${range}`);
}

function text(name: string, { choices, secret }: Option, value: string): string {
  if (choices === undefined || choices.includes(value)) return value;
  const shown = secret ? 'it' : JSON.stringify(value);
  throw ConfigError.of(name, `${shown} is not one of ${choices.join(', ')}`);
}

function list(name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const all = Array.isArray(value) ? value : [value];
  if (all.some((each) => typeof each === 'object')) throw ConfigError.of(name, 'must be a list of texts');
  return all.flatMap((each) => String(each).split(/[\s,]+/)).filter((each) => each !== '');
}

/**
 * The options that a plugin declares, besides the gateway's own. Export what `defineOptions` returns from the plugin's
 * module: `slipway` then takes them from flags, environment and file, and shows them in `--help`.
 */
export class PluginOptions<T extends OptionTable = OptionTable> {
  readonly table: T;
  readonly #values = new WeakMap<object, OptionValues<T>>();

  constructor(table: T) {
    this.table = table;
  }

  /** Their values, in camelCase. `xmpp` is the gateway. */
  of({ config }: { readonly config: { readonly pluginOptions: RawValues } }): OptionValues<T> {
    const known = this.#values.get(config);
    if (known !== undefined) return known;
    const values = resolveOptions(this.table, config.pluginOptions);
    this.#values.set(config, values);
    return values;
  }
}

/**
 * Declares the options of a plugin.
 *
 *     export const options = defineOptions({
 *       'harbour-pilots': { type: 'number', default: 3, describe: 'Pilots on duty' },
 *     });
 *     …
 *     const { harbourPilots } = options.of(this.xmpp);
 *
 * @throws TypeError when a name is none: lower case letters, digits and hyphens.
 */
export function defineOptions<const T extends OptionTable>(table: T): PluginOptions<T> {
  for (const name of Object.keys(table)) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
      throw new TypeError(`${JSON.stringify(name)} cannot be the name of an option: write it like-this`);
    }
  }
  return new PluginOptions(table);
}
