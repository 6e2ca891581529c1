/** The command `slipway`: a plugin and a configuration in, a running gateway out. */

import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import yargs from 'yargs';
import { ComponentRefused } from '../stanza/index.ts';
import { ConfigError, OPTIONS, type RawConfig, resolveConfig } from './config.ts';
import { createLog } from './log.ts';
import { loadPlugin } from './plugin.ts';
import { startGateway } from './run.ts';

/**
 * Runs until SIGTERM or SIGINT.
 * @returns the exit code: 0 after a signal, 1 when the server refuses, 2 when the configuration is wrong.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const raw = await readOptions(argv);
    if (raw === undefined) return 0;
    const classes = await loadPlugin(String(raw['legacy-network'] ?? missing()));
    const config = resolveConfig(raw);
    const log = createLog(config.logLevel);
    const stopped = signalled();
    // While the server cannot be reached, starting takes long; a signal must end it all the same.
    const starting = startGateway(classes, config, { log });
    const gateway = await Promise.race([starting, stopped]);
    if (typeof gateway === 'string') return 0;
    const signal = await stopped;
    log.info({ signal }, 'stopping');
    await gateway.shutdown();
    return 0;
  } catch (error) {
    // yargs wraps the errors of its own callbacks.
    if (error instanceof ConfigError || (error as Error).name === 'YError')
      return complain((error as Error).message, 2);
    if (error instanceof ComponentRefused) return complain(error.message, 1);
    throw error;
  }
}

/** Values from flags, environment and file, in this order; `undefined` when only help or the version was asked for. */
async function readOptions(argv: readonly string[]): Promise<RawConfig | undefined> {
  let isDone = false;
  const parser = yargs()
    .scriptName('slipway')
    .usage('$0 --legacy-network ./my-plugin.js --jid gw.example.com --secret …')
    .env('SLIPWAY')
    .config('config', 'A YAML or JSON file with any of these options', readConfigFile)
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false })
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new ConfigError(message);
    });
  for (const [name, { type, ...option }] of Object.entries(OPTIONS)) {
    // Defaults are filled in later: yargs would take them for given, and never look into the file.
    const { default: shown, required: _, ...rest } = option as typeof option & { default?: unknown; required?: true };
    // As text, so that an error can show what was given.
    const parsedAs = type === 'number' ? 'string' : type;
    parser.option(name, { type: parsedAs, ...rest, ...(shown !== undefined && { defaultDescription: String(shown) }) });
  }
  const parsed = await parser.parseAsync([...argv], {}, (_error, _argv, output) => {
    if (output !== '') {
      console.log(output);
      isDone = true;
    }
  });
  return isDone ? undefined : (parsed as RawConfig);
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    const content: unknown = parseYaml(readFileSync(path, 'utf8'));
    if (typeof content === 'object' && content !== null) return content as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError(`--config: ${(error as Error).message.split('\n')[0]}`);
  }
  throw new ConfigError(`--config: ${path} holds no options`);
}

function missing(): never {
  throw new ConfigError('--legacy-network is missing: the module of your plugin, such as ./my-plugin.js');
}

function complain(message: string, code: number): number {
  console.error(`slipway: ${message}`);
  return code;
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal));
  });
}
