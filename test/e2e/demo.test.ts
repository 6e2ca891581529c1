/** `npm run demo`, as a stranger tries it: the tour, and the web chat in a browser. */

import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { screenshot, withPage } from './support/browser.ts';
import { ROOT } from './support/gateway-process.ts';
import { Program } from './support/process.ts';

const test = suite('demo', { timeout: 120_000 });
const demo = (...flags: string[]) =>
  new Program(
    process.execPath,
    ['--import', 'tsx', '--conditions=slipway-source', join(ROOT, 'examples/demo/main.ts'), ...flags],
    { cwd: ROOT },
  );

test('headless :: plays the tour and exits with 0', async () => {
  const tour = demo('--headless');
  assert.is(await tour.exit(), 0, tour.output);
  assert.match(tour.output, /"You said: Ahoy, is there a berth free\? ⛵"/);
  assert.match(tour.output, /The tour is over: everything worked\.\n$/);
});

test('an unknown option :: is refused', async () => {
  const wrong = demo('--haedless');
  assert.is(await wrong.exit(), 2);
  assert.match(wrong.output, /--haedless is not an option/);
});

test('web chat :: logged in, contacts are there, a message gets its answer', async () => {
  const running = demo();
  try {
    const [, address = ''] = await running.printed(/(http:\/\/127\.0\.0\.1:\d+\/)/);
    await withPage('demo', async (page) => {
      await page.goto(address);
      for (const name of ['Ada the harbour master', 'Bo the ferryman', 'Cleo the cook']) {
        await page.getByText(name).first().waitFor();
      }
      await page.getByText('Bo the ferryman').first().click();
      const chat = page.locator('converse-chat[jid="bo@harbour.localhost"]');
      await chat.locator('textarea').fill('A ticket to the other side 🚢, please');
      await page.keyboard.press('Enter');
      await chat.getByText('You said: A ticket to the other side 🚢, please').waitFor();
      await screenshot(page, 'demo-answer');
    });
    running.signal('SIGTERM');
    assert.is(await running.exit(), 0);
  } finally {
    await running.kill();
  }
});

test.run();
