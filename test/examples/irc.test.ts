/** The parts of the gateway to IRC that need no server. */

import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type CaseMapping, caseMappingOf, fold } from '../../examples/irc/casemapping.ts';
import { Echoes } from '../../examples/irc/echoes.ts';
import { errorReply, xmppErrorOf } from '../../examples/irc/errors.ts';
import { legacyIdOf, legacyIdOfUsername, type Naming, nameOf, usernameOf } from '../../examples/irc/names.ts';
import { Reactions } from '../../examples/irc/reactions.ts';
import type { Said } from '../../examples/irc/said.ts';
import { channelsFrom, settingsFrom } from '../../examples/irc/settings.ts';
import { beginningOf, fromIrc, isEmoji, linesOf, toIrc } from '../../examples/irc/text.ts';
import { Throttle } from '../../examples/irc/throttle.ts';
import { TypingNotices, TypingPeople } from '../../examples/irc/typing.ts';
import type { Actor } from '../../src/gateway/index.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { JID, type StanzaError } from '../../src/stanza/index.ts';
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
  // One letter to a reader, but too much for a line.
  const zalgo = `o${'\u0301'.repeat(40)}!`;
  const lines = linesOf(zalgo, 30);
  assert.is(lines.join(''), zalgo);
  assert.ok(lines.every((line) => line !== '' && Buffer.byteLength(line) <= 30));
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

test('flood control :: what is not so important goes at once, and when there is time, or not at all', async () => {
  const clock = new FakeClock();
  const written: string[] = [];
  const throttle = new Throttle({ clock, burst: 3, interval: 1000, write: (line) => written.push(line) });
  for (const line of ['a', 'b', 'c']) throttle.offer(line);
  assert.equal(written, ['a', 'b'], 'a text can follow at once');
  void throttle.send('1');
  void throttle.send('2');
  await clock.advance(500);
  throttle.offer('d');
  await clock.advance(3000);
  throttle.offer('e');
  assert.equal(written, ['a', 'b', '1', '2', 'e']);
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

// RFC 2812 §2.2, and the ISUPPORT draft for the strict one.
const CAPITALS = { ascii: '', 'strict-rfc1459': '[{]}\\|', rfc1459: '[{]}\\|~^' } as const;

for (const mapping of ['ascii', 'strict-rfc1459', 'rfc1459'] as const) {
  test(`names :: that are the same by ${mapping}, and no others`, () => {
    const same = (one: string, other: string) => fold(one, mapping) === fold(other, mapping);
    assert.ok(same('JULIET', 'juliet'));
    assert.not.ok(same('É', 'é'), 'letters beyond ASCII have no capitals there');
    const punctuation = '[]{}\\|~^`_-';
    const capitals: string = CAPITALS[mapping];
    for (const one of punctuation) {
      for (const other of punctuation) {
        const at = Math.max(capitals.indexOf(one + other), capitals.indexOf(other + one));
        assert.is(same(`a${one}`, `A${other}`), one === other || (at !== -1 && at % 2 === 0), one + other);
      }
    }
  });
}

test('names :: a mapping is what the server says; what is not known takes no two for one', () => {
  assert.equal(
    ['rfc1459', 'RFC1459', 'ascii', 'strict-rfc1459', 'rfc1459-strict', 'rfc7613', 'x'].map((each) =>
      caseMappingOf(each),
    ),
    ['rfc1459', 'rfc1459', 'ascii', 'strict-rfc1459', 'strict-rfc1459', 'ascii', 'ascii'],
  );
});

test('addresses :: two names have the same if they are the same to the network, else never', () => {
  const nameWith = fc.stringMatching(/^(?:[A-Za-z0-9[\]{}\\|~^`_\-%.'"/:<>&#éÉßıſ💩م]|\u0301){1,6}$/u);
  const mappings = fc.constantFrom<CaseMapping>('ascii', 'strict-rfc1459', 'rfc1459');
  fc.assert(
    fc.property(nameWith, nameWith, mappings, (one, other, caseMapping) => {
      const network = { name: 'irc.test', caseMapping };
      const networks = new Map([[network.name, network]]);
      const username = (name: string) => usernameOf(legacyIdOf(`#${name}`, network));
      assert.is(username(one) === username(other), fold(one, caseMapping) === fold(other, caseMapping));
      const { local } = JID.parse(`${username(one)}@irc.example.org`);
      assert.is(local, username(one), 'as it stands in stanzas');
      assert.is(legacyIdOfUsername(local, 'channel', networks), legacyIdOf(`#${one}`, network));
    }),
    { numRuns: 2000 },
  );
});

test('addresses :: of networks that compare names in different ways', () => {
  const [near, far] = [{ name: 'near.test', caseMapping: 'ascii' } as const, { name: 'far.test' }];
  const networks = new Map<string, Naming>([
    [near.name, near],
    [far.name, far],
  ]);
  const idOf = (username: string) => legacyIdOfUsername(username, 'channel', networks);
  assert.is(idOf('#a{%near.test'), '#a{@near.test');
  // What has not been said is as RFC 2812 has it.
  assert.is(idOf('#a{%far.test'), '#a[@far.test');
  assert.is(idOf('#a[%near.test'), '#a[@near.test');
});

test('echoes :: stand for the lines they are the same as, or else for the others in order; the rest is said elsewhere', () => {
  const said = (text: string): Said => ({
    nick: 'romeo',
    target: '#verona',
    text,
    tags: {},
    time: undefined,
    isHistory: false,
  });
  const texts = (all: readonly (Said | undefined)[]) => all.map((each) => each?.text);
  const echoes = new Echoes();
  const expected = echoes.expect('#verona', ['one', '\x02two\x02', 'three']);
  assert.not.ok(echoes.take('#mantua', said('one')));
  for (const text of ['elsewhere', 'one', 'two', 'three']) assert.ok(echoes.take('#verona', said(text)));
  assert.equal(texts(expected.sorted().echoes), ['one', 'elsewhere', 'three'], 'what is not the same, by its order');
  assert.equal(texts(expected.sorted().others), ['two']);
  echoes.forget(expected);
  assert.not.ok(echoes.take('#verona', said('four')));
});

test('typing :: is told at once and again while it lasts, not within 3 s of the last time, and not for ever', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const begin = clock.now();
  const typing = new TypingNotices(clock, (to, state) => told.push(`${(clock.now() - begin) / 1000} ${to} ${state}`));
  typing.set('juliet', 'done');
  typing.set('juliet', 'active');
  await clock.advance(5000);
  typing.set('juliet', 'paused');
  await clock.advance(2000);
  assert.equal(told.splice(0), ['0 juliet active', '4 juliet active', '7 juliet paused']);
  typing.set('juliet', 'active');
  await clock.advance(6000);
  assert.equal(told.splice(0), ['10 juliet active']);
  typing.said('juliet');
  await clock.advance(10_000);
  assert.equal(told, [], 'a text says so itself');
  assert.is(clock.pending, 0);
  typing.set('juliet', 'active');
  await clock.advance(120_000);
  assert.is(told.length, 9);
  assert.is(told.at(-1), '55 juliet paused', 'after 30 s a client is asked no more');
  assert.is(clock.pending, 0);
});

test('typing :: of others is forgotten 6 s after it was told last, or when they have said it', async () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  const verb = (name: string) => () => seen.push(name);
  const juliet = { composing: verb('composing'), paused: verb('paused'), active: verb('active') } as unknown as Actor;
  const typing = new TypingPeople(clock);
  let isThere = true;
  const told = (state: string) => typing.told(juliet, state, () => isThere);
  told('active');
  await clock.advance(4000);
  told('active');
  await clock.advance(5999);
  assert.equal(seen.splice(0), ['composing', 'composing']);
  await clock.advance(1);
  told('active');
  typing.said(juliet);
  await clock.advance(10_000);
  told('paused');
  told('done');
  assert.equal(seen.splice(0), ['paused', 'composing', 'paused', 'active']);
  told('active');
  isThere = false;
  await clock.advance(10_000);
  assert.equal(seen, ['composing'], 'who has left is not heard of any more');
  assert.is(clock.pending, 0);
});

