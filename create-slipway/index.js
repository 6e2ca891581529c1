#!/usr/bin/env node
// `npm create slipway`: asks four questions, and writes a plugin that runs.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { fillIn, LOGINS, namesOf } from './fill-in.js';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));

const HELP = `npm create slipway [FOLDER] -- [options]

Begins a plugin for Slipway: a gateway from XMPP to a chat network.

  --network NAME   What the network is called, such as "Pigeon Post"
  --login HOW      How people log in to it: password, code (a second factor), or qr
  --groups         It has groups
  --no-groups      It has none
  --yes            Take the default for what is not said, and ask nothing
  --slipway V      The version of slipway to use, or the path of a package [default: ^${version}]
  --help           This text
`;

class Mistake extends Error {}

/** @returns {Promise<number>} the exit code. */
async function main(argv) {
  const { values, positionals } = options(argv);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const asker = values.yes || !process.stdin.isTTY ? silent() : asking();
  try {
    const network = values.network ?? (await asker.ask('What is the network called?', 'My Network'));
    const folder = positionals[0] ?? (await asker.ask('Where shall the plugin be?', `slipway-${namesOf(network).id}`));
    const login = values.login ?? (await asker.choose('How do people log in?', LOGINS));
    const isSaid = values.groups || values['no-groups'];
    const groups = isSaid
      ? !values['no-groups']
      : (await asker.choose('Does it have groups?', ['yes', 'no'])) === 'yes';
    if (!LOGINS.includes(login)) throw new Mistake(`--login: ${login} is not one of ${LOGINS.join(', ')}`);
    const path = resolve(folder);
    if (existsSync(path) && readdirSync(path).length > 0) throw new Mistake(`${path} is not empty`);
    const slipway = values.slipway ?? `^${version}`;
    for (const file of fillIn(path, { network, login, groups, slipway })) console.log(`  ${file}`);
    const where = relative(process.cwd(), path);
    console.log(`\nNow:\n\n  ${where === '' ? '' : `cd ${where} && `}npm install\n  npm test\n  npm run dev\n`);
    return 0;
  } finally {
    asker.close();
  }
}

function options(argv) {
  try {
    const parsed = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        network: { type: 'string' },
        login: { type: 'string' },
        groups: { type: 'boolean' },
        'no-groups': { type: 'boolean' },
        slipway: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (parsed.positionals.length > 1) throw new Mistake(`${parsed.positionals[1]}: that is one word too many`);
    return parsed;
  } catch (error) {
    throw error instanceof Mistake ? error : new Mistake(error.message);
  }
}

function asking() {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return {
    async ask(question, fallback) {
      return (await terminal.question(`${question} (${fallback}) `)).trim() || fallback;
    },
    async choose(question, choices) {
      for (;;) {
        const answer = (await this.ask(`${question} ${choices.join(', ')}`, choices[0])).toLowerCase();
        const found = choices.find((choice) => choice.startsWith(answer));
        if (found !== undefined) return found;
      }
    },
    close: () => terminal.close(),
  };
}

function silent() {
  return { ask: async (_, fallback) => fallback, choose: async (_, [first]) => first, close() {} };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(`create-slipway: ${error.message}`);
  process.exitCode = 2;
}
