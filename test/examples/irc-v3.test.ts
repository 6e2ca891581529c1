/** The gateway to IRC on servers that have IRCv3's ids, echoes, replies, reactions and typing, and on such as have none. */

import * as assert from 'uvu/assert';
import { FakeIrcServer, type FakeServerOptions } from '../../examples/irc/fake-server.ts';
import * as irc from '../../examples/irc/irc.ts';
import { legacyIdOf } from '../../examples/irc/names.ts';
import { type TestKit, testKit, type User } from '../../src/gateway/testing/index.ts';
import { body, find, systemClock } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';

const test = suite('irc, version 3', { timeout: 60_000 });

interface Stage {
  readonly server: FakeIrcServer;
  readonly kit: TestKit;
  readonly romeo: User;
  /** The texts that the server has heard, each with its target, and with its tags. */
  readonly heard: { readonly text: string; readonly tags: Readonly<Record<string, string>> }[];
  /** The tags that came alone. */
  readonly tags: Readonly<Record<string, string>>[];
  readonly session: () => InstanceType<typeof irc.IrcSession>;
  readonly idOf: (name: string) => string;
}

/** romeo, who is in #verona, where Mercutio is. */
async function play(options: Partial<FakeServerOptions>, scene: (stage: Stage) => Promise<void>): Promise<void> {
  const heard: Stage['heard'] = [];
  const tags: Stage['tags'] = [];
  const server = new FakeIrcServer({
    people: ['Mercutio', 'Nurse'],
    channels: { '#verona': ['Mercutio'] },
    password: '',
    onText: (_by, target, text, its) => heard.push({ text: `${target} ${text}`, tags: { ...its } }),
    onTags: (_by, target, its) => tags.push({ target, ...its }),
    ...options,
  });
  await server.start();
  const form = (nick: string) => ({
    host: '127.0.0.1',
    port: String(server.port),
    tls: '0',
    nick,
    channels: '#verona',
  });
  const kit = await testKit(irc, { account: form, config: { 'irc-flood-interval': 1 }, clock: systemClock });
  try {
    const romeo = await kit.user('romeo');
    const session = () => romeo.session as unknown as InstanceType<typeof irc.IrcSession>;
    const idOf = (name: string) => legacyIdOf(name, session().data.networks[0] as never);
    await scene({ server, kit, romeo, heard, tags, session, idOf });
    assert.equal(kit.troubles, []);
  } finally {
    await kit.stop();
    await server.stop();
  }
}

/** Much as ngircd, and others of its time. */
const OF_OLD = { capabilities: ['multi-prefix'] };

for (const [name, options] of [
  ['with echoes', {}],
  ['without echoes', OF_OLD],
  ['with echoes, but without ids', { capabilities: ['echo-message'] }],
] as const) {
  test(`what the user says :: is there once, ${name}`, () =>
    play(options, async ({ romeo, session, idOf, heard, server }) => {
      const visit = await romeo.joins(await session().bookmarks.byLegacyId(idOf('#verona')));
      const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
      const texts = ['O, I am *fortune’s* fool', 'twice', 'twice', '/me sighs', `${'long '.repeat(200)}end`];
      for (const text of texts) await visit.says(text);
      for (const text of texts) await romeo.sends(text, { to: mercutio });
      await romeo.sends('a note', { to: await session().contacts.byLegacyId(idOf('romeo')) });
      await romeo.expects.text('a note', { from: await session().contacts.byLegacyId(idOf('romeo')) });
      server.says('Mercutio', '#verona', 'all said');
      await visit.expects.text('all said');
      const kept = await visit.archive();
      assert.equal(
        kept.map(({ body }) => body),
        [...texts, 'all said'],
      );
      assert.is(heard.filter(({ text }) => text.includes('twice')).length, 4);
    }));
}

