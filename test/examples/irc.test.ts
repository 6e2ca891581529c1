/** The parts of the gateway to IRC that need no server. */

import * as assert from 'uvu/assert';
import { errorReply, xmppErrorOf } from '../../examples/irc/errors.ts';
import { legacyIdOf, legacyIdOfUsername, nameOf, usernameOf } from '../../examples/irc/names.ts';
import { channelsFrom, settingsFrom } from '../../examples/irc/settings.ts';
import { beginningOf, fromIrc, linesOf, toIrc } from '../../examples/irc/text.ts';
import { Throttle } from '../../examples/irc/throttle.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import type { StanzaError } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';

const test = suite('irc, in parts');
const B = '\x02';
const I = '\x1d';

for (const [irc, xmpp] of [
  ['plain', 'plain'],
  [`${B}bold${B} and ${I}not${I}`, '*bold* and _not_'],
  [`${B}both ${I}of${B} them`, '*both* *_of_* _them_'],
  [`${B}${I}both\x0f no more`, '*_both_* no more'],
  ['\x034,12red\x03 \x0304 and\x03', 'red  and'],
  ['\x04ff0000red\x04', 'red'],
  [`un${B}broken${B}`, 'unbroken'],
  [`${B} spaced ${B}out`, ' *spaced* out'],
  [`${B}2 * 3${B}`, '2 * 3'],
  ['\x11code\x11 \x1egone\x1e \x1funder\x1f', '`code` ~gone~ under'],
  ['a\x01b\x07c', 'abc'],
] as const) {
  test(`from IRC :: ${JSON.stringify(irc)}`, () => assert.is(fromIrc(irc as string), xmpp));
}

