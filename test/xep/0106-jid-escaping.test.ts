import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { JID } from '../../src/stanza/index.ts';
import { escapeLocal, unescapeLocal } from '../../src/xep/0106-jid-escaping.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0106');

const NAMES: [name: string, local: string][] = [
  // Examples 1, 3, 4, 5, 7 and 47.
  ["d'artagnan", 'd\\27artagnan'],
  ['\\2plus\\2is\\4', '\\2plus\\2is\\4'],
  ['foo\\bar', 'foo\\bar'],
  ['foob\\41r', 'foob\\41r'],
  ["here's_a_wild_&_/cr%zy/_address", 'here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address'],
  ['somenick!user"&\'/:<>\\3address', 'somenick!user\\22\\26\\27\\2f\\3a\\3c\\3e\\5c3address'],
  ['space cadet', 'space\\20cadet'],
  ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
  ['at&t guy', 'at\\26t\\20guy'],
  ['/.fanboy', '\\2f.fanboy'],
  ['::foo::', '\\3a\\3afoo\\3a\\3a'],
  ['<foo>', '\\3cfoo\\3e'],
  ['user@host', 'user\\40host'],
  ['c:\\net', 'c\\3a\\net'],
  ['c:\\\\net', 'c\\3a\\\\net'],
  ['c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
  ['c:\\5commas', 'c\\3a\\5c5commas'],
];
for (const [name, local] of NAMES) {
  test(`both ways :: ${name}`, () => {
    assert.is(escapeLocal(name), local);
    assert.is(unescapeLocal(local), name);
    assert.is(new JID(local, 'example.com').local, local);
  });
}

test('unescapeLocal :: what is no escape stays', () => {
  assert.is(unescapeLocal('a\\2Fb\\00c\\2'), 'a\\2Fb\\00c\\2');
});

test('escapeLocal :: spaces at the ends cannot be expressed', () => {
  for (const name of ['', ' a', 'a ']) assert.throws(() => escapeLocal(name), /not a name that can be escaped/);
});

test('both ways :: any name', () =>
  fc.assert(
    fc.property(
      fc
        .string({ unit: fc.constantFrom(...'\\ "&\'/:<>@05c2a7'), minLength: 1 })
        .filter((name) => name.trim() === name),
      (name) => {
        const local = escapeLocal(name);
        assert.not.match(local, /[ "&'/:<>@]/);
        assert.is(unescapeLocal(local), name);
      },
    ),
    { numRuns: 500, seed: 106 },
  ));

test.run();
