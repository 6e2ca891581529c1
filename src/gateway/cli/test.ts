/** `slipway test`: plays the conformance suite with a plugin, and prints what works. */

import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { importModule } from '../import-module.ts';
import { ConfigError, type OptionTable } from '../options.ts';
import { loadPlugin } from '../plugin.ts';
import { conformance } from '../testing/conformance/suite.ts';
import { type FakeNetwork, formatMatrix } from '../testing/index.ts';
import type { CliCommand } from './command.ts';

const OPTIONS: OptionTable = {
  network: {
    type: 'string',
    describe: 'The module with the fake of the network',
    defaultText: 'my-plugin.fake.js beside my-plugin.js',
  },
  only: { type: 'string', describe: 'Play only what has this text in its name, such as "a reaction" or "groups"' },
};

/** Cases that are played of any plugin whose fake is worth the name. */
const ENOUGH = 50;

export const test: CliCommand = {
  usage: 'test ./my-plugin.js [--network ./my-plugin.fake.js]',
  options: OPTIONS,
  words: 1,
  async run({ words: [path], values }) {
    if (path === undefined) throw new ConfigError('what is to be tested? slipway test ./my-plugin.js');
    const plugin = await loadPlugin(path);
    const network = await fakeFor(path, values.network);
    const only = values.only === undefined ? {} : { only: String(values.only) };
    const results = await conformance(plugin, network, { ...only, onCase: progress() });
    console.log(`\n${formatMatrix(results)}`);
    if (results.some(({ outcome }) => outcome === 'failed')) return 1;
    const played = results.filter(({ outcome }) => outcome === 'passed').length;
    const enough = values.only === undefined ? ENOUGH : 1;
    if (played >= enough) return 0;
    // What is green because hardly anything was looked at says nothing.
    throw new ConfigError(
      values.only === undefined
        ? `only ${played} cases could be played, fewer than ${ENOUGH}: give the fake what the network can do (docs/conformance.md)`
        : `no case with ${JSON.stringify(values.only)} in its name could be played`,
    );
  },
};

/** @throws ConfigError when there is none. */
async function fakeFor(plugin: string, given: unknown): Promise<FakeNetwork> {
  const extension = extname(plugin);
  const beside = `${plugin.slice(0, plugin.length - extension.length)}.fake${extension}`;
  const path = resolve(given === undefined ? beside : String(given));
  if (!existsSync(path)) {
    throw new ConfigError(`there is no fake of the network at ${path}: see docs/conformance.md`, 'network');
  }
  const { network, default: fallback } = (await importModule(path)) as Record<string, FakeNetwork | undefined>;
  const found = network ?? fallback;
  if (typeof found?.account !== 'function' || typeof found.heard !== 'function' || !Array.isArray(found.people)) {
    throw new ConfigError(`${path} must export "network", with account, people and heard at least`, 'network');
  }
  return found;
}

/** A dot for each case: the whole takes some seconds. */
function progress(): (result: { readonly outcome: string }) => void {
  const signs: Readonly<Record<string, string>> = { passed: '.', failed: '✗' };
  return ({ outcome }) => process.stderr.write(signs[outcome] ?? '');
}