for (const [xmpp, irc] of [
  ['plain', 'plain'],
  ['*bold* and _not_', `${B}bold${B} and ${I}not${I}`],
  ['👋 `code`, ~gone~', '👋 \x11code\x11, \x1egone\x1e'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['> *quoted*', `> ${B}quoted${B}`],
] as const) {
  test(`to IRC :: ${JSON.stringify(xmpp)}`, () => assert.is(toIrc(xmpp), irc));
}

test('lines :: are cut between words, or between characters, and lose nothing', () => {
  assert.equal(linesOf('one\n\ntwo\r\nthree', 100), ['one', 'two', 'three']);
  assert.equal(linesOf('wherefore art thou', 15), ['wherefore art', 'thou']);
  assert.equal(linesOf('x'.repeat(25), 10), ['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
  const family = '👨‍👩‍👧';
  assert.equal(linesOf(family.repeat(3), 40), [family.repeat(2), family]);
  for (const line of linesOf('épées et baïonnettes '.repeat(40), 99)) assert.ok(Buffer.byteLength(line) <= 99);
});

test('the beginning of a text :: is its first line, not too long', () => {
  assert.is(beginningOf('Good day\n'), 'Good day');
  assert.is(beginningOf('Good day\nto you'), 'Good day …');
  assert.is(beginningOf('👨‍👩‍👧'.repeat(4), 3), `${'👨‍👩‍👧'.repeat(3)} …`);
});

test('flood control :: a few lines at once, then one after the other; what is given up says so', async () => {
  const clock = new FakeClock();
  const written: string[] = [];
  const throttle = new Throttle({ clock, burst: 2, interval: 1000, write: (line) => written.push(line) });
  const sent = ['1', '2', '3', '4', '5'].map((line) =>
    throttle.send(line).then(
      () => 'sent',
      (error) => error.message,
    ),
  );
  assert.equal(written, ['1', '2']);
  await clock.advance(1000);
  assert.equal(written, ['1', '2', '3']);
  throttle.clear(new Error('gone'));
  assert.equal(await Promise.all(sent), ['sent', 'sent', 'sent', 'gone', 'gone']);
  await clock.advance(10_000);
  for (const line of ['6', '7', '8']) void throttle.send(line);
  assert.equal(written, ['1', '2', '3', '6', '7']);
});

test('error replies :: become the conditions that clients know', () => {
  const reply = errorReply('@time=2026-01-01T00:00:00Z :irc.test 474 romeo #verona :Cannot join channel (+b)');
  assert.equal(reply, { numeric: '474', params: ['#verona', 'Cannot join channel (+b)'] });
  assert.is(xmppErrorOf(reply as never).condition, 'forbidden');
  assert.is(xmppErrorOf(reply as never).text, 'The IRC server says: Cannot join channel (+b)');
  const unwanted = errorReply(':irc.test 716 romeo Juliet :is in +g mode (server-side ignore).');
  assert.is(xmppErrorOf(unwanted as never).condition, 'forbidden');
  assert.is(errorReply(':irc.test 422 romeo :MOTD File is missing'), undefined);
  assert.is(errorReply(':irc.test 366 romeo #verona :End of NAMES list'), undefined);
  assert.equal(errorReply(':irc.test 451 * :Register first')?.params, ['Register first']);
});

test('addresses :: of channels and people on several networks, there and back', () => {
  const networks = new Map([['irc.libera.chat', 1]]);
  for (const [name, kind, username] of [
    ['#Slipway', 'channel', '#slipway%irc.libera.chat'],
    ['##c++/d', 'channel', '##c++\\2fd%irc.libera.chat'],
    ['#50%', 'channel', '#50%%irc.libera.chat'],
    ['Juliet[m]', 'person', 'juliet[m]%irc.libera.chat'],
  ] as const) {
    const id = legacyIdOf(name, 'irc.libera.chat');
    assert.is(usernameOf(id), username);
    assert.is(legacyIdOfUsername(username, kind, networks), id);
    assert.equal(nameOf(id), { name: name.toLowerCase(), network: 'irc.libera.chat' });
  }
  for (const [username, kind] of [
    ['#slipway%irc.libera.chat', 'person'],
    ['juliet%irc.libera.chat', 'channel'],
    ['juliet', 'person'],
    ['juliet%elsewhere.example', 'person'],
    ['%irc.libera.chat', 'person'],
  ] as const) {
    assert.throws(
      () => legacyIdOfUsername(username, kind, networks),
      (error: StanzaError) => error.condition === 'item-not-found',
    );
  }
});

test('channels to be in from the start :: by their names', () => {
  const ids = (channels?: string) => channelsFrom({ channels }, 'irc.test').map(({ id }) => id);
  assert.equal(ids('#Verona  &ball,#verona'), ['#verona@irc.test', '&ball@irc.test']);
  assert.equal([ids(''), ids()], [[], []]);
  assert.throws(
    () => ids('verona'),
    (error: StanzaError) => error.condition === 'not-acceptable',
  );
});

test('settings :: as users write them, or refused with the reason', () => {
  const form = { host: 'IRC.Libera.chat', port: '', tls: true, nick: 'romeo', account: ' ', password: '' };
  const settings = settingsFrom(form, []);
  assert.equal(
    [settings.name, settings.host, settings.port, settings.account],
    ['irc.libera.chat', 'irc.libera.chat', 6697, undefined],
  );
  assert.is(settingsFrom({ ...form, port: '6668', tls: 'false' }, []).name, 'irc.libera.chat-6668');
  for (const [wrong, allowed, condition] of [
    [{ nick: '1romeo' }, [], 'not-acceptable'],
    [{ nick: 'ro meo' }, [], 'not-acceptable'],
    [{ port: '70000' }, [], 'not-acceptable'],
    [{ host: 'a b' }, [], 'not-acceptable'],
    [{}, ['irc.oftc.net'], 'not-allowed'],
  ] as const) {
    assert.throws(
      () => settingsFrom({ ...form, ...wrong }, allowed),
      (error: StanzaError) => error.condition === condition,
    );
  }
});

test.run();
