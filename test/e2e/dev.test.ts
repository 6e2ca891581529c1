/** `slipway dev` in a browser: a plugin is saved, and the user stays where they are. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Recording, replay } from '../../src/gateway/testing/index.ts';
import { suite } from '../support/test.ts';
import { withPage } from './support/browser.ts';
import { ROOT } from './support/gateway-process.ts';
import { Program } from './support/process.ts';

const test = suite('slipway dev', { timeout: 180_000 });

/** A project with harbour in it. */
function project(...packages: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-dev-test-'));
  cpSync(join(ROOT, 'examples/harbour'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of packages) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(ROOT, join(folder, 'node_modules/slipway'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

function dev(folder: string, ...flags: readonly string[]): Program {
  const loader = ['--import', 'tsx', '--conditions=slipway-source', join(ROOT, 'src/gateway/bin.ts')];
  const plugin = join(folder, 'harbour.ts');
  return new Program(process.execPath, [...loader, 'dev', plugin, '--log-level', 'error', ...flags], { cwd: ROOT });
}

test('saving :: loads the plugin anew; the user stays logged in, and what they see changes; then it is replayed', async () => {
  const folder = project('converse.js');
  const record = join(folder, 'talk.json');
  const running = dev(folder, '--account', 'username=romeo', 'password=ahoy', '--record', record);
  try {
    const [, address = ''] = await running.printed(/(http:\/\/127\.0\.0\.1:\d+\/)/);
    await withPage('dev', async (page) => {
      await page.goto(address);
      const say = async (text: string, answer: string) => {
        const chat = page.locator('converse-chat[jid="bo@gw.localhost"]');
        await chat.locator('textarea').fill(text);
        await page.keyboard.press('Enter');
        await chat.getByText(answer).waitFor();
      };
      await page.getByText('Bo the ferryman').first().click();
      await say('hello', 'You said: hello');
      // Gone when the page is loaded again, or the client logs in again.
      await page.evaluate('window.stillHere = true');
      const offset = running.output.length;
      const network = join(folder, 'network.ts');
      writeFileSync(network, readFileSync(network, 'utf8').replace('`You said: ', '`You wrote: '));
      await running.printed(/network\.ts has changed[\s\S]*The gateway runs/, offset);
      await say('again', 'You wrote: again');
      assert.is(await page.evaluate('window.stillHere'), true);

      // A slip of the pen: the version before goes on.
      const again = running.output.length;
      writeFileSync(network, `${readFileSync(network, 'utf8')}\nthis is no {`);
      await running.printed(/network\.ts.*ERROR[\s\S]*The version before goes on/, again);
      await say('and again', 'You wrote: and again');
    });
    running.signal('SIGTERM');
    assert.is(await running.exit(), 0, running.output);
    const text = readFileSync(record, 'utf8');
    assert.not.match(text, 'ahoy');
    const recording = JSON.parse(text) as Recording;
    assert.ok(recording.stanzas.some(({ by, xml }) => by === 'gateway' && xml.includes('You wrote: again')));
    // The plugin of the repository still says "You said".
    const error = await replay(join(ROOT, 'examples/harbour/harbour.ts'), recording, {
      secrets: { password: 'ahoy' },
    }).catch((reason: Error) => reason);
    assert.match(String(error), /recorded was a text "You wrote: again".*now it is a text "You said: again"/);
  } finally {
    await running.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('without Converse.js :: a line says how to have it', async () => {
  const folder = project();
  const running = dev(folder);
  try {
    await running.printed(/For a web chat: npm install --save-dev converse\.js/);
    await running.printed(/Save a file of the plugin/);
  } finally {
    running.signal('SIGTERM');
    await running.exit();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
