import * as assert from 'uvu/assert';
import * as harbour from '../../../examples/harbour/harbour.ts';
import { defineOptions } from '../../../src/gateway/index.ts';
import {
  type KitOptions,
  ReplayError,
  replay,
  type TestKit,
  testKit,
  type User,
} from '../../../src/gateway/testing/index.ts';
import { StanzaError, systemClock } from '../../../src/stanza/index.ts';
import { NS as NS_RECEIPTS } from '../../../src/xep/0184-receipts.ts';
import { markable } from '../../../src/xep/0333-markers.ts';
import { FULL_PLUGIN, type FullSession } from '../../support/full-plugin.ts';
import { GROUPS_PLUGIN, type TestRoom } from '../../support/groups-plugin.ts';
import { suite } from '../../support/test.ts';

const test = suite('the kit');

const HARBOUR = { account: (name: string) => ({ username: name, password: 'ahoy' }) };

/** romeo in the harbour. */
async function inHarbour(scene: (kit: TestKit, romeo: User) => Promise<void>, options: KitOptions = {}) {
  const kit = await testKit(harbour, { ...HARBOUR, ...options });
  try {
    await scene(kit, await kit.user('romeo'));
  } finally {
    await kit.stop();
  }
}

const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => assert.unreachable('it should have failed'),
    (error) => error,
  );

test('options :: also those of the plugin; a name that is none is an error', async () => {
  const options = defineOptions({ 'harbour-pilots': { type: 'number', default: 3, describe: 'Pilots on duty' } });
  const kit = await testKit({ ...harbour, options }, { config: { 'harbour-pilots': 7 } });
  assert.is(options.of(kit.gateway).harbourPilots, 7);
  await kit.stop();
  const wrong = await failure(testKit({ ...harbour, options }, { config: { 'harbour-pilot': 7 } }));
  assert.match(wrong.message, /there is no option harbour-pilot/);
});

test('messages :: what the user does, and what comes back', () =>
  inHarbour(async (_, romeo) => {
    const hi = await romeo.sends('hi', { to: 'ada' });
    await romeo.expects.receipt(hi, { from: 'ada' });
    await romeo.expects.displayed(hi);
    await romeo.expects.chatState('composing', { from: 'ada' });
    await romeo.expects.text('You said: hi', { from: 'ada' });
    await romeo.corrects(hi, 'hello');
    const question = await romeo.sends('why?', { to: 'dag' });
    const { replyTo, body } = await romeo.expects.reply(question, 'That is a good question.');
    assert.equal([replyTo, body], [question.id, 'That is a good question.']);
    await romeo.expects.presence('dag', 'away', { status: 'Up in the tower' });
    const said = await romeo.sends('x', { to: 'bo' });
    assert.equal(await romeo.expects.reaction(said), ['⚓']);
    const answer = await romeo.expects.text('You said: x', { from: 'bo' });
    await romeo.reacts(answer, ['👍']);
    await romeo.expects.reaction(answer, ['👍'], { from: 'bo' });
    await romeo.sends('salt', { to: 'cleo' });
    await romeo.expects.correction(await romeo.expects.text(undefined, { from: 'cleo' }), /with salt/);
    await romeo.sends('when', { to: 'eve' });
    await romeo.expects.retraction(await romeo.expects.text(undefined, { from: 'eve' }));
    await romeo.sends('anyone?', { to: 'nobody' });
    assert.match((await romeo.expects.error('item-not-found')).text, /no nobody/);
    assert.is(await romeo.expects.element(markable), true);
  }));

test('files :: both ways', () =>
  inHarbour(async (_, romeo) => {
    await romeo.sends('a map, please', { to: 'ada' });
    const map = await romeo.expects.file({ name: 'map.svg', mediaType: /svg/ });
    assert.is((await map.fetch()).length, map.size);
    await romeo.sendsFile({ data: 'words', name: 'words.txt', type: 'text/plain' }, { to: 'ada' });
    await romeo.expects.text('You said: words.txt, 5 bytes');
  }));

