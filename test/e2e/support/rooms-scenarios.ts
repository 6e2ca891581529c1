/**
 * Life in rooms, as tests to be played on any server: the command `slipway` on one side, slixmpp on the other. Where a
 * server cannot do a thing, what happens instead is played.
 */

import * as assert from 'uvu/assert';
import type { Test } from '../../support/test.ts';
import { GATEWAY, jidOf, People } from './people.ts';
import { withPicture } from './picture.ts';
import type { ServerKind } from './servers.ts';
import type { Slixmpp, SlixmppEvent } from './slixmpp.ts';

interface Scene {
  readonly people: People;
  /** The user's name. */
  readonly user: string;
  /** Registered with the gateway. */
  readonly client: Slixmpp;
}

type Scenario = (scene: Scene) => Promise<void>;

const roomOf = (id: string) => `#${id}@${GATEWAY}`;
const GROUP = roomOf('group');
const CHANNEL = roomOf('channel');
const JULIET = jidOf('juliet');
/** The group has been told what was said before: nothing of it comes with the scenario. */
const QUIET = { maxstanzas: 0 };

/** Somebody in a room, as the client sees them. */
interface Occupant {
  readonly from: string;
  readonly affiliation: string;
  readonly role: string;
  readonly jid: string | null;
  readonly occupantId: string;
  readonly statuses: readonly number[];
  readonly reason: string | null;
  readonly destroyed: string | null;
  readonly hats: readonly string[];
  readonly id?: string;
}

interface Joined {
  readonly self: Occupant;
  readonly occupants: readonly Occupant[];
  readonly subject: { readonly from: string; readonly text: string; readonly stamp: string };
  readonly history: readonly SlixmppEvent[];
}

/** What the archive answers. */
interface Page {
  readonly complete: boolean;
  readonly first: string | null;
  readonly last: string | null;
  readonly count: string | null;
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  readonly xml: readonly string[];
}

const inRoom = (event: SlixmppEvent) => event.from?.split('/')[0] === GROUP;
const by = (nick: string) => (event: SlixmppEvent) => event.from === `${GROUP}/${nick}`;
const stanzaIdOf = (event: SlixmppEvent) => (event.stanzaIds as Record<string, string>)[GROUP];
/** Without oneself: slixmpp counts that too. */
const others = ({ self, occupants }: Joined) => occupants.filter(({ from }) => from !== self.from);
const short = ({ from, affiliation, role, jid }: Occupant) => [from.split('/')[1], affiliation, role, jid];
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `said ${from + i}`);

const refusal = (order: Promise<unknown>): Promise<string> =>
  order.then(
    () => 'nothing was refused',
    (error: Error) => error.message.split(':')[0] as string,
  );

/** A client comes into the group; what it is told on the way is forgotten. */
async function enter(client: Slixmpp, nick: string): Promise<void> {
  await client.do('join', { room: GROUP, nick, ...QUIET });
  // The last thing that comes.
  await client.expect('presence', (e) => e.from === GROUP);
  client.forget();
}

/** Begins in the group, at one client. */
const inside =
  (scenario: Scenario): Scenario =>
  async (scene) => {
    await enter(scene.client, scene.user);
    await scenario(scene);
  };

/** Says something in the group; resolves with the echo. */
async function say({ client, user }: Scene, body: string): Promise<SlixmppEvent> {
  const id = await client.do<string>('say', { to: GROUP, body, type: 'groupchat' });
  const echo = await client.expect('groupchat', (e) => by(user)(e) && e.body === body);
  assert.is(echo.id, id);
  return echo;
}

/** Somebody else says something in the group. */
async function hear({ people, user, client }: Scene, who: string, id: string, body = `It is ${id}`): Promise<void> {
  await people.happens(user, { room: 'group', participant: who }, 'sendText', body, { legacyMsgId: id });
  await client.expect('groupchat', (e) => inRoom(e) && e.body === body);
}

