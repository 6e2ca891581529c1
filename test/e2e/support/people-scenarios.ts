/**
 * The whole life of a user, as tests to be played on any server: the command `slipway` on one side, slixmpp on the
 * other. Where a server cannot do a thing, what happens instead is played.
 */

import { join } from 'node:path';
import Database from 'libsql';
import * as assert from 'uvu/assert';
import { parse } from '../../../src/stanza/index.ts';
import type { Test } from '../../support/test.ts';
import { GATEWAY, jidOf, People } from './people.ts';
import { withPicture } from './picture.ts';
import type { ServerKind } from './servers.ts';
import type { Slixmpp, SlixmppEvent } from './slixmpp.ts';

interface Scene {
  readonly people: People;
  /** The user's name. */
  readonly user: string;
  /** Logged in to the server, not registered with the gateway. */
  readonly client: Slixmpp;
}

type Scenario = (scene: Scene) => Promise<void>;

/** Begins with a user who is registered. */
const asUser =
  (scenario: Scenario): Scenario =>
  async (scene) => {
    await scene.people.register(scene.user, scene.client);
    await scenario(scene);
  };

const JULIET = jidOf('juliet');
const NURSE = jidOf('nurse');

const isFrom = (jid: string) => (event: SlixmppEvent) => event.from?.split('/')[0] === jid;

interface RosterItem {
  readonly name: string;
  readonly subscription: string;
  readonly groups: readonly string[];
}

/** One step of an ad-hoc command. */
interface Step {
  readonly session: string;
  readonly status: string;
  readonly actions: readonly string[];
  readonly title: string;
  readonly notes: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  readonly items: readonly Readonly<Record<string, string>>[];
}

const REGISTER = 'jabber:iq:register';
const command = (name: string) => `urn:slipway:command:${name}`;