test('rooms :: who is there, what was said, what is said, who leaves', () =>
  inHarbour(async (kit, romeo) => {
    const crew = await romeo.joins('#crew');
    assert.equal(
      [...crew.occupants.values()].map(({ nick, role, affiliation }) => [nick, role, affiliation]),
      [
        ['Ada the harbour master', 'moderator', 'owner'],
        ['Bo the ferryman', 'participant', 'member'],
        ['Cleo the cook', 'participant', 'member'],
        ['romeo', 'moderator', 'member'],
      ],
    );
    assert.is(crew.history[0]?.body, 'Soup is ready.');
    assert.is(crew.history[0]?.when?.getTime(), (kit.clock?.now() as number) - 5 * 3600_000);
    const hello = await crew.says('hello');
    assert.is(hello.from, '#crew@gw.localhost/romeo');
    await crew.expects.text('You said: hello', { from: 'Ada the harbour master' });
    await romeo.reacts(hello, ['⚓']);
    await crew.expects.reaction(hello, ['⚓'], { from: 'romeo' });
    await crew.setsSubject('Calm');
    await crew.expects.subject('Calm');
    const room = await romeo.session.bookmarks.byLegacyId('crew');
    room.removeParticipant(await room.getParticipantByLegacyId('bo'), { kick: true, reason: 'Splashing' });
    assert.is((await crew.expects.departure('Bo the ferryman', 'kicked')).reason, 'Splashing');
    room.renameParticipant(await room.getParticipantByLegacyId('cleo'), 'Chef');
    assert.is((await crew.expects.departure('Cleo the cook', 'renamed')).newNick, 'Chef');
    await crew.expects.occupant('Chef', { role: 'participant' });
    assert.equal(
      (await crew.archive()).flatMap(({ body }) => body ?? []),
      ['Soup is ready.', 'Keep some for me, I am on the water.', 'hello', 'You said: hello'],
    );
    await crew.leaves();
    assert.not.ok(crew.isJoined);
    assert.is((await romeo.bookmarks()).length, 3);
    assert.instance(await failure(romeo.joins('#nowhere')), StanzaError);
  }));

test('rooms :: what a moderator does reaches the plugin', async () => {
  const kit = await testKit(GROUPS_PLUGIN);
  const romeo = await kit.user('romeo');
  const group = await romeo.joins('#group');
  await group.kicks('JULIET', 'Enough');
  await group.setsAffiliation('nurse@gw.localhost', 'admin');
  await romeo.invites('nurse', group);
  await kit.settle();
  const { calls } = (await romeo.session.bookmarks.byLegacyId('group')) as TestRoom;
  assert.equal(calls.slice(-3), [
    ['onKick', 'juliet', 'Enough'],
    ['onSetAffiliation', 'nurse', 'admin', undefined, undefined],
    ['onInvitation', 'nurse', 'group', undefined],
  ]);
  await kit.stop();
});

test('contacts :: roster, presence, subscriptions, another client', async () => {
  const kit = await testKit(FULL_PLUGIN);
  const romeo = await kit.user('romeo');
  await romeo.expects.contact('juliet', { name: 'JULIET', subscription: 'both', group: 'slipway' });
  await romeo.expects.presence('juliet', 'online');
  const session = romeo.session as FullSession;
  await romeo.goes('dnd', { status: 'Busy' });
  await kit.settle();
  assert.equal(session.calls.at(-1)?.slice(0, 4), ['onPresence', 'test', 'dnd', 'Busy']);
  const phone = await kit.user('romeo', { resource: 'phone' });
  const juliet = await session.contacts.byLegacyId('juliet');
  juliet.sendText('to all', { legacyMsgId: '1' });
  await romeo.expects.text('to all');
  await phone.expects.text('to all');
  juliet.sendText('from elsewhere', { legacyMsgId: '2', carbon: true });
  assert.is((await romeo.expects.ownText('from elsewhere', { to: 'juliet' })).chat, 'juliet@gw.localhost');
  assert.ok((await romeo.discovers('juliet')).features.includes(NS_RECEIPTS));
  await romeo.removes('juliet');
  await romeo.expects.noContact('juliet');
  await romeo.subscribes('tybalt');
  (await session.contacts.byLegacyId('tybalt')).acceptFriendRequest();
  await romeo.expects.contact('tybalt', { subscription: 'to' });
  assert.equal(await romeo.searches({ nick: 'juliet' }), [{ name: 'Juliet Capulet', jid: 'juliet@gw.localhost' }]);
  await kit.stop();
});

test('contacts :: without privileges they ask', async () => {
  const kit = await testKit(FULL_PLUGIN, { server: { privileges: false } });
  const romeo = await kit.user('romeo');
  const juliet = await romeo.session.contacts.byLegacyId('juliet');
  juliet.sendFriendRequest('It is me');
  await romeo.expects.subscriptionRequest('juliet');
  await romeo.accepts('juliet');
  await romeo.expects.contact('juliet', { subscription: 'both' });
  await kit.stop();
});

test('forms :: one can go back, and give up', async () => {
  const kit = await testKit(harbour, HARBOUR);
  const romeo = await kit.user('romeo');
  const sync = await romeo.runs('unregister');
  assert.match((await failure(sync.goesBack())).message, /There is no way back/);
  await sync.cancels();
  assert.ok(sync.isDone);
  assert.ok(romeo.session);
  const list = await romeo.runs('urn:slipway:commands:contacts');
  await list.fills({ command: 'urn:slipway:command:sync-contacts' });
  const { title } = list;
  await list.goesBack();
  assert.is.not(list.title, title);
  assert.equal(
    list.fields.map((field) => field.var),
    ['command'],
  );
  await kit.stop();
});

