import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { bareOf, JID, JidError } from '../../src/stanza/index.ts';
import { collected } from '../support/collected.ts';
import { suite } from '../support/test.ts';

const test = suite('jid');

/** RFC 7622 §3.5, table 1, and more. */
const VALID: [given: string, prepared: string][] = [
  ['juliet@example.com', 'juliet@example.com'],
  ['juliet@example.com/foo', 'juliet@example.com/foo'],
  ['juliet@example.com/foo bar', 'juliet@example.com/foo bar'],
  ['juliet@example.com/foo@bar', 'juliet@example.com/foo@bar'],
  ['foo\\20bar@example.com', 'foo\\20bar@example.com'],
  ['fussball@example.com', 'fussball@example.com'],
  ['fußball@example.com', 'fußball@example.com'],
  ['π@example.com', 'π@example.com'],
  ['Σ@example.com/foo', 'σ@example.com/foo'],
  ['king@example.com/♚', 'king@example.com/♚'],
  ['example.com', 'example.com'],
  ['example.com/foobar', 'example.com/foobar'],
  ['a.example.com/b@example.net', 'a.example.com/b@example.net'],
  ['JULIET@EXAMPLE.COM/Foo', 'juliet@example.com/Foo'],
  ['juliet@example.com.', 'juliet@example.com'],
  ['ｊｕｌｉｅｔ@example.com', 'juliet@example.com'],
  ['user@MÜNCHEN.example', 'user@münchen.example'],
  ['user@xn--mnchen-3ya.example', 'user@xn--mnchen-3ya.example'],
  ['localhost', 'localhost'],
  ['user@127.0.0.1', 'user@127.0.0.1'],
  ['user@[::1]', 'user@[::1]'],
  ['שלום@example.com', 'שלום@example.com'],
  ['a@b/e\u0301', 'a@b/é'],
  ['a@b/x\u3000y', 'a@b/x y'],
];

/** RFC 7622 §3.5, table 2, and more. */
const INVALID: string[] = [
  '"juliet"@example.com',
  'foo bar@example.com',
  'juliet@example.com/',
  '@example.com/',
  '@example.com',
  'henryⅣ@example.com',
  '♚@example.com',
  'juliet@',
  '/foobar',
  '',
  'a&b@example.com',
  'a@b@c',
  'a@b c',
  'a@b..c',
  `${'a'.repeat(1024)}@b`,
  `a@b/${'é'.repeat(512)}`,
  'a@b/\u0000',
  'a@b/\ud800',
  'a\u200db@example.com',
  'aא@example.com',
  `a@${'b'.repeat(64)}.c`,
];

for (const [given, prepared] of VALID) {
  test(`accepts :: ${given}`, () => assert.is(JID.parse(given).full, prepared));
}

for (const given of INVALID) {
  test(`refuses :: ${JSON.stringify(given.slice(0, 40))}`, () => {
    assert.is(JID.tryParse(given), undefined);
    assert.throws(
      () => JID.parse(given),
      (e: unknown) => e instanceof JidError,
    );
  });
}

test('parts :: as given, and put together', () => {
  const jid = JID.parse('Romeo@Example.net/Orchard');
  assert.equal([jid.local, jid.domain, jid.resource], ['romeo', 'example.net', 'Orchard']);
  assert.is(jid.bare, 'romeo@example.net');
  assert.is(jid.withResource('').full, 'romeo@example.net');
  assert.is(jid.withResource('Garden').full, 'romeo@example.net/Garden');
  assert.is(String(jid), 'romeo@example.net/Orchard');
  assert.is(JSON.stringify({ jid }), '{"jid":"romeo@example.net/Orchard"}');
  assert.ok(jid.equals('ROMEO@example.net/Orchard'));
  assert.not(jid.equals('romeo@example.net/orchard'));
  assert.is(bareOf('a@b/c/d'), 'a@b');
});

test('preparation :: is idempotent, whatever is accepted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const once = JID.tryParse(text)?.full;
      if (once !== undefined) assert.is(JID.tryParse(once)?.full, once);
    }),
    { numRuns: 20_000, seed: 1 },
  );
});

test('parse :: an address keeps itself, and nothing of the stanza that it came in', () => {
  const kept: JID[] = [];
  const before = collected();
  for (let i = 0; i < 4000; i++) {
    const stanza = `somebody-${i}@example.com/a-resource ${'x'.repeat(16_000)}`;
    kept.push(JID.parse(stanza.slice(0, stanza.indexOf(' '))));
  }
  const bytes = collected() - before;
  assert.ok(bytes < 8 * 1024 * 1024, `${bytes} bytes`);
  assert.is(kept[7]?.local, 'somebody-7');
});

test.run();
