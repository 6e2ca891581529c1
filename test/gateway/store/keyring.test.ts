import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { Keyring, keyIdOf, PREFIX_LENGTH, SealError } from '../../../src/gateway/store/keyring.ts';
import { suite } from '../../support/test.ts';

const test = suite('keyring');

const OLD = randomBytes(32);
const NEW = randomBytes(32);
const ring = new Keyring([OLD]);

test('seal :: what is sealed is read again, and each time it looks different', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, bound) => {
      const sealed = ring.seal(text, bound);
      assert.is(ring.open(sealed, bound), text);
      assert.is.not(ring.seal(text, bound), sealed);
      assert.is(keyIdOf(sealed.slice(0, PREFIX_LENGTH)), ring.current);
      assert.ok(sealed.startsWith(ring.prefix as string));
    }),
  );
});

test('open :: not as something else, not with another key, not when a character was changed', () => {
  const sealed = ring.seal('{"password":"x"}', 'user romeo');
  const refused = (stored: string, bound: string, keys: Keyring) => {
    assert.throws(
      () => keys.open(stored, bound),
      (error: unknown) => error instanceof SealError && !error.message.includes('password'),
    );
  };
  refused(sealed, 'user juliet', ring);
  refused(sealed, 'user romeo', new Keyring([NEW]));
  refused(sealed, 'user romeo', new Keyring());
  for (let i = PREFIX_LENGTH; i < sealed.length; i++) {
    const changed = `${sealed.slice(0, i)}${sealed[i] === 'A' ? 'B' : 'A'}${sealed.slice(i + 1)}`;
    // The last character of Base64 has bits that mean nothing.
    if (!Buffer.from(changed.slice(PREFIX_LENGTH), 'base64').equals(Buffer.from(sealed.slice(PREFIX_LENGTH), 'base64')))
      refused(changed, 'user romeo', ring);
  }
  for (const cut of ['sealed:', 'sealed:1:', sealed.slice(0, 30), sealed.slice(0, PREFIX_LENGTH)])
    refused(cut, 'user romeo', ring);
});

test('open :: what was stored without a key, and with a key that is not the first any more', () => {
  assert.is(ring.open('{}', 'x'), '{}');
  assert.is(new Keyring().seal('{}', 'x'), '{}');
  assert.is(new Keyring([NEW, OLD]).open(ring.seal('{}', 'x'), 'x'), '{}');
});

test('parse :: keys of 32 bytes in Base64, behind commas; errors do not show them', () => {
  const text = [NEW, OLD].map((key) => key.toString('base64')).join(', ');
  assert.is(Keyring.parse(text).open(ring.seal('{}', 'x'), 'x'), '{}');
  assert.is(Keyring.parse(text).current, new Keyring([NEW]).current);
  assert.is(Keyring.parse(NEW.toString('base64url')).current, new Keyring([NEW]).current);
  assert.is(Keyring.parse('').current, undefined);
  for (const wrong of ['hush', randomBytes(31).toString('base64'), OLD.toString('hex'), `${OLD.toString('base64')}!`]) {
    assert.throws(
      () => Keyring.parse(wrong),
      (error: Error) => /32 bytes/.test(error.message) && !error.message.includes(wrong),
    );
  }
});

test('inspect :: shows no key', () => {
  const shown = inspect(Keyring.parse(OLD.toString('base64')), { depth: 9, showHidden: true });
  for (const form of ['base64', 'hex'] as const) assert.not.match(shown, OLD.toString(form));
});

test.run();