/** What an order that must fail fails with. */
const refusal = (order: Promise<unknown>): Promise<string> =>
  order.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'registration in-band'({ user, client }) {
    const register = (password: string) => client.do('register', { to: GATEWAY, values: { username: user, password } });
    assert.is(await refusal(register('wrong')), 'not-authorized: That is wrong.');
    assert.equal(await register('right'), ['password', 'username']);
    await client.expect('message', (e) => isFrom(GATEWAY)(e) && /^Welcome!/.test(String(e.body)));
    await client.expect('presence', (e) => isFrom(GATEWAY)(e) && e.type === 'chat' && e.status === 'Connected as test');
    // Once more, to change it.
    assert.equal(await register('right'), ['password', 'username']);
  },

  async 'registration by ad-hoc command'({ people, user, client }) {
    const step = (more: object) => client.do<Step>('execute', { to: GATEWAY, node: REGISTER, ...more });
    assert.ok(REGISTER in (await client.do<object>('commands', { to: GATEWAY })));
    const given = await step({});
    assert.equal([given.status, given.title], ['executing', 'Registration with Test']);
    assert.equal(given.fields, { username: 'text-single', password: 'text-private' });
    await step({ session: given.session, action: 'cancel' });
    const { session } = await step({});
    const answer = (password: string) => step({ session, action: 'next', values: { username: user, password } });
    assert.is(await refusal(answer('wrong')), 'not-authorized: That is wrong.');
    const preferences = await answer('right');
    assert.equal(preferences.fields, { syncPresence: 'boolean', syncAvatar: 'boolean' });
    const done = await step({ session, action: 'complete', values: { syncPresence: true, syncAvatar: false } });
    assert.equal([done.status, done.notes], ['completed', ['You are registered.']]);
    await people.call('login', user);
    assert.not(REGISTER in (await client.do<object>('commands', { to: GATEWAY })), 'users cannot register again');
  },

  roster: asUser(async ({ people, user, client }) => {
    const roster = () => client.do<Record<string, RosterItem>>('roster');
    const asked = client.events.filter((e) => e.event === 'presence' && e.type === 'subscribe');
    if (people.kind.roster) {
      assert.equal(asked, []);
      const items = await roster();
      assert.equal(items[JULIET], { name: 'JULIET', subscription: 'both', groups: ['slipway'] });
      assert.equal(items[GATEWAY], { name: 'Test', subscription: 'both', groups: ['slipway'] });
      await people.contact(user, 'juliet', 'name', 'Juliet Montague');
      await client.expect(
        'roster',
        ({ items }) => (items as Record<string, RosterItem>)[JULIET]?.name === 'Juliet Montague',
      );
    } else {
      // Names come with the requests: there is no other way for the gateway to say them.
      assert.equal(
        new Map(asked.map(({ from, nick }) => [from, nick])),
        new Map([
          [JULIET, 'JULIET'],
          [NURSE, 'NURSE'],
          [GATEWAY, 'Test'],
        ]),
      );
    }
    await client.expect('nick', (e) => isFrom(JULIET)(e) && e.nick === 'JULIET');
    // Somebody who is no friend yet: the user asks, the network decides.
    const stranger = jidOf('mercutio');
    await client.do('subscribe', { to: stranger });
    assert.equal(await people.call('onFriendRequest', user), ['mercutio', '']);
    await people.contact(user, 'mercutio', 'acceptFriendRequest');
    await client.expect('presence', (e) => isFrom(stranger)(e) && e.type === 'subscribed');
    await people.contact(user, 'mercutio', 'away', { status: 'fencing' });
    await client.expect('presence', (e) => isFrom(stranger)(e) && e.type === 'away' && e.status === 'fencing');
  }),

  'text both ways': asUser(async ({ people, user, client }) => {
    await client.do('say', { to: JULIET, body: 'Ahoy 👋 <&>\nand more' });
    assert.equal(await people.call('sendText', user), ['juliet', 'Ahoy 👋 <&>\nand more', null]);
    await people.contact(user, 'juliet', 'sendText', '🌹 ]]> & <b>', { legacyMsgId: 'n1' });
    const answer = await client.expect('message', isFrom(JULIET));
    assert.equal([answer.id, answer.body, answer.type, answer.markable], ['n1', '🌹 ]]> & <b>', 'chat', true]);
    // Written long ago, as when the gateway was away.
    await people.contact(user, 'juliet', 'sendText', 'old', { legacyMsgId: 'n2', when: '2020-02-29T12:00:00.000Z' });
    assert.match(String((await client.expect('message', isFrom(JULIET))).delay), /^2020-02-29 12:00:00/);
    const refused = await client.do<string>('say', { to: JULIET, body: 'refuse' });
    const error = await client.expect('message', isFrom(JULIET));
    assert.equal([error.id, error.condition, error.text], [refused, 'policy-violation', 'Not that.']);
  }),

  'receipts and markers': asUser(async ({ people, user, client }) => {
    const id = await client.do<string>('say', { to: JULIET, body: 'hello?' });
    await client.expect('receipt', (e) => isFrom(JULIET)(e) && e.id === id);
    await people.contact(user, 'juliet', 'received', 'legacy-1');
    await client.expect('received', (e) => isFrom(JULIET)(e) && e.id === id);
    await people.contact(user, 'juliet', 'displayed', 'legacy-1');
    await client.expect('displayed', (e) => isFrom(JULIET)(e) && e.id === id);
    await people.contact(user, 'juliet', 'sendText', 'here I am', { legacyMsgId: 'n1' });
    await client.expect('message', isFrom(JULIET));
    await client.do('displayed', { to: JULIET, id: 'n1' });
    assert.equal(await people.call('displayed', user), ['juliet', 'n1']);
  }),

  'chat states': asUser(async ({ people, user, client }) => {
    for (const state of ['active', 'composing', 'paused', 'inactive']) {
      await client.do('state', { to: JULIET, state });
      assert.equal(await people.call(state, user), ['juliet']);
      await people.contact(user, 'juliet', state);
      await client.expect('chat_state', (e) => isFrom(JULIET)(e) && e.state === state);
    }
  }),

  corrections: asUser(async ({ people, user, client }) => {
    const id = await client.do<string>('say', { to: JULIET, body: 'helo' });
    await people.call('sendText', user);
    await client.do('correct', { to: JULIET, id, body: 'hello' });
    assert.equal(await people.call('correct', user), ['juliet', 'hello', 'legacy-1', null]);
    await people.contact(user, 'juliet', 'sendText', 'gud', { legacyMsgId: 'n1' });
    await people.contact(user, 'juliet', 'correct', 'n1', 'good');
    await client.expect('message', (e) => e.id === 'n1');
    const corrected = await client.expect('message', isFrom(JULIET));
    assert.equal([corrected.replaces, corrected.body], ['n1', 'good']);
  }),

  reactions: asUser(async ({ people, user, client }) => {
    const id = await client.do<string>('say', { to: JULIET, body: 'a joke' });
    await people.call('sendText', user);
    await people.contact(user, 'juliet', 'react', 'legacy-1', ['😂', '👍🏽']);
    const reaction = await client.expect('reactions', isFrom(JULIET));
    assert.equal([reaction.id, reaction.emojis], [id, ['👍🏽', '😂'].sort()]);
    await people.contact(user, 'juliet', 'sendText', 'another', { legacyMsgId: 'n1' });
    await client.expect('message', isFrom(JULIET));
    await client.do('react', { to: JULIET, id: 'n1', emojis: ['❤️'] });
    assert.equal(await people.call('react', user), ['juliet', 'n1', ['❤️'], null]);
    await client.do('react', { to: JULIET, id: 'n1', emojis: [] });
    assert.equal(await people.call('react', user), ['juliet', 'n1', [], null]);
  }),

  retractions: asUser(async ({ people, user, client }) => {
    const id = await client.do<string>('say', { to: JULIET, body: 'oh no' });
    await people.call('sendText', user);
    const xml = `<message xmlns='jabber:client' to='${JULIET}' type='chat' id='gone'><body>I took something back.</body>
      <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>
      <retract xmlns='urn:xmpp:message-retract:1' id='${id}'/><store xmlns='urn:xmpp:hints'/></message>`;
    await client.do('send', { xml });
    assert.equal(await people.call('retract', user), ['juliet', 'legacy-1', null]);
    await people.contact(user, 'juliet', 'sendText', 'a secret', { legacyMsgId: 'n1' });
    await client.expect('message', isFrom(JULIET));
    await people.contact(user, 'juliet', 'retract', 'n1');
    const { xml: retraction } = await client.expect('message', isFrom(JULIET));
    assert.is(parse(String(retraction)).getChild('retract', 'urn:xmpp:message-retract:1')?.attrs.id, 'n1');
    // Neither side takes the words that are for clients of old for a text.
    assert.equal(people.calls('sendText', user), []);
  }),

  replies: asUser(async ({ people, user, client }) => {
    const id = await client.do<string>('say', { to: JULIET, body: 'tea?' });
    await people.call('sendText', user);
    const replyTo = { legacyId: 'legacy-1', author: 'user', body: 'tea?' };
    await people.contact(user, 'juliet', 'sendText', 'yes!', { legacyMsgId: 'n1', replyTo });
    const reply = await client.expect('message', isFrom(JULIET));
    assert.equal([reply.replyId, reply.replyTo], [id, `${user}@localhost`]);
    assert.is(reply.body, `> ${user}:\n> tea?\nyes!`);
    await client.do('reply', { to: JULIET, body: 'at five', author: JULIET, id: 'n1' });
    assert.equal(await people.call('replied', user), ['juliet', 'n1', 'juliet', null]);
    assert.equal(await people.call('sendText', user), ['juliet', 'at five', null]);
  }),

  threads: asUser(async ({ people, user, client }) => {
    for (const body of ['first', 'second']) {
      await client.do('say', { to: JULIET, body, thread: 'balcony' });
      assert.equal(await people.call('sendText', user), ['juliet', body, 'thread of balcony']);
    }
    assert.equal(people.calls('createThread', user), [['juliet', 'balcony']]);
    await people.contact(user, 'juliet', 'sendText', 'third', { legacyMsgId: 'n1', thread: 'thread of balcony' });
    assert.is((await client.expect('message', isFrom(JULIET))).thread, 'balcony');
  }),

  'what the user wrote elsewhere': asUser(async ({ people, user, client }) => {
    await client.do('enable_carbons');
    await people.contact(user, 'juliet', 'sendText', 'from my phone', { legacyMsgId: 'n1', carbon: true });
    if (people.kind.carbons) {
      const own = await client.expect('carbon', (e) => e.to === JULIET);
      assert.equal([own.from, own.id, own.body], [`${user}@localhost`, 'n1', 'from my phone']);
      await people.contact(user, 'juliet', 'react', 'n1', ['👍'], { carbon: true });
      const reaction = parse(String((await client.expect('carbon', (e) => e.to === JULIET)).xml));
      assert.ok(String(reaction).includes("<reactions xmlns='urn:xmpp:reactions:0' id='n1'>"), String(reaction));
    } else {
      const told = await client.expect('message', isFrom(JULIET));
      assert.is(told.body, 'You wrote elsewhere: from my phone');
    }
    await people.contact(user, 'juliet', 'displayed', 'n1');
    await client.expect('displayed', isFrom(JULIET));
    assert.equal(people.calls('sendText', user), [], 'the echo is no new message');
  }),

  'presence of contacts': asUser(async ({ people, user, client }) => {
    const lastSeen = '2026-01-02T03:04:05.000Z';
    const SHOWN: [verb: string, type: string][] = [
      ['away', 'away'],
      ['extendedAway', 'xa'],
      ['busy', 'dnd'],
      ['online', 'available'],
      ['offline', 'unavailable'],
    ];
    for (const [verb, type] of SHOWN) {
      await people.contact(user, 'juliet', verb, { status: verb, lastSeen });
      const presence = await client.expect('presence', (e) => isFrom(JULIET)(e) && e.status === verb);
      assert.is(presence.type, type);
      assert.is(new Date(String(presence.since)).toISOString(), lastSeen);
    }
  }),

  'presence of the user': asUser(async ({ people, user, client }) => {
    await people.call('onPresence', user, (resource: string, show: string | null) => resource === 'slix' && !show);
    await client.do('presence', { show: 'dnd', status: 'fighting' });
    const [, , status] = await people.call('onPresence', user, (_: string, show: string) => show === 'dnd');
    assert.is(status, 'fighting');
    const other = await people.logIn(user, 'other');
    const [, , , resources] = await people.call('onPresence', user, (resource: string) => resource === 'other');
    assert.equal((resources as string[]).sort(), ['other', 'slix']);
    await other.stop();
    const gone = (resource: string, show: string) => resource === 'other' && show === 'unavailable';
    assert.equal((await people.call('onPresence', user, gone))[3], ['slix']);
  }),

  'avatar of a contact': asUser(({ people, user, client }) =>
    withPicture(async (path) => {
      await people.contact(user, 'juliet', 'setAvatar', path, { blocking: true });
      const published = await client.expect('avatar', (e) => isFrom(JULIET)(e) && (e.ids as string[]).length > 0);
      const [id = ''] = published.ids as string[];
      assert.equal(published.types, ['image/png']);
      assert.is(await client.do('avatar', { of: JULIET, id }), id);
      const { photo } = await client.do<{ photo: string }>('vcard', { of: JULIET });
      assert.is(photo, id);
      // For clients that know avatars by vCards only.
      await client.expect('presence', (e) => isFrom(JULIET)(e) && e.photo === id);
      await people.contact(user, 'juliet', 'setAvatar');
      await client.expect('avatar', (e) => isFrom(JULIET)(e) && (e.ids as string[]).length === 0);
      await client.expect('presence', (e) => isFrom(JULIET)(e) && e.photo === '');
      assert.is((await client.do<{ photo: null }>('vcard', { of: JULIET })).photo, null);
    }),
  ),

  'avatar of the user': asUser(({ people, user, client }) =>
    withPicture(async (path, bytes) => {
      const hash = await client.do('publish_avatar', { path, type: 'image/png', width: 64, height: 48 });
      assert.equal(await people.call('onAvatar', user), [bytes, hash, 'image/png', 64, 48]);
    }),
  ),

  vcard: asUser(async ({ people, user, client }) => {
    const facts = { fullName: 'Juliet Capulet', birthday: '1580-07-31', email: 'j@capulet.lit', phone: '+39 045 1' };
    await people.contact(user, 'juliet', 'setVcard', { ...facts, note: 'Wherefore?' });
    assert.equal(await client.do('vcard', { of: JULIET }), {
      ...{ name: facts.fullName, nicks: ['JULIET'], note: 'Wherefore?', birthday: facts.birthday },
      ...{ emails: [facts.email], phones: [facts.phone], photo: null },
    });
    const payload = "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>";
    const [answer = ''] = await client.do<string[]>('request', { to: JULIET, type: 'get', payload });
    for (const fact of ['Juliet Capulet', '1580-07-31', 'j@capulet.lit', 'tel:+39-045-1', 'Wherefore?']) {
      assert.ok(answer.includes(fact), `${fact}: ${answer}`);
    }
  }),

  search: asUser(async ({ people, user, client }) => {
    assert.equal(await client.do('search_form', { to: GATEWAY }), ['FORM_TYPE', 'nick']);
    const found = await client.do('search', { to: GATEWAY, values: { nick: 'capulet' } });
    assert.equal(found, [
      { name: 'Juliet Capulet', jid: JULIET },
      { name: 'Tybalt Capulet', jid: jidOf('tybalt') },
    ]);
    assert.equal(await people.call('search', user), [{ nick: 'capulet' }]);
    assert.equal(await client.do('search', { to: GATEWAY, values: { nick: 'nobody' } }), []);
    const prompt = (content: string) =>
      client.do<string[]>('request', {
        ...{ to: GATEWAY, type: 'set' },
        payload: `<query xmlns='jabber:iq:gateway'><prompt>${content}</prompt></query>`,
      });
    assert.ok((await prompt('juliet')).join('').includes(JULIET));
    assert.match(await refusal(prompt('nobody')), /^item-not-found/);
  }),

  'ad-hoc commands': asUser(async ({ people, user, client }) => {
    const step = (node: string, more: object = {}) => client.do<Step>('execute', { to: GATEWAY, node, ...more });
    const contacts = await step(command('contacts'));
    assert.equal(
      contacts.items.map(({ jid }) => jid),
      [JULIET, NURSE],
    );
    const preferences = await step(command('preferences'));
    const saved = await step(command('preferences'), {
      ...{ session: preferences.session, action: 'complete', values: { syncPresence: false, syncAvatar: true } },
    });
    assert.equal([saved.status, saved.notes], ['completed', ['Your preferences are saved.']]);
    const [, next] = await people.call('onPreferences', user);
    assert.equal(next, { syncPresence: false, syncAvatar: true });
    // The gateway's own group of the roster, made the same as the contacts: for that it must read the roster.
    const sync = await step(command('sync-contacts'));
    const synced = step(command('sync-contacts'), {
      session: sync.session,
      action: 'complete',
      values: { confirm: true },
    });
    if (people.kind.roster) assert.equal((await synced).notes, ['0 added, 0 removed, 0 updated.']);
    else assert.match(await refusal(synced), /^forbidden: The server does not let this gateway see your roster/);
  }),

  'files both ways': asUser(({ people, user, client }) =>
    withPicture(async (path, bytes) => {
      await people.contact(user, 'juliet', 'sendFile', path, { legacyMsgId: 'n1', caption: 'look' });
      const file = await client.expect('message', (e) => isFrom(JULIET)(e) && e.url !== '');
      assert.is(file.body, file.url);
      const { size } = await client.do<{ size: number }>('download', { url: file.url });
      assert.is(size, bytes);
      const sharing = parse(String(file.xml)).getChild('file-sharing', 'urn:xmpp:sfs:0');
      const about = sharing?.getChild('file', 'urn:xmpp:file:metadata:0');
      assert.equal(
        ['name', 'media-type', 'size', 'width', 'height'].map((name) => about?.getChildText(name)),
        ['picture.png', 'image/png', String(bytes), '64', '48'],
      );
      assert.is((await client.expect('message', (e) => e.id === 'n1')).body, 'look');

      const url = await client.do<string>('upload', { path });
      await client.do('share', { to: JULIET, url });
      const [contact, sentUrl, details] = await people.call('sendFile', user);
      assert.equal([contact, sentUrl], ['juliet', url]);
      assert.equal((details as { bytes: number }).bytes, bytes);
      assert.is((details as { contentType: string }).contentType, 'image/png');
    }),
  ),

  unregistration: asUser(async ({ people, user, client }) => {
    // Something to be forgotten, of every kind.
    await client.do('say', { to: JULIET, body: 'farewell', thread: 'the last' });
    await people.call('sendText', user);
    const rows = () => rowsOf(join(people.home, 'slipway.sqlite'), `${user}@localhost`);
    assert.ok((await rows()) > 3);
    await client.do('unregister', { to: GATEWAY });
    for (const jid of [GATEWAY, JULIET, NURSE]) {
      await client.expect('presence', (e) => isFrom(jid)(e) && e.type === 'unavailable');
    }
    await people.call('logout', user);
    assert.is(await rows(), 0);
    const roster = await client.do<Record<string, RosterItem>>('roster');
    const left = Object.entries(roster).filter(([jid]) => jid.endsWith(GATEWAY));
    // What the gateway may not remove from the roster has no subscription any more.
    if (people.kind.roster) assert.equal(left, []);
    else for (const [jid, { subscription }] of left) assert.is(subscription, 'none', jid);
    await client.do('say', { to: JULIET, body: 'are you there?' });
    const error = await client.expect('message', (e) => isFrom(JULIET)(e) && e.type === 'error');
    assert.is(error.condition, 'registration-required');
  }),
};