test('reactions :: come and go one by one on IRC, all at once on XMPP', () => {
  const reactions = new Reactions();
  assert.equal(reactions.change('m1', 'juliet', '👍', true), ['👍']);
  assert.equal(reactions.change('m1', 'juliet', '❤️', true), ['👍', '❤️']);
  assert.equal(reactions.change('m1', 'nurse', '👍', false), []);
  assert.equal(reactions.change('m1', 'juliet', '👍', false), ['❤️']);
  assert.equal(reactions.replace('m1', 'juliet', ['👎']), { more: ['👎'], less: ['❤️'] });
  assert.equal(reactions.replace('m1', 'juliet', []), { more: [], less: ['👎'] });
  assert.equal(['👍', '👍🏽', '❤', '❤️', '🇮🇹', '1️⃣', '👨‍👩‍👧', 'lol', ':)', '', '👍👍', '1'].filter(isEmoji), [
    '👍',
    '👍🏽',
    '❤',
    '❤️',
    '🇮🇹',
    '1️⃣',
    '👨‍👩‍👧',
  ]);
});

test('addresses :: of channels and people on several networks, there and back', () => {
  const network = { name: 'irc.libera.chat', caseMapping: 'rfc1459' } as const;
  const networks = new Map([[network.name, network]]);
  for (const [name, kind, username] of [
    ['#Slipway', 'channel', '#slipway%irc.libera.chat'],
    ['##c++/d', 'channel', '##c++\\2fd%irc.libera.chat'],
    ['#50%', 'channel', '#50%%irc.libera.chat'],
    ['#50%ab', 'channel', '#50%25ab%irc.libera.chat'],
    ['Juliet[m]', 'person', 'juliet[m]%irc.libera.chat'],
    ['Juliet{m}', 'person', 'juliet[m]%irc.libera.chat'],
    ['juliet|away', 'person', 'juliet|away%irc.libera.chat'],
    ['a\\40b', 'person', 'a|40b%irc.libera.chat'],
    ['#café', 'channel', '#café%irc.libera.chat'],
    ['#Café', 'channel', '#café%irc.libera.chat'],
    ['#CAFÉ', 'channel', '#caf%c3%89%irc.libera.chat'],
    ['#💩', 'channel', '#%f0%9f%92%a9%irc.libera.chat'],
    ['#\x02bold', 'channel', '#%02bold%irc.libera.chat'],
  ] as const) {
    const id = legacyIdOf(name, network);
    assert.is(usernameOf(id), username);
    assert.is(legacyIdOfUsername(username, kind, networks), id);
    assert.equal(nameOf(id), { name: fold(name, 'rfc1459'), network: 'irc.libera.chat' });
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
  const names = (channels?: string) => channelsFrom({ channels });
  assert.equal(names('#Verona  &ball,#mantua'), ['#Verona', '&ball', '#mantua']);
  assert.equal([names(''), names()], [[], []]);
  assert.throws(
    () => names('verona'),
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