test('registration :: with other answers, refused, in forms', async () => {
  const kit = await testKit(harbour, HARBOUR);
  const romeo = await kit.user('romeo', { register: false });
  assert.throws(() => romeo.session, /not registered/);
  const refusal = (await failure(romeo.registers({ username: 'romeo', password: 'wrong' }))) as StanzaError;
  assert.is(refusal.condition, 'not-authorized');
  const dialogue = await romeo.runs('register');
  assert.equal(
    dialogue.fields.map((field) => field.var),
    ['username', 'password'],
  );
  assert.match((await failure(dialogue.fills({ user: 'x' }))).message, /no field "user"; it has username, password/);
  await dialogue.fills({ username: 'romeo', password: 'ahoy' });
  assert.ok(dialogue.isDone, dialogue.title);
  await romeo.expects.text(/Welcome/, { from: kit.gateway });
  await romeo.expects.presence(kit.gateway, 'chat');
  const unread = await romeo.runs('harbour:unread');
  assert.is(unread.text, 'You have read everything.');
  assert.match((await failure(romeo.runs('nonsense'))).message, /no command "nonsense"; there are/);
  await romeo.unregisters();
  assert.throws(() => romeo.session);
  await kit.stop();
});

test('an expectation :: that is in vain says what was expected, and what came instead', () =>
  inHarbour(
    async (_, romeo) => {
      await romeo.sends('hi', { to: 'ada' });
      const { name, message } = await failure(romeo.expects.text('You said: hello', { from: 'ada', within: 900 }));
      assert.is(name, 'ExpectationError');
      const lines = message.split('\n');
      assert.is(
        lines[0],
        'romeo expected a text "You said: hello" from ada@gw.localhost, which did not come within 0.9 s.',
      );
      assert.match(message, /– a receipt for romeo-test-1 from ada@gw.localhost\/slipway/);
      assert.match(message, /– a text "You said: hi" from ada/);
      assert.match(message, /The fake clock stands still; something is due in/);
      assert.match(
        (await failure(romeo.expects.nothing())).message,
        /expected nothing, but there came:\n {2}– a receipt/,
      );
      assert.match(
        (await failure(romeo.expects.contact('fay', { name: 'Fay' }))).message,
        /fay@.*roster, with name "Fay"/,
      );
    },
    { patience: 200 },
  ));

test('time :: nothing is due before it is, and silence can be waited for', () =>
  inHarbour(async (kit, romeo) => {
    const start = kit.clock?.now() as number;
    await romeo.sends('hi', { to: 'ada' });
    await romeo.expects.text('You said: hi');
    assert.is((kit.clock?.now() as number) - start, 800);
    kit.clock?.after(60_000, () => romeo.session.sendGatewayMessage('a minute'));
    await romeo.expects.receipt('romeo-test-1');
    await romeo.expects.displayed('romeo-test-1');
    await romeo.expects.nothing({ within: 59_000 });
    await kit.passes(1000);
    await romeo.expects.text('a minute', { from: kit.gateway, within: 0 });
  }));

test('time :: the real one, where it must be', () =>
  inHarbour(
    async (kit, romeo) => {
      assert.is(kit.clock, undefined);
      await romeo.sends('hi', { to: 'ada' });
      await romeo.expects.text('You said: hi');
    },
    { clock: systemClock },
  ));

test('ids :: are the same in each run', async () => {
  const ids: string[][] = [];
  for (let i = 0; i < 2; i++) {
    await inHarbour(async (kit, romeo) => {
      await romeo.sends('hi', { to: 'ada' });
      await romeo.expects.text('You said: hi');
      ids.push(kit.routed.flatMap(({ name, attrs: { id } }) => (name === 'message' && id?.includes('-') ? [id] : [])));
    });
  }
  assert.equal(ids[0], ids[1]);
  assert.ok((ids[0]?.length ?? 0) > 3);
});

test('faults :: a restart and a cut, with the same users', () =>
  inHarbour(async (kit, romeo) => {
    await kit.restart();
    await romeo.sends('one', { to: 'ada' });
    await romeo.expects.text('You said: one');
    kit.faults.cut();
    await romeo.sends('lost', { to: 'ada' });
    await romeo.expects.error('service-unavailable');
    await kit.reconnects();
    await romeo.sends('two', { to: 'ada' });
    await romeo.expects.text('You said: two');
  }));

