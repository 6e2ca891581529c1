/** `slipway explain ID…`: what happened to messages; asks the gateway that runs, or reads what is stored. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { type Config, OPTIONS, resolveConfig } from '../config.ts';
import { ConfigError, defineOptions, resolveOptions } from '../options.ts';
import { openStore } from '../start.ts';
import { knownToken } from '../watch/endpoint.ts';
import { type Life, lifeOfStored, told } from '../watch/explain.ts';
import type { CliCommand } from './command.ts';

const { table: OWN } = defineOptions({
  json: { group: 'Of this command', type: 'boolean', describe: 'Print JSON, for machines' },
});

/** Exit code 1 when nothing is known of one of them. */
export const explain: CliCommand = {
  usage: 'explain <message-id>… --config slipway.yml',
  options: { ...OPTIONS, ...OWN },
  words: Number.POSITIVE_INFINITY,
  async run({ words: ids, values, plugin }) {
    if (ids.length === 0) throw new ConfigError('which message? Give its id, on XMPP or on the network');
    const config = resolveConfig({ secret: '-', ...values }, plugin?.options);
    const lives = (await asked(config, ids)) ?? (await stored(config, ids));
    const known = new Set(
      lives.flatMap(({ trace, xmppId, originId, legacyId }) => [trace, xmppId, originId, legacyId]),
    );
    const unknown = ids.filter((id) => !known.has(id));
    if (resolveOptions(OWN, values).json) console.log(JSON.stringify(lives, undefined, 2));
    else console.log([...lives.map(told), ...unknown.map((id) => `Nothing is known of a message ${id}.`)].join('\n\n'));
    return unknown.length === 0 ? 0 : 1;
  },
};

/** What the gateway that runs says, if it can be asked: it knows more than what is stored. */
async function asked(config: Config, ids: readonly string[]): Promise<readonly Life[] | undefined> {
  const token = knownToken(config);
  if (config.httpPort === undefined || token === undefined) return undefined;
  const host = config.httpHost.includes(':') ? `[${config.httpHost}]` : config.httpHost;
  const headers = { authorization: `Bearer ${token}` };
  const lives: Life[] = [];
  for (const id of ids) {
    const url = `http://${host}:${config.httpPort}/explain?id=${encodeURIComponent(id)}`;
    try {
      const { statusCode, body } = await request(url, { headers });
      if (statusCode !== 200) {
        await body.dump();
        console.error(`slipway: the gateway answers with ${statusCode}: reading what is stored`);
        return undefined;
      }
      lives.push(...((await body.json()) as readonly Life[]));
    } catch {
      // It does not run: that is when people ask.
      return undefined;
    }
  }
  return once(lives);
}

async function stored(config: Config, ids: readonly string[]): Promise<readonly Life[]> {
  const { homeDir, databaseUrl } = config;
  // Nothing would be known of any message: that must not be taken for an answer.
  if (databaseUrl === undefined && homeDir !== undefined && !existsSync(join(homeDir, 'slipway.sqlite'))) {
    throw ConfigError.of('home-dir', `there is no database in ${homeDir}`);
  }
  const store = await openStore(config, (error) => console.error(`slipway: ${(error as Error).message}`));
  try {
    return once((await store.lives(ids)).map((each) => lifeOfStored(each, config.jid)));
  } finally {
    await store.close();
  }
}

/** A message that was asked for by both its ids is told once. */
function once(lives: readonly Life[]): readonly Life[] {
  return [...new Map(lives.map((life) => [JSON.stringify(life), life])).values()];
}