/** Each client's own presence, in the room, of somebody. */
const presenceOf = (
  client: Slixmpp,
  nick: string,
  fits: (event: SlixmppEvent) => boolean = () => true,
): Promise<SlixmppEvent & { readonly occupant: Occupant }> =>
  client.expect('presence', (e) => by(nick)(e) && fits(e)) as never;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'joining a group'({ user, client }) {
    const joined = await client.do<Joined>('join', { room: GROUP, nick: user, ...QUIET });
    const { self, subject } = joined;
    assert.equal(others(joined).map(short), [
      ['JULIET', 'owner', 'moderator', `${JULIET}/slipway`],
      ['Stranger', 'member', 'participant', null],
    ]);
    assert.equal(short(self), [user, 'member', 'participant', `${user}@localhost/slix`]);
    assert.equal(self.statuses, [100, 110]);
    assert.equal(subject, { from: `${GROUP}/JULIET`, text: 'Love', stamp: '2020-01-02 03:04:05+00:00' });
    const ids = [self, ...others(joined)].map(({ occupantId }) => occupantId);
    assert.is(new Set(ids.filter(Boolean)).size, 3);
    // Once more, by another name than the network has: the same people, and the name is put right.
    const again = await client.do<Joined>('join', { room: GROUP, nick: 'somebody', ...QUIET });
    assert.equal([again.self.from, again.self.statuses], [`${GROUP}/${user}`, [100, 110, 210]]);
    assert.equal(
      [again.self, ...others(again)].map(({ occupantId }) => occupantId),
      ids,
    );
  },

  async 'joining a channel, and what is no room'({ user, client }) {
    const joined = await client.do<Joined>('join', { room: CHANNEL, nick: user, ...QUIET });
    const { self } = joined;
    assert.equal(others(joined).map(short), [
      ['JULIET', 'owner', 'moderator', null],
      ['Stranger', 'member', 'participant', null],
    ]);
    assert.equal([short(self), self.statuses], [[user, 'member', 'participant', null], [110]]);
    const join = (room: string) => refusal(client.do('join', { room, nick: user }));
    assert.is(await join(roomOf('nowhere')), 'item-not-found');
    assert.is(await join(JULIET), 'item-not-found');
    assert.is(await join(roomOf('broken')), 'remote-server-timeout');
    await client.do('send', {
      xml: `<presence to='${CHANNEL}' id='n'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
    });
    const refused = await client.expect('presence', (e) => e.type === 'error' && e.id === 'n');
    assert.is(refused.condition, 'jid-malformed');
  },

  'messages both ways': inside(async (scene) => {
    const { people, user, client } = scene;
    const phone = await people.logIn(user, 'phone');
    await enter(phone, user);
    const id = await client.do<string>('say', { to: GROUP, body: 'Ahoy 👋 <&>', type: 'groupchat' });
    assert.equal(await people.call('sendText', user), ['group', 'Ahoy 👋 <&>', null]);
    for (const each of [client, phone]) {
      const echo = await each.expect('groupchat', by(user));
      assert.equal([echo.id, echo.body, stanzaIdOf(echo)], [id, 'Ahoy 👋 <&>', 'legacy-1']);
    }
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'sendText', '🌹 & <b>', { legacyMsgId: 'n1' });
    for (const each of [client, phone]) {
      const heard = await each.expect('groupchat', by('JULIET'));
      assert.equal([heard.id, heard.body, stanzaIdOf(heard), heard.delay], ['n1', '🌹 & <b>', 'n1', null]);
      assert.ok(heard.occupantId);
      // Nothing came twice.
      assert.not(each.events.some((e) => e.event === 'groupchat'));
    }
    await phone.stop();
    // What was written elsewhere, and long ago.
    await people.happens(user, { room: 'group', participant: 'me' }, 'sendText', 'from my phone', {
      legacyMsgId: 'n2',
      when: new Date(Date.now() - 3600_000).toISOString(),
    });
    const own = await client.expect('groupchat', by(user));
    assert.equal([own.body, stanzaIdOf(own)], ['from my phone', 'n2']);
    assert.ok(own.delay);
    const refused = await client.do<string>('say', { to: GROUP, body: 'refuse', type: 'groupchat' });
    const error = await client.expect('message', (e) => e.type === 'error');
    assert.equal([error.from, error.id, error.condition], [GROUP, refused, 'policy-violation']);
  }),

  'corrections and retractions': inside(async (scene) => {
    const { people, user, client } = scene;
    const mine = await say(scene, 'helo');
    await client.do('correct', { to: GROUP, id: mine.id, body: 'hello', type: 'groupchat' });
    assert.equal(await people.call('correct', user), ['group', 'hello', 'legacy-1']);
    const corrected = await client.expect('groupchat', by(user));
    assert.equal([corrected.replaces, corrected.body], [mine.id, 'hello']);
    await hear(scene, 'juliet', 'n1', 'gud');
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'correct', 'n1', 'good');
    const other = await client.expect('groupchat', by('JULIET'));
    assert.equal([other.replaces, other.body], ['n1', 'good']);
    assert.is.not(stanzaIdOf(other), 'n1');
    const retract = (id: string) =>
      `<message to='${GROUP}' type='groupchat' id='gone'><body>I took something back.</body>
        <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>
        <retract xmlns='urn:xmpp:message-retract:1' id='${id}'/><store xmlns='urn:xmpp:hints'/></message>`;
    await client.do('send', { xml: retract('legacy-1') });
    assert.equal(await people.call('retract', user), ['group', 'legacy-1']);
    const echo = await client.expect('groupchat', (e) => by(user)(e) && e.id === 'gone');
    assert.ok(stanzaIdOf(echo));
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'retract', 'n1');
    const taken = await client.expect('groupchat', by('JULIET'));
    assert.match(String(taken.xml), /retract [^>]*id="n1"/);
    assert.is(people.calls('sendText', user).length, 1);
  }),

  'reactions, replies and mentions': inside(async (scene) => {
    const { people, user, client } = scene;
    await say(scene, 'a joke');
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'react', 'legacy-1', ['😂', '👍🏽']);
    const reaction = await client.expect('reactions', by('JULIET'));
    assert.equal([reaction.id, reaction.emojis], ['legacy-1', ['👍🏽', '😂'].sort()]);
    await hear(scene, 'juliet', 'n1', 'another');
    await client.do('react', { to: GROUP, id: 'n1', emojis: ['❤️'], type: 'groupchat' });
    assert.equal(await people.call('react', user), ['group', 'n1', ['❤️']]);
    assert.is((await client.expect('reactions', by(user))).id, 'n1');
    const replyTo = { legacyId: 'legacy-1', author: 'user', body: 'a joke' };
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'sendText', 'ha', {
      legacyMsgId: 'n2',
      replyTo,
    });
    const reply = await client.expect('groupchat', (e) => e.id === 'n2');
    assert.equal(
      [reply.replyId, reply.replyTo, reply.body],
      ['legacy-1', `${GROUP}/${user}`, `> ${user}:\n> a joke\nha`],
    );
    await client.do('reply', { to: GROUP, body: 'so?', author: `${GROUP}/JULIET`, id: 'n1', type: 'groupchat' });
    assert.equal(await people.call('replied', user), ['group', 'n1', 'JULIET', null]);
    const text = 'What says JULIET?';
    await say(scene, text);
    assert.equal(await people.call('mentioned', user), ['JULIET', text.indexOf('JULIET'), text.indexOf('?')]);
  }),

  moderation: inside(async (scene) => {
    const { people, user, client } = scene;
    for (const id of ['s1', 's2', 's3']) await hear(scene, '@Stranger', id);
    // The current way, and the one that slixmpp knows.
    const payload = `<moderate xmlns='urn:xmpp:message-moderate:1' id='s1'>
      <retract xmlns='urn:xmpp:message-retract:1'/><reason>Off topic</reason></moderate>`;
    assert.equal(await client.do('request', { to: GROUP, type: 'set', payload }), []);
    assert.equal(await people.call('onModerate', user), ['group', 's1', 'Off topic']);
    await client.do('moderate', { room: GROUP, id: 's2', reason: 'Spam' });
    assert.equal(await people.call('onModerate', user), ['group', 's2', 'Spam']);
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'moderate', 's3', 'No');
    const { id, by: moderator, reason } = await client.expect('moderated', inRoom);
    assert.equal([id, moderator, reason], ['s3', `${GROUP}/JULIET`, 'No']);
    const { xml } = await client.expect(
      'groupchat',
      (e) => e.from === GROUP && /message-moderate:1/.test(String(e.xml)),
    );
    assert.match(String(xml), /retract [^>]*id="s3"/);
    const page = await client.do<Page>('mam', { room: GROUP, query: form({ ids: 's3' }) });
    assert.match(page.xml[0] ?? '', /<retracted/);
    assert.not.match(page.xml[0] ?? '', /It is s3/);
  }),

  files: inside(({ people, user, client }) =>
    withPicture(async (path, bytes) => {
      await people.happens(user, { room: 'group', participant: 'juliet' }, 'sendFile', path, { legacyMsgId: 'n1' });
      const file = await client.expect('groupchat', by('JULIET'));
      assert.equal([file.body, stanzaIdOf(file)], [file.url, 'n1']);
      assert.is((await client.do<{ size: number }>('download', { url: file.url })).size, bytes);
      const url = await client.do<string>('upload', { path });
      const id = await client.do('share', { to: GROUP, url, type: 'groupchat' });
      assert.equal(await people.call('fileOf', user), [bytes]);
      const echo = await client.expect('groupchat', by(user));
      assert.equal([echo.id, echo.url, stanzaIdOf(echo)], [id, url, 'file-1']);
    }),
  ),

  'subject, configuration and end': inside(async ({ people, user, client }) => {
    await client.do('set_subject', { room: GROUP, subject: 'Hate' });
    assert.equal(await people.call('onSetSubject', user), ['Hate']);
    await people.happens(user, { room: 'group', participant: 'me' }, 'setRoomSubject', 'Hate');
    assert.is((await client.expect('subject', by(user))).subject, 'Hate');
    const config = await client.do<Record<string, string>>('room_config', {
      room: GROUP,
      values: { 'muc#roomconfig_roomname': 'Verona', 'muc#roomconfig_roomdesc': 'Fair' },
    });
    assert.is(config['muc#roomconfig_roomname'], 'The group');
    assert.equal(await people.call('onSetConfig', user), ['Verona', 'Fair']);
    await client.expect('groupchat', (e) => e.from === GROUP && (e.statuses as number[]).includes(104));
    const info = await client.do<{ names: string[] }>('info', { jid: GROUP });
    assert.equal(info.names, ['Verona']);
    await client.do('destroy', { room: GROUP, reason: 'A plague on both' });
    assert.equal(await people.call('onDestroyRequest', user), ['A plague on both']);
    const gone = await presenceOf(client, user, (e) => e.type === 'unavailable');
    assert.equal([gone.occupant.role, gone.occupant.destroyed], ['none', 'A plague on both']);
  }),

  'people come, change and go': inside(async ({ people, user, client }) => {
    const someone = (who: string, verb: string, ...args: unknown[]) =>
      people.happens(user, { room: 'group', participant: who }, verb, ...args);
    // Somebody new, who is shown; what they may do changes; they get another name, and a hat.
    await someone('nurse', 'affiliation', 'member');
    const { occupant } = await presenceOf(client, 'NURSE');
    assert.equal(
      [occupant.affiliation, occupant.role, occupant.jid],
      ['member', 'participant', `${jidOf('nurse')}/slipway`],
    );
    await someone('nurse', 'role', 'moderator');
    await presenceOf(client, 'NURSE', (e) => (e.occupant as Occupant).role === 'moderator');
    await someone('nurse', 'affiliation', 'admin');
    await presenceOf(client, 'NURSE', (e) => (e.occupant as Occupant).affiliation === 'admin');
    await someone('nurse', 'setHats', [{ uri: 'https://example.com/hats/nurse', title: 'Wise' }]);
    assert.equal((await presenceOf(client, 'NURSE', hasHat)).occupant.hats, ['Wise']);
    await someone('nurse', 'nickname', 'Angelica');
    const renamed = await presenceOf(client, 'NURSE', (e) => e.type === 'unavailable');
    assert.ok(renamed.occupant.statuses.includes(303));
    await presenceOf(client, 'Angelica');
    // Presence is the contact's.
    await people.contact(user, 'nurse', 'away', { status: 'Fetching herbs' });
    const away = await presenceOf(client, 'Angelica', (e) => e.type === 'away');
    assert.is(away.status, 'Fetching herbs');
    // Out they go.
    await someone('nurse', 'leave');
    assert.equal((await presenceOf(client, 'Angelica', isGone)).occupant.statuses, []);
    await someone('@Stranger', 'kick', 'Rude');
    const kicked = (await presenceOf(client, 'Stranger', isGone)).occupant;
    assert.equal([kicked.affiliation, kicked.role, kicked.statuses, kicked.reason], ['none', 'none', [307], 'Rude']);
    await someone('juliet', 'ban', 'Capulet');
    const banned = (await presenceOf(client, 'JULIET', isGone)).occupant;
    assert.equal([banned.affiliation, banned.role, banned.statuses], ['outcast', 'none', [301]]);
  }),

  'what users do about others': inside(async ({ people, user, client }) => {
    assert.equal(await client.do('affiliations', { room: GROUP, affiliation: 'owner' }), [JULIET]);
    const members = await client.do<string[]>('affiliations', { room: GROUP, affiliation: 'member' });
    assert.equal(members.sort(), ['', `${user}@localhost`]);
    assert.equal(await client.do('affiliations', { room: GROUP, affiliation: 'outcast' }), []);
    assert.equal(await client.do('roles', { room: GROUP, role: 'moderator' }), ['JULIET']);
    await client.do('set_affiliation', { room: GROUP, affiliation: 'admin', jid: JULIET, reason: 'Trusted' });
    assert.equal(await people.call('onSetAffiliation', user), ['juliet', 'admin', 'Trusted', null]);
    await client.do('set_affiliation', { room: GROUP, affiliation: 'outcast', jid: jidOf('tybalt') });
    assert.equal(await people.call('onSetAffiliation', user), ['tybalt', 'outcast', null, null]);
    await client.do('set_role', { room: GROUP, nick: 'JULIET', role: 'none', reason: 'Late' });
    assert.equal(await people.call('onKick', user), ['juliet', 'Late']);
    const kick = (nick: string) => refusal(client.do('set_role', { room: GROUP, nick, role: 'none' }));
    assert.is(await kick('nobody'), 'item-not-found');
    const ban = (jid: string) => refusal(client.do('set_affiliation', { room: GROUP, affiliation: 'outcast', jid }));
    assert.is(await ban('juliet@elsewhere.example'), 'item-not-found');
  }),

  'leaving and self-ping': inside(async ({ people, user, client }) => {
    const ping = () => client.do('ping', { to: `${GROUP}/${user}` });
    assert.is(await ping(), true);
    await client.do('leave', { room: GROUP, nick: user });
    const { occupant } = await presenceOf(client, user, (e) => e.type === 'unavailable');
    assert.equal([occupant.role, occupant.statuses], ['none', [110]]);
    assert.is(await refusal(ping()), 'not-acceptable');
    // Nothing comes any more, and nothing can be said.
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'sendText', 'Where is he?', {
      legacyMsgId: 'n1',
    });
    await client.do('say', { to: GROUP, body: 'Here!', type: 'groupchat' });
    assert.is((await client.expect('message', (e) => e.from === GROUP)).condition, 'not-acceptable');
    assert.not(client.events.some((e) => e.event === 'groupchat'));
    assert.equal(people.calls('sendText', user), []);
    // Removed by somebody on the network.
    await enter(client, user);
    await people.happens(
      user,
      { room: 'group' },
      'removeParticipant',
      { room: 'group', participant: 'me' },
      {
        kick: true,
        reason: 'Too loud',
      },
    );
    const kicked = await presenceOf(client, user, (e) => e.type === 'unavailable');
    assert.ok(kicked.occupant.statuses.includes(110) && kicked.occupant.statuses.includes(307));
    assert.is(kicked.occupant.reason, 'Too loud');
  }),

  'private messages': inside(async ({ people, user, client }) => {
    const id = await client.do<string>('say', { to: `${GROUP}/JULIET`, body: 'psst' });
    const error = await client.expect('message', (e) => e.type === 'error');
    assert.equal([error.id, error.condition], [id, 'not-allowed']);
    assert.match(String(error.text), JULIET);
    assert.equal(people.calls('sendText', user), []);
  }),

  invitations: inside(async ({ people, user, client }) => {
    for (const mediated of [false, true]) {
      await client.do('invite', { room: GROUP, jid: JULIET, reason: `mediated: ${mediated}`, mediated });
      assert.equal(await people.call('onInvitation', user), ['juliet', 'group', `mediated: ${mediated}`]);
    }
    await people.happens(user, { contact: 'juliet' }, 'inviteTo', { room: 'channel' }, { reason: 'Come' });
    const invited = await client.expect('invitation', (e) => e.from?.split('/')[0] === JULIET);
    assert.equal([invited.room, invited.reason], [CHANNEL, 'Come']);
  }),

  'history on joining': async ({ user, client }) => {
    const join = async (history: object) => {
      const { history: said } = await client.do<Joined>('join', { room: GROUP, nick: user, ...history });
      return said;
    };
    const texts = (said: readonly SlixmppEvent[]) => said.map(({ body }) => body);
    const all = await join({});
    assert.equal(texts(all), range(0, 24));
    assert.equal(
      [all[1]?.from, all[1]?.id, stanzaIdOf(all[1] as SlixmppEvent)],
      [`${GROUP}/Stranger`, 'old-1', 'old-1'],
    );
    assert.ok(all.every(({ delay, occupantId }) => delay && occupantId));
    assert.equal(texts(await join({ maxchars: 0 })), []);
    assert.equal(texts(await join({ maxstanzas: 0 })), []);
    assert.equal(texts(await join({ maxstanzas: 3 })), range(22, 24));
    assert.equal(texts(await join({ seconds: 2100 })), range(22, 24));
    assert.equal(texts(await join({ since: new Date(Date.now() - 2100_000).toISOString() })), range(22, 24));
  },

  'the archive': async (scene) => {
    const { people, user, client } = scene;
    const mam = (query = '') => client.do<Page>('mam', { room: GROUP, query });
    const rsm = (inside: string) => `<set xmlns='http://jabber.org/protocol/rsm'>${inside}</set>`;
    // Without having joined. As slixmpp looks through it, forwards and backwards.
    assert.equal(await client.do('mam_pages', { room: GROUP, max: 7 }), range(0, 24));
    assert.equal(await client.do('mam_pages', { room: GROUP, max: 7, reverse: true }), range(0, 24).reverse());
    const all = await mam();
    assert.equal([all.texts, all.complete, all.count], [range(0, 24), true, '25']);
    assert.equal([all.first, all.last, all.ids[3]], ['old-0', 'old-24', 'old-3']);
    const page = await mam(rsm('<max>3</max>'));
    assert.equal([page.texts, page.complete, page.count], [range(0, 2), false, '25']);
    assert.equal((await mam(rsm('<max>3</max><after>old-2</after>'))).texts, range(3, 5));
    const past = await mam(rsm('<max>3</max><after>old-24</after>'));
    assert.equal([past.texts, past.complete], [[], true]);
    const last = await mam(rsm('<max>3</max><before/>'));
    assert.equal([last.texts, last.complete, last.count], [range(22, 24), false, '25']);
    assert.equal((await mam(rsm('<max>3</max><before>old-22</before>'))).texts, range(19, 21));
    const first = await mam(rsm('<max>9</max><before>old-3</before>'));
    assert.equal([first.texts, first.complete], [range(0, 2), true]);
    const counted = await mam(rsm('<max>0</max>'));
    assert.equal([counted.texts, counted.count], [[], '25']);
    for (const where of ['after', 'before']) {
      assert.is(await refusal(mam(rsm(`<${where}>nowhere</${where}>`))), 'item-not-found');
    }
    const flipped = await mam(`${rsm('<max>3</max><before/>')}<flip-page/>`);
    assert.equal(flipped.texts, range(22, 24).reverse());
    // By author, time and id.
    const odd = (text: string) => Number(text.split(' ')[1]) % 2 === 1;
    assert.equal((await mam(form({ with: `${GROUP}/Stranger` }))).texts, range(0, 24).filter(odd));
    assert.equal(
      (await mam(form({ with: JULIET }))).texts,
      range(0, 24).filter((each) => !odd(each)),
    );
    const start = new Date(Date.now() - 2100_000).toISOString();
    assert.equal((await mam(form({ start }))).texts, range(22, 24));
    assert.equal((await mam(form({ end: start }))).texts, range(0, 21));
    assert.equal((await mam(form({ 'after-id': 'old-4', 'before-id': 'old-7' }))).texts, range(5, 6));
    assert.equal((await mam(form({ ids: 'old-9' }))).texts, ['said 9']);
    assert.is(await refusal(mam(form({ ids: 'nowhere' }))), 'item-not-found');
    const fields = await client.do<string[]>('mam_fields', { room: GROUP });
    for (const field of ['with', 'start', 'end', 'before-id', 'after-id', 'ids'])
      assert.ok(fields.includes(field), field);
    assert.equal(await client.do('mam_metadata', { room: GROUP }), { start: 'old-0', end: 'old-24' });
    // What is said now comes to it, with what is sent from here under the id of the room.
    await client.do('join', { room: GROUP, nick: user, ...QUIET });
    const mine = await say(scene, 'mine');
    await hear(scene, 'juliet', 'n1', 'hers');
    const now = await mam(rsm('<max>2</max><before/>'));
    assert.equal([now.texts, now.ids, now.count], [['mine', 'hers'], [stanzaIdOf(mine), 'n1'], '27']);
    assert.equal((await mam(form({ with: `${user}@localhost` }))).texts, ['mine']);
    // What the network tells again is not there twice.
    await people.happens(user, { room: 'group', participant: 'juliet' }, 'sendText', 'hers', {
      ...{ legacyMsgId: 'n1', archiveOnly: true, when: new Date().toISOString() },
    });
    assert.is((await mam(rsm('<max>0</max>'))).count, '27');
    assert.is(await refusal(client.do('mam', { room: JULIET })), 'item-not-found');
  },

  bookmarks: async ({ people, user, client }) => {
    const items = async () => {
      const payload = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:bookmarks:1'/></pubsub>";
      const [answer = ''] = await client.do<string[]>('request', { to: `${user}@localhost`, type: 'get', payload });
      return answer;
    };
    if (!people.kind.pubsub) {
      const rooms = [];
      for (let i = 0; i < 2; i++) rooms.push((await client.expect('invitation', (e) => e.from === GATEWAY)).room);
      assert.equal(rooms, [GROUP, CHANNEL]);
      return;
    }
    for (const room of [GROUP, CHANNEL]) {
      await client.expect('publication', (e) => e.node === 'urn:xmpp:bookmarks:1' && (e.ids as string[])[0] === room);
    }
    const before = await items();
    for (const part of [GROUP, CHANNEL, 'The group', 'autojoin="true"', user]) assert.ok(before.includes(part), part);
    assert.not(client.events.some(({ event }) => event === 'invitation'));
    await people.happens(user, { room: 'open' }, 'addToBookmarks', { autoJoin: false, pin: true, notify: 'never' });
    const after = await items();
    for (const part of [roomOf('open'), 'bookmarks-pinning:0', 'notification-settings'])
      assert.ok(after.includes(part), part);
    // The user has left: clients are told.
    await client.do('join', { room: CHANNEL, nick: user, ...QUIET });
    const step = (more: object) =>
      client.do<{ session: string; status: string }>('execute', {
        ...{ to: GATEWAY, node: 'urn:slipway:command:leave-group', ...more },
      });
    await step({
      session: (await step({ session: (await step({})).session, action: 'next', values: { group: CHANNEL } })).session,
      action: 'complete',
      values: { confirm: true },
    });
    assert.equal(await people.call('onLeaveGroup', user), ['channel']);
    await client.expect('presence', (e) => e.from === `${CHANNEL}/${user}` && e.type === 'unavailable');
    assert.not((await items()).includes(CHANNEL));
  },

  'how far is read': inside(async (scene) => {
    const { people, user, client } = scene;
    for (const id of ['n1', 'n2', 'n3']) await hear(scene, 'juliet', id);
    await client.do('displayed', { to: GROUP, id: 'n1', type: 'groupchat' });
    assert.equal(await people.call('displayed', user), ['group', 'n1']);
    if (!people.kind.pubsub) return;
    const displayed = (id: string) =>
      `<displayed xmlns='urn:xmpp:mds:displayed:0'><stanza-id xmlns='urn:xmpp:sid:0' by='${GROUP}' id='${id}'/></displayed>`;
    // From one client to all, and to the network.
    const payload = `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:mds:displayed:0'>
      <item id='${GROUP}'>${displayed('n2')}</item></publish></pubsub>`;
    await client.do('request', { to: `${user}@localhost`, type: 'set', payload });
    assert.equal(await people.call('displayed', user), ['group', 'n2']);
    // From the network to all clients.
    await people.happens(user, { room: 'group', participant: 'me' }, 'displayed', 'n3');
    await client.expect('publication', (e) => e.node === 'urn:xmpp:mds:displayed:0' && /id="n3"/.test(String(e.xml)));
    assert.equal(people.calls('displayed', user), []);
  }),

  pictures: inside(({ people, user, client }) =>
    withPicture(async (path) => {
      await people.contact(user, 'juliet', 'setAvatar', path, { blocking: true });
      const shown = await presenceOf(client, 'JULIET', (e) => Boolean(e.photo));
      const { photo } = await client.do<{ photo: string }>('vcard', { of: `${GROUP}/JULIET` });
      assert.is(photo, shown.photo);
      await people.happens(user, { room: 'group' }, 'setAvatar', path, { blocking: true });
      const room = await client.expect('presence', (e) => e.from === GROUP && Boolean(e.photo));
      assert.is((await client.do<{ photo: string }>('vcard', { of: GROUP })).photo, room.photo);
      const { facts } = await client.do<{ facts: Record<string, string> }>('info', { jid: GROUP });
      assert.is(facts['muc#roominfo_avatarhash'], room.photo);
    }),
  ),

  'commands about groups': async ({ people, user, client }) => {
    interface Step {
      readonly session: string;
      readonly status: string;
      readonly fields: Readonly<Record<string, string>>;
      readonly items: readonly Readonly<Record<string, string>>[];
    }
    const step = (node: string, more: object = {}) =>
      client.do<Step>('execute', { to: GATEWAY, node: `urn:slipway:command:${node}`, ...more });
    const { items } = await step('groups');
    assert.equal(items.map(({ name, jid }) => [name, jid]).sort(), [
      ['The channel', CHANNEL],
      ['The group', GROUP],
    ]);
    const { session, fields } = await step('create-group');
    assert.equal(fields, { name: 'text-single', contacts: 'list-multi' });
    const values = { name: 'Lovers', contacts: [JULIET, jidOf('nurse')] };
    const made = await step('create-group', { session, action: 'complete', values });
    assert.is(made.status, 'completed');
    assert.equal(await people.call('onCreateGroup', user), ['Lovers', ['juliet', 'nurse']]);
    assert.equal((await step('groups')).items.length, 3);
  },

  disco: inside(async ({ client }) => {
    interface Info {
      readonly identities: readonly string[];
      readonly names: readonly string[];
      readonly features: readonly string[];
      readonly facts: Readonly<Record<string, string>>;
    }
    const info = (jid: string) => client.do<Info>('info', { jid });
    const group = await info(GROUP);
    assert.equal([group.identities, group.names], [['conference/text'], ['The group']]);
    const has = (found: Info, ...features: string[]) => {
      for (const feature of features) assert.ok(found.features.includes(feature), feature);
    };
    has(group, 'http://jabber.org/protocol/muc', 'muc_membersonly', 'muc_nonanonymous', 'muc_hidden', 'muc_persistent');
    has(group, 'urn:xmpp:mam:2', 'urn:xmpp:mam:2#extended', 'urn:xmpp:sid:0', 'urn:xmpp:occupant-id:0', 'vcard-temp');
    has(group, 'urn:xmpp:message-moderate:1', 'urn:xmpp:reactions:0', 'urn:xmpp:message-correct:0');
    assert.equal(
      ['description', 'subject', 'occupants'].map((name) => group.facts[`muc#roominfo_${name}`]),
      ['Of all things', 'Love', '3'],
    );
    has(await info(CHANNEL), 'muc_open', 'muc_semianonymous', 'muc_public');
    const stranger = await info(`${GROUP}/Stranger`);
    assert.equal([stranger.identities, stranger.names], [['client/pc'], ['Stranger']]);
    assert.ok((await info(GATEWAY)).identities.some((each) => each.startsWith('conference/')));
    assert.equal(await client.do('items', { jid: GATEWAY }), [
      [CHANNEL, 'The channel'],
      [GROUP, 'The group'],
    ]);
    assert.is(await refusal(client.do('info', { jid: roomOf('nowhere') })), 'item-not-found');
  }),
};

