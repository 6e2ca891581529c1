/** The page about options says what the code does. */

import * as assert from 'uvu/assert';
import { OPTIONS } from '../../src/gateway/config.ts';
import type { OptionTable } from '../../src/gateway/options.ts';
import { page, withSections } from '../../tools/options-table.ts';
import { suite } from '../support/test.ts';

const test = suite('configuration page');

test('tables :: are those of the code; after a change run tools/options-table.ts', () => {
  assert.is(page(), withSections(page()));
});

test('options :: each has a group, and one sentence without a full stop', () => {
  for (const [name, { group, describe }] of Object.entries(OPTIONS as OptionTable)) {
    assert.ok(group, name);
    assert.match(describe, /^[A-Z].*[^.]$/, name);
  }
});

test.run();