/** How many rows of a gateway's database are about a user. */
async function rowsOf(path: string, jid: string): Promise<number> {
  const database = new Database(path, { readonly: true });
  try {
    const count = (sql: string) => (database.prepare(sql).get(jid) as { n: number }).n;
    const owned = ['contact', 'message', 'thread', 'attachment'].map((table) =>
      count(`select count(*) n from ${table} where user_id in (select id from user_account where jid = ?)`),
    );
    const own = ['user_account', 'registration'].map((table) => count(`select count(*) n from ${table} where jid = ?`));
    return [...owned, ...own].reduce((sum, n) => sum + n, 0);
  } finally {
    database.close();
  }
}

/** Plays all of them on one server, as tests of a suite. */
export function playPeople(test: Test, kind: ServerKind): void {
  // Each has a user of its own: nothing of one is left for the next.
  const users = new Map(Object.keys(SCENARIOS).map((name, index) => [name, `romeo${index}`]));
  let people: People | undefined;
  test.before(async () => {
    people = await People.start(kind, { users: [...users.values()] });
  });
  test.after(() => people?.stop());
  for (const [name, user] of users) {
    test(`${kind.name} :: ${name}`, async () => {
      if (people === undefined) throw new Error('the server or the gateway did not start');
      const client = await people.logIn(user);
      try {
        await (SCENARIOS[name] as Scenario)({ people, user, client });
      } finally {
        await client.stop();
      }
    });
  }
}
