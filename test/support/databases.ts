/** Databases of tests. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from './test.ts';

/** Gives the location of a database that is empty, as `Store.open` takes it. */
export type NewDatabase = () => Promise<string>;

/** Files of SQLite, which are gone after the tests. */
export function sqliteDatabases(test: Test): NewDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return async () => join(folder, `${++count}.sqlite`);
}