const isGone = (event: SlixmppEvent) => event.type === 'unavailable';
const hasHat = (event: SlixmppEvent) => (event.occupant as Occupant).hats.length > 0;

function form(fields: Readonly<Record<string, string>>): string {
  const all = Object.entries({ FORM_TYPE: 'urn:xmpp:mam:2', ...fields });
  const written = all.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  return `<x xmlns='jabber:x:data' type='submit'>${written.join('')}</x>`;
}

/** Plays all of them on one server, as tests of a suite. */
export function playRooms(test: Test, kind: ServerKind): void {
  // Each has a user of its own: nothing of one is left for the next.
  const users = new Map(Object.keys(SCENARIOS).map((name, index) => [name, `romeo${index}`]));
  let people: People | undefined;
  test.before(async () => {
    people = await People.start(kind, { users: [...users.values()], plugin: 'rooms-plugin' });
  });
  test.after(() => people?.stop());
  for (const [name, user] of users) {
    test(`${kind.name} :: ${name}`, async () => {
      if (people === undefined) throw new Error('the server or the gateway did not start');
      const client = await people.logIn(user);
      try {
        await people.register(user, client);
        await (SCENARIOS[name] as Scenario)({ people, user, client });
      } finally {
        await client.stop();
      }
    });
  }
}
