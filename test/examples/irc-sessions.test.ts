/** The gateway to IRC with the fake server of the conformance suite: what the suite does not ask. */

import * as assert from 'uvu/assert';
import { FakeIrcServer } from '../../examples/irc/fake-server.ts';
import { network } from '../../examples/irc/irc.fake.ts';
import * as irc from '../../examples/irc/irc.ts';
import { nameOf } from '../../examples/irc/names.ts';
import { IrcNetwork, type NetworkListener } from '../../examples/irc/network.ts';
import { silentLog } from '../../src/gateway/index.ts';
import { FakeClock, type TestKit, testKit, type User } from '../../src/gateway/testing/index.ts';
import { systemClock } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';

const test = suite('irc, with a server');
const ACCOUNT = { account: (name: string) => network.account(name) };

type Session = InstanceType<typeof irc.IrcSession>;

/** romeo, who is in #verona, where Mercutio is. */
async function inVerona(scene: (kit: TestKit, romeo: User, session: Session) => Promise<void>): Promise<void> {
  await network.start?.();
  const kit = await testKit(irc, { ...ACCOUNT, config: network.config ?? {}, clock: systemClock });
  try {
    const romeo = await kit.user('romeo');
    await scene(kit, romeo, romeo.session as unknown as Session);
  } finally {
    await kit.stop();
    await network.stop?.();
  }
}

const nowhere: NetworkListener = { onUp() {}, onDown() {}, onSaid() {}, listen() {} };

test('nicks :: are the same in capitals, whoever asks', () =>
  inVerona(async (_kit, romeo, session) => {
    const [mercutio] = network.people;
    const room = await session.bookmarks.byLegacyId(network.groups?.[0] as string);
    const visit = await romeo.joins(room);
    assert.equal([...visit.occupants.keys()].sort(), ['Mercutio', 'romeo']);
    const contact = await session.contacts.byLegacyId(mercutio);
    assert.is((await room.getParticipantByContact(contact)).nickname, 'Mercutio');
    assert.is((await room.getParticipantByLegacyId(mercutio)).nickname, 'Mercutio');
    await visit.leaves();
  }));

test('who registers again :: keeps channels and other networks', () =>
  inVerona(async (kit, romeo, session) => {
    const room = await session.bookmarks.byLegacyId(`#mantua@${nameOf(network.people[0]).network}`);
    await (await romeo.joins(room)).leaves();
    const dialogue = await romeo.runs('re-register');
    await dialogue.fills({ ...network.account('romeo'), channels: '#padua' });
    while (!dialogue.isDone) await dialogue.fills({});
    await kit.ready(romeo);
    const { data } = romeo.session as unknown as Session;
    assert.equal(
      data.channels.map(({ id }) => nameOf(id).name),
      ['#verona', '#mantua', '#padua'],
    );
    assert.is(data.networks.length, 1);
  }));

test('what still comes from a connection that was closed :: is for nobody', () =>
  inVerona(async (kit, _romeo, session) => {
    const [ircNetwork] = session.networks.values();
    await session.logout();
    ircNetwork?.client.emit('back', { nick: 'Mercutio', self: false });
    await session.events.settled();
    assert.equal(kit.troubles, []);
  }));

test('a nick that is in use :: is asked for again, until the user has it or takes another', async () => {
  const server = new FakeIrcServer({ people: [], channels: {}, password: '' });
  await server.start();
  const clock = new FakeClock();
  const settings = { name: 'test', host: '127.0.0.1', port: server.port, tls: false, nick: 'romeo' };
  const flood = { burst: 5, interval: 1 };
  const open = async () => {
    const opened = new IrcNetwork(settings, nowhere, { clock, log: silentLog, quitMessage: 'Gone', flood });
    await opened.open();
    return opened;
  };
  const nickOf = (each: IrcNetwork) => new Promise<string>((next) => each.client.on('nick', (e) => next(e.new_nick)));
  try {
    const ghost = await open();
    const again = await open();
    assert.is(again.nick, 'romeo_');
    await clock.advance(60_000);
    await again.ask('', 'PING x');
    assert.is(again.nick, 'romeo_', 'it is still in use');
    const gone = new Promise((closed) => ghost.client.on('close', closed));
    ghost.close();
    await gone;

    const changed = nickOf(again);
    await clock.advance(60_000);

    assert.is(await changed, 'romeo');
    assert.is(clock.pending, 0);
    const another = await open();
    assert.is(another.nick, 'romeo_');
    const chosen = nickOf(another);
    another.client.changeNick('Montague');
    assert.is(await chosen, 'Montague');
    assert.is(clock.pending, 0, 'it is what the user wanted');
    another.close();
    again.close();
  } finally {
    await server.stop();
  }
});

test.run();
