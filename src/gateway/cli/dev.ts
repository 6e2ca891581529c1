/** `slipway dev`: a plugin with a server and a web chat, loaded anew whenever it is saved. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, type OptionTable } from '../options.ts';
import { DevServer } from '../testing/dev/dev-server.ts';
import { MARK, runGatewayProcess } from '../testing/dev/gateway-process.ts';
import type { CliCommand } from './command.ts';

const OPTIONS: OptionTable = {
  jid: { type: 'string', alias: 'j', default: 'gw.localhost', describe: 'The domain of the gateway' },
  port: { type: 'number', alias: 'p', default: 0, defaultText: 'a free one', describe: 'The port of the web chat' },
  account: {
    type: 'array',
    describe: 'What romeo fills in to register at the start: username=romeo password=secret',
  },
  'home-dir': { type: 'string', describe: 'Where the gateway keeps its data', defaultText: 'nothing is kept' },
  record: { type: 'string', describe: 'A file for everything that is said, without secrets, to be replayed in a test' },
  'log-level': {
    type: 'string',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    describe: 'What to log',
  },
};

export const dev: CliCommand = {
  usage: 'dev ./my-plugin.ts [--account username=romeo password=secret]',
  options: OPTIONS,
  words: 1,
  async run({ words: [path], values }) {
    if (path === undefined) throw new ConfigError('what is to be developed? slipway dev ./my-plugin.ts');
    const plugin = resolve(path);
    if (!existsSync(plugin)) throw new ConfigError(`there is no file ${plugin}`);
    if (process.env[MARK] !== undefined && process.send !== undefined) return runGatewayProcess(plugin);
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw ConfigError.of('port', `${values.port} is no port`);
    const server = await DevServer.start({
      plugin,
      jid: text(values.jid) ?? 'gw.localhost',
      port,
      homeDir: text(values['home-dir']),
      account: accountOf(values.account),
      record: text(values.record),
      values: { 'log-level': values['log-level'] ?? 'info' },
      say: (line) => console.log(line),
    });
    await new Promise<void>((done) => {
      for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => done());
    });
    await server.stop();
    return 0;
  },
};

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** `username=romeo`, once for each field. */
function accountOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  const fields = (Array.isArray(value) ? value : [value]).flatMap((each) => String(each).split(/[\s,]+/));
  const pairs = fields.map((field) => {
    const [, name, answer] = /^([^=]+)=(.*)$/.exec(field) ?? [];
    if (name === undefined) throw ConfigError.of('account', `${field} is not of the form name=value`);
    return [name, answer];
  });
  return Object.fromEntries(pairs);
}