test('what the user says :: has the id that the server gives it; of several lines that of the first', () =>
  play({}, async ({ romeo, session, idOf, heard, server }) => {
    const room = await session().bookmarks.byLegacyId(idOf('#verona'));
    const visit = await romeo.joins(room);
    const said = await visit.says('first\nsecond');
    const [first, second] = heard.slice(-2).map(({ tags }) => tags.msgid);
    assert.is(said.id, first);
    server.tags('Mercutio', '#verona', { '+reply': second as string, '+draft/react': '👍' });
    assert.equal(await visit.expects.reaction(said, undefined, { from: 'Mercutio' }), ['👍']);
    server.says('Mercutio', '#verona', 'Why?', { '+draft/reply': second as string });
    await visit.expects.reply(said, /Why\?$/);
  }));

test('what the user says :: is not delivered before the server has said it to others', () =>
  play({ capabilities: ['echo-message', 'message-tags'] }, async ({ romeo, session, idOf, server }) => {
    const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
    await romeo.expects.receipt(await romeo.sends('Hear me', { to: mercutio }));
    server.refusesNext('romeo');
    await romeo.sends('Hear me!', { to: mercutio });
    await romeo.expects.error('forbidden', { from: mercutio });
  }));

test('what the user says elsewhere :: belongs to the chat with whom it was for', () =>
  play({}, async ({ romeo, session, idOf, server }) => {
    const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
    const visit = await romeo.joins(await session().bookmarks.byLegacyId(idOf('#verona')));
    server.saysElsewhere('romeo', 'Mercutio', 'from my telephone');
    await romeo.expects.ownText('from my telephone', { to: mercutio });
    server.saysElsewhere('romeo', '#verona', 'to all');
    await visit.expects.text('to all', { from: 'romeo' });
  }));

