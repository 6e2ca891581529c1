/** `slipway explain ID`: what happened to a message; asks the gateway that runs, or reads what is stored. */

import { request } from 'undici';
import { type Config, ConfigError, OPTIONS, resolveConfig } from '../config.ts';
import { defineOptions, resolveOptions } from '../options.ts';
import { openStore } from '../run.ts';
import { knownToken } from '../watch/endpoint.ts';
import { type Life, lifeOfStored, told } from '../watch/explain.ts';
import type { CliCommand } from './command.ts';

const { table: OWN } = defineOptions({
  json: { group: 'Of this command', type: 'boolean', describe: 'Print JSON, for machines' },
});

/** Exit code 1 when nothing is known of it. */
export const explain: CliCommand = {
  usage: 'explain <message-id> --config slipway.yml',
  options: { ...OPTIONS, ...OWN },
  words: 1,
  async run({ words: [id], values, plugin }) {
    if (id === undefined) throw new ConfigError('which message? Give its id, on XMPP or on the network');
    const config = resolveConfig({ secret: '-', ...values }, plugin?.options);
    const lives = (await asked(config, id)) ?? (await stored(config, id));
    if (resolveOptions(OWN, values).json) console.log(JSON.stringify(lives, undefined, 2));
    else if (lives.length === 0) console.log(`Nothing is known of a message ${id}.`);
    else console.log(lives.map(told).join('\n\n'));
    return lives.length === 0 ? 1 : 0;
  },
};

/** What the gateway that runs says, if it can be asked: it knows more than what is stored. */
async function asked(config: Config, id: string): Promise<readonly Life[] | undefined> {
  const token = knownToken(config);
  if (config.httpPort === undefined || token === undefined) return undefined;
  const host = config.httpHost.includes(':') ? `[${config.httpHost}]` : config.httpHost;
  const url = `http://${host}:${config.httpPort}/explain?id=${encodeURIComponent(id)}`;
  try {
    const { statusCode, body } = await request(url, { headers: { authorization: `Bearer ${token}` } });
    if (statusCode === 200) return (await body.json()) as readonly Life[];
    await body.dump();
    console.error(`slipway: the gateway answers with ${statusCode}: reading what is stored`);
  } catch {
    // It does not run: that is when people ask.
  }
  return undefined;
}

async function stored(config: Config, id: string): Promise<readonly Life[]> {
  const store = await openStore(config, (error) => console.error(`slipway: ${(error as Error).message}`));
  try {
    const users = new Map((await store.users.all()).map((user) => [user.id, user.jid.bare]));
    return (await store.lives(id)).map((each) => lifeOfStored(each, users.get(each.userId) ?? '?', config.jid));
  } finally {
    await store.close();
  }
}
