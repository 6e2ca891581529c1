import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { safeNick, uniqueNick } from '../../../src/gateway/muc/nick.ts';
import { isUnassigned } from '../../../src/gateway/muc/unassigned.ts';
import { JID } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';

const test = suite('nick');

/** Anything a network may call somebody: all of Unicode, and all that breaks careless code. */
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\u0000', '\ud83d', '\u200d', 'é', 'م', 'ש', '·', '👋', '　', 'ﬁ') }),
);

test('exact :: what every server takes stays as it is', () => {
  for (const name of [
    'Ann',
    'Ann Smith',
    'Søren',
    'Дмитрий',
    '山田太郎',
    'ann/@phone',
    'محمد',
    "O'Hara <o@x>",
    'x'.repeat(1023),
  ]) {
    assert.equal(safeNick(name), { resource: name, isExact: true });
  }
});

test('exact :: white space and controls do not count', () => {
  assert.equal(safeNick('  Ann \n\t Smith\u0000\u007f '), { resource: 'Ann Smith', isExact: true });
  assert.equal(safeNick('Ann\ud83d'), { resource: 'Ann', isExact: true });
  assert.equal(safeNick('e\u0301'), { resource: 'é', isExact: true });
});

test('forms :: become ordinary letters', () => {
  assert.equal(safeNick('ﬁ Ｙａｍａｄａ 𝐀nn'), { resource: 'fi Yamada Ann', isExact: false });
  assert.equal(safeNick('I ❤\ufe0f U'), { resource: 'I ❤ U', isExact: false });
  assert.equal(safeNick('\u202eevil\u202c'), { resource: 'evil', isExact: false });
});

test('punycode :: for what was not there in Unicode 3.2, or is refused', () => {
  assert.equal(safeNick('Ann 😀'), { resource: 'Ann -y973c', isExact: false });
  for (const name of ['👨‍👩‍👧', 'محمد Ali', 'محمد!', 'a·b', '\ufffd', '\u2ff0', '\ue000', 'ẞ']) {
    const { resource, isExact } = safeNick(name);
    assert.match(resource, /^[ -~]+$/);
    assert.not(isExact, name);
  }
});

test('empty :: has a name nevertheless', () => {
  for (const name of ['', ' \n', '\u0000', '\u200d\ufe0f', '\u3164', '\udc00']) {
    assert.equal(safeNick(name), { resource: 'unnamed', isExact: false });
    assert.is(safeNick(name, 'id 7').resource, 'id 7');
    assert.is(safeNick(name, '\u0001').resource, 'unnamed');
  }
});

test('long :: cut between code points', () => {
  assert.equal(safeNick('é'.repeat(600)), { resource: 'é'.repeat(511), isExact: false });
  assert.equal(safeNick('x'.repeat(1024)), { resource: 'x'.repeat(1023), isExact: false });
  assert.is(safeNick('😀'.repeat(5000)).resource.length <= 1023, true);
});

test('any nickname :: an address that preparation leaves as it is', () => {
  fc.assert(
    fc.property(anything, (name) => {
      const { resource } = safeNick(name);
      assert.is(new JID('room', 'gw.example.com', resource).resource, resource);
      assert.ok(Buffer.byteLength(resource) <= 1023);
      assert.is(resource.normalize('NFKC'), resource);
      assert.not([...resource].some((char) => isUnassigned(char.codePointAt(0) as number)));
    }),
    { numRuns: 500 },
  );
});

test('unassigned :: the borders of table A.1', () => {
  for (const assigned of [0, 0x41, 0x220, 0x222, 0x2603, 0xfffc, 0x1d7ff, 0x2a6d6, 0xe0001, 0xfffff, 0x10ffff]) {
    assert.not(isUnassigned(assigned), assigned.toString(16));
  }
  for (const unassigned of [0x221, 0x234, 0x24f, 0x1f600, 0x1e9e, 0x1d800, 0x2a6d7, 0xe0000, 0xeffff - 2]) {
    assert.ok(isUnassigned(unassigned), unassigned.toString(16));
  }
});

test('unique :: a hint, then a number', () => {
  const taken = new Set<string>();
  const next = (hint: string) => {
    const nick = uniqueNick('Ann', (each) => taken.has(each), hint);
    taken.add(nick);
    return nick;
  };
  assert.equal(['x', 'ann1', 'ann1', '', 'x', ' \n'].map(next), [
    'Ann',
    'Ann (ann1)',
    'Ann (2)',
    'Ann (3)',
    'Ann (x)',
    'Ann (4)',
  ]);
});

test('unique :: whatever is taken, a new one that is safe', () => {
  fc.assert(
    fc.property(anything, fc.array(anything, { maxLength: 4 }), fc.nat(5), (name, hints, more) => {
      const taken = new Set<string>();
      for (const hint of [...hints, ...Array(more).fill('x'.repeat(2000))]) {
        const nick = uniqueNick(safeNick(name).resource, (each) => taken.has(each), hint);
        assert.not(taken.has(nick));
        assert.is(new JID('room', 'gw.example.com', nick).resource, nick);
        taken.add(nick);
      }
    }),
  );
  assert.is(
    uniqueNick('محمد', (each) => each === 'محمد', 'ann'),
    'sgbe8db (ann)',
  );
  assert.is(
    uniqueNick('Ann', (each) => each === 'Ann', '😀'),
    'Ann (e28h)',
  );
  const rightToLeft = safeNick('אבגדהוזחטיכלמנסעפצקרשת'.repeat(40)).resource;
  assert.match(
    uniqueNick(rightToLeft, (each) => !each.endsWith('(3)'), ''),
    /^[ -~]+ \(3\)$/,
  );
  const long = 'x'.repeat(1023);
  assert.is(
    uniqueNick(long, (each) => each === long, 'y'),
    `${'x'.repeat(1019)} (y)`,
  );
});

test.run();