test('replies :: name what they answer, both ways', () =>
  play({}, async ({ romeo, session, idOf, heard, server }) => {
    const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
    const id = server.says('Mercutio', 'romeo', 'A plague!');
    const plague = await romeo.expects.text('A plague!', { from: mercutio });
    const courage = await romeo.replies(plague, 'Courage, man');
    await romeo.expects.receipt(courage);
    const { text, tags } = heard.at(-1) as Stage['heard'][number];
    assert.equal([text, tags['+reply'], tags['+draft/reply']], ['mercutio Courage, man', id, id]);
    server.says('Mercutio', 'romeo', 'Ask for me tomorrow', { '+draft/reply': tags.msgid as string });
    const tomorrow = await romeo.expects.reply(courage, 'Ask for me tomorrow');
    assert.match(String(tomorrow.stanza), /<reply [^>]*to=['"]romeo@localhost['"]/);
    server.says('Mercutio', 'romeo', 'a grave man', { '+reply': id });
    const grave = await romeo.expects.reply(plague, 'a grave man');
    assert.match(String(grave.stanza), /<reply [^>]*to=['"]mercutio%/);

    const visit = await romeo.joins(await session().bookmarks.byLegacyId(idOf('#verona')));
    const asked = server.says('Mercutio', '#verona', 'Why?');
    await visit.replies(await visit.expects.text('Why?'), 'For love');
    assert.is(heard.at(-1)?.text, '#verona Mercutio: For love');
    assert.is(heard.at(-1)?.tags['+reply'], asked);
    server.says('Mercutio', '#verona', 'Alas', { '+reply': heard.at(-1)?.tags.msgid as string });
    // The room knows what was said, and quotes it for clients that do not know replies.
    const alas = await visit.expects.text(/Alas$/);
    assert.is(find(alas.stanza, body), '> romeo:\n> For love\nAlas');
  }));

test('replies :: on a network without them quote what they answer', () =>
  play(OF_OLD, async ({ romeo, session, idOf, heard, server }) => {
    const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
    server.says('Mercutio', 'romeo', 'A plague!');
    await romeo.replies(await romeo.expects.text('A plague!', { from: mercutio }), 'Courage, man');
    await romeo.expects.becomes('both lines', () => heard.length >= 2 || undefined);
    assert.equal(
      heard.map(({ text }) => text),
      ['mercutio > A plague!', 'mercutio Courage, man'],
    );
  }));

test('reactions :: come and go, both ways; what is no emoji is a text', () =>
  play({}, async ({ romeo, session, idOf, tags, server }) => {
    const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
    const id = server.says('Mercutio', 'romeo', 'A plague!');
    const plague = await romeo.expects.text('A plague!', { from: mercutio });
    await romeo.reacts(plague, ['👍', '😢']);
    await romeo.reacts(plague, ['😢']);
    await romeo.expects.becomes('three reactions', () => tags.length >= 3 || undefined);
    const shown = tags.map((each) => [each.target, each['+reply'], each['+draft/react'], each['+draft/unreact']]);
    assert.equal(shown, [
      ['mercutio', id, '👍', undefined],
      ['mercutio', id, '😢', undefined],
      ['mercutio', id, undefined, '👍'],
    ]);

    const visit = await romeo.joins(await session().bookmarks.byLegacyId(idOf('#verona')));
    const about = server.says('Mercutio', '#verona', 'Why?');
    const why = await visit.expects.text('Why?');
    server.tags('Mercutio', '#verona', { '+draft/reply': about, '+draft/react': '👍' });
    assert.equal(await visit.expects.reaction(why), ['👍']);
    server.says('Mercutio', '#verona', '🎉', { '+draft/reply': about, '+draft/react': '🎉' });
    assert.equal(await visit.expects.reaction(why), ['👍', '🎉']);
    server.tags('Mercutio', '#verona', { '+draft/reply': about, '+draft/unreact': '👍' });
    assert.equal(await visit.expects.reaction(why), ['🎉']);
    server.says('Mercutio', '#verona', 'lol', { '+draft/reply': about, '+draft/react': 'lol' });
    await visit.expects.reply(why, /lol$/);
    server.says('Mercutio', '#verona', 'no doubles');
    await visit.expects.text('no doubles');
  }));

test('typing :: is seen, both ways', () =>
  play({}, async ({ romeo, session, idOf, tags, server }) => {
    const mercutio = await session().contacts.byLegacyId(idOf('Mercutio'));
    await romeo.shows('active', { to: mercutio });
    await romeo.shows('composing', { to: mercutio });
    await romeo.expects.becomes('typing', () => tags.length > 0 || undefined);
    await romeo.expects.receipt(await romeo.sends('Peace!', { to: mercutio }));
    assert.equal(tags, [{ target: 'mercutio', '+typing': 'active' }]);
    server.tags('Mercutio', 'romeo', { '+typing': 'active' });
    await romeo.expects.chatState('composing', { from: mercutio });
    server.tags('Mercutio', 'romeo', { '+typing': 'done' });
    await romeo.expects.chatState('active', { from: mercutio });
    const visit = await romeo.joins(await session().bookmarks.byLegacyId(idOf('#verona')));
    server.tags('Mercutio', '#verona', { '+typing': 'active' });
    await visit.expects.chatState('composing', { from: 'Mercutio' });
    server.tags('Mercutio', '#verona', { '+typing': 'paused' });
    await visit.expects.chatState('paused', { from: 'Mercutio' });
    server.tags('Nurse', '#verona', { '+typing': 'active' });
    server.says('Mercutio', '#verona', 'Come!');
    await visit.expects.text('Come!');
    assert.not.ok(
      romeo.client.received.some(({ attrs }) => attrs.from?.endsWith('/Nurse')),
      'she is not there',
    );
  }));

test('who speaks from outside, or spoke before :: is heard, and not seen', () =>
  play({}, async ({ romeo, session, idOf, server }) => {
    const room = await session().bookmarks.byLegacyId(idOf('#verona'));
    server.says('Paris', '#verona', 'before romeo looked');
    const visit = await romeo.joins(room);
    server.says('Nurse', '#verona', 'from outside');
    await visit.expects.text('from outside', { from: 'Nurse' });
    server.says('Mercutio', '#verona', 'the last');
    await visit.expects.text('the last');
    assert.equal([...visit.occupants.keys()].sort(), ['Mercutio', 'romeo']);
    const kept = await visit.archive();
    assert.equal(
      kept.map(({ body }) => body),
      ['before romeo looked', 'from outside', 'the last'],
    );
  }));

test('a topic that is too long for the server :: is refused, not cut', () =>
  play({ capabilities: ['echo-message'] }, async ({ romeo, session, idOf, server }) => {
    const visit = await romeo.joins(await session().bookmarks.byLegacyId(idOf('#mantua')));
    await visit.setsSubject('é'.repeat(90));
    await visit.expects.subject('é'.repeat(90));
    await visit.setsSubject('é'.repeat(91));
    const { text } = await visit.expects.error('not-acceptable');
    assert.is(text, `127.0.0.1-${server.port} takes the beginning only: "${'é'.repeat(90)}".`);
  }));

test('what a network does not have :: is not offered', async () => {
  const offered = async (options: Partial<FakeServerOptions>) => {
    let features: readonly string[] = [];
    await play(options, async ({ romeo, session, idOf }) => {
      const { jid, resource } = await session().contacts.byLegacyId(idOf('Mercutio'));
      features = (await romeo.discovers(`${jid.bare}/${resource}`)).features;
    });
    return ['urn:xmpp:reactions:0', 'http://jabber.org/protocol/chatstates'].map((each) => features.includes(each));
  };
  assert.equal(await offered({}), [true, true]);
  assert.equal(await offered(OF_OLD), [false, false]);
  assert.equal(await offered({ capabilities: ['message-tags'] }), [false, true], 'own messages have no ids then');
});

test('how names are compared :: the server says, and it is kept', () =>
  play(
    { caseMapping: 'strict-rfc1459', people: ['Mercutio', 'Nurse{}~'] },
    async ({ romeo, session, idOf, server }) => {
      assert.is(session().data.networks[0]?.caseMapping, 'strict-rfc1459');
      server.says('Nurse{}~', 'romeo', 'Marry');
      const nurse = await session().contacts.byLegacyId(idOf('nurse[]~'));
      await romeo.expects.text('Marry', { from: nurse });
      assert.is(nurse.name, 'Nurse{}~');
      await romeo.expects.receipt(await romeo.sends('Ay', { to: nurse }));
      // Another way to write it is another address to XMPP: there the user learns which one it is.
      await romeo.sends('Ay', { to: nurse.jid.bare.replace('[', '{') });
      const { text } = await romeo.expects.error('item-not-found');
      assert.is(text, `The address of this contact is ${nurse.jid.bare}.`);
    },
  ));

test('how names are compared :: may change: channels have other addresses then', async () => {
  let options: FakeServerOptions = {
    people: ['Mercutio'],
    channels: { '#verona': ['Mercutio'], '#a{b}': ['Mercutio'] },
    password: '',
    caseMapping: 'ascii',
  };
  await play(options, async ({ kit, romeo, session, idOf, server }) => {
    await (await romeo.joins(await session().bookmarks.byLegacyId(idOf('#A{b}')))).leaves();
    const ids = () => session().data.channels.map(({ id }) => id.split('@')[0]);
    assert.equal(ids(), ['#verona', '#a{b}']);
    const { port } = server;
    await server.stop();
    options = { ...options, caseMapping: 'rfc1459' };
    const other = new FakeIrcServer(options);
    await other.start(port);
    try {
      await session().reLogin();
      await kit.ready(romeo);
      assert.equal(ids(), ['#verona', '#a[b]']);
      const room = await session().bookmarks.byLegacyId(idOf('#a{b}'));
      assert.match(room.jid.local, /^#a\[b\]%/);
      const visit = await romeo.joins(room);
      assert.equal([...visit.occupants.keys()].sort(), ['Mercutio', 'romeo']);
    } finally {
      await other.stop();
    }
  });
});

test.run();
