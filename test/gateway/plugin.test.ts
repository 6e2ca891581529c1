import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import {
  BaseGateway,
  BaseSession,
  ConfigError,
  defineOptions,
  LegacyContact,
  LegacyRoster,
  loadPlugin,
  pluginClasses,
} from '../../src/gateway/index.ts';
import { GroupsBookmarks, TestRoom } from '../support/groups-plugin.ts';
import { TestContact, TestGateway, TestRoster, TestSession } from '../support/plugin.ts';
import { suite } from '../support/test.ts';

const test = suite('plugin');
const complains = (pattern: RegExp) => (e: unknown) => e instanceof ConfigError && pattern.test(e.message);

test('classes :: are found by themselves, whatever they are called', () => {
  const module = {
    Anything: TestGateway,
    default: TestSession,
    roster: TestRoster,
    x: TestContact,
    n: 5,
    f: () => {},
    GroupsBookmarks,
    TestRoom,
  };
  assert.equal(pluginClasses(module, 'm'), {
    gateway: TestGateway,
    session: TestSession,
    roster: TestRoster,
    contact: TestContact,
    bookmarks: GroupsBookmarks,
    muc: TestRoom,
    participant: undefined,
    options: undefined,
  });
});

test('classes :: roster and contact are the library’s own when there are none; exporting a base class does no harm', () => {
  const module = {
    TestGateway,
    TestSession,
    again: TestSession,
    BaseGateway,
    BaseSession,
    LegacyContact,
    LegacyRoster,
  };
  assert.equal(pluginClasses(module, 'm'), {
    gateway: TestGateway,
    session: TestSession,
    roster: undefined,
    contact: undefined,
    bookmarks: undefined,
    muc: undefined,
    participant: undefined,
    options: undefined,
  });
});

test('classes :: missing, or twice', () => {
  class Second extends TestGateway {}
  assert.throws(() => pluginClasses({ TestSession }, 'm'), complains(/^m exports no subclass of BaseGateway$/));
  assert.throws(() => pluginClasses({ TestGateway }, 'm'), complains(/^m exports no subclass of BaseSession$/));
  assert.throws(
    () => pluginClasses({ TestGateway, Second, TestSession }, 'm'),
    complains(/^m exports more than one subclass of BaseGateway: TestGateway and Second$/),
  );
});

test('classes :: of another copy of the library are recognised as such', () => {
  const foreign = class BaseGateway {};
  class Plugin extends foreign {}
  assert.throws(
    () => pluginClasses({ Plugin }, 'm'),
    complains(/of this copy of slipway: install the plugin and slipway/),
  );
});

test('options :: are found too, one table, and none of the gateway’s names', () => {
  const options = defineOptions({ 'harbour-pilots': { type: 'number', describe: 'Pilots' } });
  const others = defineOptions({});
  assert.is(pluginClasses({ TestGateway, TestSession, options, again: options }, 'm').options, options);
  assert.throws(
    () => pluginClasses({ TestGateway, TestSession, options, others }, 'm'),
    complains(/^m exports more than one table of options/),
  );
  for (const name of ['port', 'secret-file', 'config']) {
    const taken = defineOptions({ [name]: { type: 'string', describe: 'Mine' } });
    assert.throws(
      () => pluginClasses({ TestGateway, TestSession, taken }, 'm'),
      complains(new RegExp(`declares the option ${name},`)),
    );
  }
});

test('module :: not there, or broken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-'));
  const broken = join(folder, 'broken.mjs');
  writeFileSync(broken, 'throw new Error("oh dear");');
  const message = (specifier: string) => loadPlugin(specifier).then(String, (e: Error) => `${e.name}: ${e.message}`);
  assert.match(await message('./not/there.js'), /^ConfigError: --legacy-network: there is no file .*\/not\/there\.js$/);
  assert.match(await message(broken), /^ConfigError: --legacy-network: cannot import .*: oh dear$/);
  assert.match(
    await message('no-such-package-anywhere'),
    /^ConfigError: --legacy-network: cannot import no-such-package/,
  );
  rmSync(folder, { recursive: true });
});

test.run();
