/** Debian's Chromium, without a window. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ROOT } from './gateway-process.ts';
import { hasCommand, need } from './install.ts';

const EXECUTABLE = '/usr/bin/chromium';
/** Where pictures are put for people to look at; git ignores it. */
const SCREENSHOTS = join(ROOT, '.slipway', 'screenshots');

/** Opens a page, and closes the browser when `play` is over. A picture of the last moment is kept as `name`. */
export async function withPage(name: string, play: (page: Page) => Promise<void>): Promise<void> {
  need(() => hasCommand(EXECUTABLE), 'chromium');
  const browser: Browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 700 } });
    page.setDefaultTimeout(60_000);
    try {
      await play(page);
    } finally {
      await screenshot(page, name);
    }
  } finally {
    await browser.close();
  }
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}