test('faults :: slow, twice, in another order, never', () =>
  inHarbour(async (kit, romeo) => {
    const start = kit.clock?.now() as number;
    kit.faults.slow(300);
    await romeo.sends('slow', { to: 'ada' });
    await romeo.expects.text('You said: slow');
    assert.is((kit.clock?.now() as number) - start, 300 + 800 + 300);
    kit.faults.calm();
    // It has come already: the gateway knows.
    kit.faults.duplicate();
    await romeo.sends('twice', { to: 'ada' });
    await romeo.expects.text('You said: twice');
    await kit.passes(2000);
    assert.not.ok(romeo.client.received.some((stanza) => String(stanza).includes('You said: twice')));
    kit.faults.duplicate(1, 'from-gateway');
    romeo.session.sendGatewayMessage('two of me');
    await romeo.expects.text('two of me');
    await romeo.expects.text('two of me');
    kit.faults.reorder(2);
    await romeo.sends('first', { to: 'ada' });
    await romeo.sends('second', { to: 'ada' });
    const texts = [(await romeo.expects.text()).body, (await romeo.expects.text()).body];
    assert.equal(texts, ['You said: second', 'You said: first']);
    kit.faults.lose();
    await romeo.sends('never', { to: 'ada' });
    await kit.passes(2000);
    assert.not.ok(romeo.client.received.some((stanza) => String(stanza).includes('never')));
  }));

test('faults :: the server refuses what it has granted, or takes it back', async () => {
  const kit = await testKit(FULL_PLUGIN);
  kit.faults.refusesPrivileges = true;
  const romeo = await kit.user('romeo');
  await romeo.expects.noContact('juliet');
  kit.faults.calm();
  kit.server.grant(false);
  await kit.settle();
  const juliet = await romeo.session.contacts.byLegacyId('juliet');
  juliet.sendText('elsewhere', { legacyMsgId: '1', carbon: true });
  await romeo.expects.text(/You wrote elsewhere/);
  kit.takeTroubles();
  await kit.stop();
});

test('troubles :: what the plugin throws unnoticed makes the test fail, unless it is asked about', async () => {
  const kit = await testKit(harbour, HARBOUR);
  const romeo = await kit.user('romeo');
  romeo.session.xmpp.exception(new Error('The rope broke'));
  assert.match(kit.hints().join('\n'), /The rope broke/);
  const error = await failure(kit.stop());
  assert.instance(error, AggregateError);
  assert.match(error.message, /unexpected error: The rope broke/);

  const other = await testKit(harbour, HARBOUR);
  other.gateway.exception(new Error('The rope broke'));
  assert.is(other.takeTroubles().length, 1);
  await other.stop();
});

test('XML by hand :: is sent, and mistakes are told with line and column', () =>
  inHarbour(async (_, romeo) => {
    await romeo.sendsXml(`
      <message to='ada@gw.localhost' type='chat' id='by-hand'>
        <body>&lt;hand&gt;</body>
      </message>`);
    await romeo.expects.text('You said: <hand>');
    const { name, message } = await failure(romeo.sendsXml('<message>\n  <body>a</bdy>\n</message>'));
    assert.is(name, 'XmlError');
    assert.match(message, /^2:1\d: /);
  }));

test('a recording :: has no secrets, can be kept as JSON, and is replayed', async () => {
  let text = '';
  await inHarbour(async (kit, romeo) => {
    await romeo.sends('the password is ahoy, the place is pier 3', { to: 'ada' });
    const answer = await romeo.expects.text(undefined, { from: 'ada' });
    await romeo.reacts(answer, ['👍']);
    await romeo.expects.reaction(answer, ['👍']);
    const crew = await romeo.joins('#crew');
    await crew.says('hello');
    await crew.expects.text('You said: hello');
    const dialogue = await romeo.runs('preferences').catch(() => romeo.runs('unread'));
    assert.ok(dialogue);
    text = JSON.stringify(kit.recording({ secrets: ['pier 3'] }));
  });
  assert.not.match(text, 'ahoy');
  assert.not.match(text, 'pier 3');
  assert.match(text, '{secret:password}');
  const recording = JSON.parse(text);
  const secrets = { password: 'ahoy', '1': 'pier 3' };
  await replay(harbour, recording, { secrets });

  // As if the gateway had said something else then.
  const changed = { ...recording, stanzas: structuredClone(recording.stanzas) };
  const greeting = changed.stanzas.find(
    ({ by, xml }: { by: string; xml: string }) => by === 'gateway' && xml.includes('>You said: hello<'),
  );
  greeting.xml = greeting.xml.replace('You said: hello', 'Ahoy!');
  const error = (await failure(replay(harbour, changed, { secrets }))) as ReplayError;
  assert.instance(error, ReplayError);
  assert.is(error.differences.length, 1);
  assert.match(error.differences[0] as string, /recorded was a text "Ahoy!".*now it is a text "You said: hello"/);
});

test.run();
