/** What somebody may try who means no good. Each test is named after it. */

import * as assert from 'uvu/assert';
import { receive } from '../../src/gateway/incoming/receive.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { type Element, find, type JID, StanzaError } from '../../src/stanza/index.ts';
import { submit } from '../../src/xep/0004-data-forms.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { changeStanding, destroyRoom } from '../../src/xep/0045-muc.ts';
import { executeCommand } from '../../src/xep/0050-commands.ts';
import { register } from '../../src/xep/0077-register.ts';
import { occupantId } from '../../src/xep/0421-occupant-id.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { FULL_PLUGIN } from '../support/full-plugin.ts';
import { GROUPS_PLUGIN } from '../support/groups-plugin.ts';
import { TestContact, TestGateway, TestSession } from '../support/plugin.ts';
import { enter, playInRooms, room, roomJid } from '../support/rooms.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('attacks');

const JULIET = `juliet@${GATEWAY}`;
const condition = (error: unknown) => (error instanceof StanzaError ? error.condition : String(error));
const text = (to: string, body = 'hi', id = 'm') =>
  `<message to='${to}' type='chat' id='${id}'><body>${body}</body></message>`;
const isError = (each: Element) => each.attrs.type === 'error';

/** As if the server had passed it on: with any sender. */
function forge(stage: Stage, xml: string): void {
  receive(stage.gateway, stanza(xml));
}

async function errorOf(user: User): Promise<string> {
  return StanzaError.fromStanza(await user.receives(isError)).condition;
}

// --- who may speak at all

test('a stranger whom user-jid-validator does not allow gets nothing done, by whatever kind of stanza', () =>
  Stage.with({ plugin: FULL_PLUGIN, config: { 'user-jid-validator': 'romeo@.*' } }, async (stage) => {
    const mercutio = await stage.logIn('mercutio');
    const { client } = mercutio;
    const refused = [
      register(client, GATEWAY, { username: 'x', password: 'x' }),
      executeCommand(client, GATEWAY, { node: 'jabber:iq:register' }),
      discoInfo(client, GATEWAY),
      discoInfo(client, JULIET),
      changeStanding(client, roomJid(), { jid: JULIET, affiliation: 'owner' }),
    ];
    for (const each of refused) assert.is(await each.then(() => 'done', condition), 'not-allowed');
    for (const to of [GATEWAY, JULIET, roomJid()]) {
      mercutio.sends(text(to));
      assert.is(await errorOf(mercutio), 'not-allowed');
      mercutio.sends(`<presence to='${to}' type='subscribe'/>`);
      await mercutio.receives(({ attrs }) => attrs.type === 'unsubscribed');
      mercutio.sends(`<presence to='${to}'/>`);
      mercutio.sends(`<presence to='${to}/x'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    }
    await mercutio.settle();
    assert.equal(
      mercutio.received.filter(({ attrs }) => attrs.from?.endsWith(GATEWAY)),
      [],
    );
    assert.is([...stage.gateway.sessions].length, 0);
  }));

test('a user whom the operator does not allow any more is not logged in when the gateway starts', () =>
  withFolder(async (homeDir) => {
    await Stage.with({ homeDir }, async (stage) => {
      await stage.registered('romeo');
      await stage.registered('mercutio');
    });
    await Stage.with({ homeDir, config: { 'user-jid-validator': 'mercutio@.*' } }, async (stage) => {
      await eventually(() => assert.ok(stage.gateway.getSessionFromJid('mercutio@localhost')));
      assert.is(stage.gateway.getSessionFromJid('romeo@localhost'), undefined);
      const romeo = await stage.logIn();
      assert.is(await discoInfo(romeo.client, JULIET).then(() => 'done', condition), 'not-allowed');
    });
  }));

test('forged from :: our own domain, or nobody', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    stage.session().calls.length = 0;
    const before = stage.routed.length;
    for (const from of [`from='${GATEWAY}'`, `from='${JULIET}/x'`, '', "from=''", "from='@'", "from='a@b@c'"]) {
      forge(stage, `<message ${from} to='${JULIET}' type='chat' id='1'><body>hi</body></message>`);
      forge(stage, `<presence ${from} to='${JULIET}' type='subscribe'/>`);
    }
    await romeo.settle();
    assert.equal(stage.session().calls, []);
    const others = stage.routed.slice(before).filter(({ name }) => name !== 'iq');
    assert.equal(others, []);
  }));

test('forged privileges :: a user who says that the server lets us do things for everybody', () =>
  Stage.with({ server: { privileges: false } }, async (stage) => {
    const romeo = await stage.registered();
    const grant = `<privilege xmlns='urn:xmpp:privilege:2'><perm access='roster' type='both'/><perm access='message' type='outgoing'/></privilege>`;
    forge(stage, `<message from='mallory@localhost/x' to='${GATEWAY}'>${grant}</message>`);
    forge(stage, `<message from='mallory@localhost' to='${GATEWAY}'>${grant}</message>`);
    forge(stage, `<message from='evil.example' to='${GATEWAY}'>${grant}</message>`);
    await romeo.settle();
    assert.not(stage.gateway.privileges.mayWriteRoster('localhost'));
    assert.not(stage.gateway.privileges.maySendMessages('localhost'));
  }));

test('forged event :: the picture of a user, published by another or by one of the clients', () =>
  Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    const romeo = await stage.registered();
    stage.session().calls.length = 0;
    const event = `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item id='1'><metadata xmlns='urn:xmpp:avatar:metadata'/></item></items></event>`;
    for (const from of ['mercutio@localhost', 'romeo@localhost/test', 'localhost', 'romeo@elsewhere.example']) {
      forge(stage, `<message from='${from}' to='${GATEWAY}' type='headline'>${event}</message>`);
    }
    await romeo.settle();
    assert.equal(stage.session().calls, []);
  }));

test('echo :: a message that we sent in the name of the user is not sent to the network again', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    stage.session().calls.length = 0;
    forge(stage, `<message from='romeo@localhost' to='${JULIET}' type='chat' id='1'><body>hi</body></message>`);
    await romeo.settle();
    assert.equal(stage.session().calls, []);
  }));

// --- what belongs to somebody else

test('forged answer :: the id of one of our requests, from somebody who was not asked', () =>
  Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    await stage.registered();
    const mercutio = await stage.logIn('mercutio');
    const asked = stage.gateway.request({
      to: 'nobody@elsewhere.example',
      type: 'get',
      payload: stanza("<a xmlns='b'/>"),
      timeout: 300,
    });
    const outcome = asked.then(() => 'answered', condition);
    await mercutio.settle();
    const request = stage.routed.find(({ name, attrs }) => name === 'iq' && attrs.to === 'nobody@elsewhere.example');
    const id = request?.attrs.id as string;
    mercutio.sends(`<iq type='result' to='${GATEWAY}' id='${id}'><forged xmlns='x'/></iq>`);
    mercutio.sends(`<iq type='error' to='${GATEWAY}' id='${id}'/>`);
    await mercutio.settle();
    // The server's own answer: nobody is at home there.
    assert.is.not(await outcome, 'answered');
    assert.is.not(await outcome, 'undefined-condition');
  }));

test('stolen command :: continued by another user, or by another client of the same', () =>
  Stage.with({}, async (stage) => {
    const [romeo, other, mercutio] = [
      await stage.logIn(),
      await stage.logIn('romeo', 'other'),
      await stage.logIn('mercutio'),
    ];
    const node = 'jabber:iq:register';
    const { sessionId } = await executeCommand(romeo.client, GATEWAY, { node });
    assert.match(sessionId ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const form = submit({ username: 'romeo', password: 'right' });
    for (const { client } of [mercutio, other]) {
      for (const action of ['next', 'cancel', 'prev'] as const) {
        const step = executeCommand(client, GATEWAY, { node, sessionId, action, form } as never);
        assert.is(await step.then(() => 'done', condition), 'bad-request');
      }
    }
    assert.is(stage.gateway.getSessionFromJid('mercutio@localhost'), undefined);
    // It is still the owner's.
    const done = await executeCommand(romeo.client, GATEWAY, {
      node,
      sessionId: sessionId as string,
      action: 'next',
      form,
    });
    assert.is(done.status, 'completed');
  }));

test("another's room :: muc#admin and muc#owner act on the rooms of their sender, or on none", () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const mercutio = await stage.logIn('mercutio');
    const attempts = [
      changeStanding(mercutio.client, roomJid(), { jid: JULIET, affiliation: 'owner' }),
      destroyRoom(mercutio.client, roomJid(), {}),
      changeStanding(romeo.client, roomJid(), { jid: 'juliet@elsewhere.example', affiliation: 'owner' }),
      changeStanding(romeo.client, roomJid(), { jid: 'romeo@localhost', affiliation: 'owner' }),
      changeStanding(romeo.client, GATEWAY, { jid: JULIET, affiliation: 'owner' }),
    ];
    for (const each of attempts) assert.is.not(await each.then(() => 'done', condition), 'done');
    const { userParticipant } = await room(stage);
    for (const standing of [{ affiliation: 'outcast' }, { affiliation: 'member', role: 'visitor' }] as const) {
      Object.assign(userParticipant, { role: 'participant', ...standing });
      for (const each of [
        changeStanding(romeo.client, roomJid(), { jid: JULIET, affiliation: 'owner' }),
        changeStanding(romeo.client, roomJid(), { nick: 'JULIET', role: 'none' }),
        destroyRoom(romeo.client, roomJid(), {}),
      ]) {
        assert.is(await each.then(() => 'done', condition), 'forbidden');
      }
    }
    assert.equal(stage.session().calls, []);
  }));

test('forged ids :: a client that names a stanza-id, an occupant-id or a standing in the name of the room', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const forged = `<stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='${roomJid()}'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' role='moderator'/></x>`;
    romeo.sends(`<message to='${roomJid()}' type='groupchat' id='1'><body>hi</body>${forged}</message>`);
    const echo = await romeo.receives((each) => each.attrs.id === '1' && !isError(each));
    assert.not.match(String(echo), /forged|moderator/);
    assert.is(find(echo, occupantId)?.id, (await room(stage)).userParticipant.facts.occupantId);
    assert.is(echo.getChildren('stanza-id').length, 1);
  }));

// --- too much of it

const flooded = (
  limits: Readonly<Record<string, number>>,
  scene: (stage: Stage, romeo: User, clock: FakeClock) => Promise<void>,
) => {
  const clock = new FakeClock();
  return Stage.with({ plugin: { ...GROUPS_PLUGIN }, clock, config: limits }, async (stage) => {
    await scene(stage, await stage.registered(), clock);
  });
};

test('flood of messages :: each is sent or refused, and later they are sent again', () =>
  flooded({ 'limit-messages': 20 }, async (stage, romeo, clock) => {
    stage.session().calls.length = 0;
    for (let i = 0; i < 50; i++) romeo.sends(text(JULIET, `${i}`, `m${i}`));
    await romeo.settle();
    const errors = romeo.received.splice(0).filter(isError);
    assert.ok(errors.length >= 30);
    for (const each of errors) {
      const { condition: what, type } = StanzaError.fromStanza(each);
      assert.equal([what, type], ['resource-constraint', 'wait']);
    }
    const sent = stage.session().calls.map(([, , body]) => `m${body}`);
    assert.equal(
      [...sent, ...errors.map(({ attrs }) => attrs.id as string)].sort(),
      Array.from({ length: 50 }, (_, i) => `m${i}`).sort(),
    );
    await clock.advance(60_000);
    romeo.sends(text(JULIET, 'later'));
    await romeo.settle();
    assert.is(stage.session().calls.at(-1)?.[2], 'later');
  }));

test('flood of bytes :: few messages, but long', () =>
  flooded({ 'limit-bytes': 30_000 }, async (stage, romeo) => {
    stage.session().calls.length = 0;
    for (let i = 0; i < 5; i++) romeo.sends(text(JULIET, 'x'.repeat(9000)));
    assert.is(await errorOf(romeo), 'resource-constraint');
    await romeo.settle();
    assert.ok(stage.session().calls.length <= 3);
  }));

test('flood of messages :: what is refused is answered, and costs the disk nothing', () =>
  flooded({ 'limit-messages': 5 }, async (stage, romeo) => {
    const { journal } = stage.gateway.store;
    const send = journal.send.bind(journal);
    let stored = 0;
    journal.send = (stanza, xml, pair) => {
      if (xml.includes("type='error'")) stored++;
      send(stanza, xml, pair);
    };
    for (let i = 0; i < 30; i++) romeo.sends(text(JULIET, 'hi'));
    await romeo.settle();
    assert.ok(romeo.received.filter(isError).length >= 25);
    assert.is(stored, 0);
  }));

test('flood of requests :: answered, each of them', () =>
  flooded({ 'limit-requests': 20 }, async (_stage, romeo) => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => discoInfo(romeo.client, GATEWAY).then(() => 'done', condition)),
    );
    assert.is(answers.length, 60);
    assert.ok(answers.filter((each) => each === 'resource-constraint').length >= 40);
  }));

test('flood of errors :: not answered, but not looked up without end either', () =>
  flooded({ 'limit-requests': 20 }, async (stage, romeo) => {
    for (let i = 0; i < 60; i++) romeo.sends(`<message to='${JULIET}' type='error' id='e${i}'/>`);
    await romeo.settle();
    assert.equal(romeo.received.filter(isError), []);
    const lives = stage.gateway.watch.find('e59');
    assert.equal(
      lives.map(({ outcome }) => outcome),
      ['refused'],
    );
  }));

test('flood of joins', () =>
  flooded({ 'limit-joins': 3 }, async (_stage, romeo) => {
    for (let i = 0; i < 4; i++)
      romeo.sends(`<presence to='${roomJid()}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    const refused = await romeo.receives((each) => each.name === 'presence' && isError(each));
    assert.is(StanzaError.fromStanza(refused).condition, 'resource-constraint');
  }));

test('flood of presence :: the network hears of so many changes', () =>
  flooded({ 'limit-messages': 5 }, async (_stage, romeo) => {
    for (let i = 0; i < 10; i++) romeo.sends(`<presence to='${GATEWAY}' id='p${i}'><show>away</show></presence>`);
    assert.is(await errorOf(romeo), 'resource-constraint');
  }));

test('flood of files', () =>
  Stage.with({ plugin: FULL_PLUGIN, config: { 'limit-uploads': 2 } }, async (stage) => {
    const romeo = await stage.registered();
    const file = `<body>http://127.0.0.1/x</body><x xmlns='jabber:x:oob'><url>http://127.0.0.1/x</url></x>`;
    const conditions: string[] = [];
    for (let i = 0; i < 3; i++) {
      romeo.sends(`<message to='${JULIET}' type='chat' id='f${i}'>${file}</message>`);
      conditions.push(await errorOf(romeo));
    }
    assert.equal(conditions, ['not-acceptable', 'not-acceptable', 'resource-constraint']);
  }));

test('guessing a password :: so many attempts to register', () =>
  Stage.with({ config: { 'limit-registrations': 3 } }, async (stage) => {
    const romeo = await stage.logIn();
    const attempt = () =>
      register(romeo.client, GATEWAY, { username: 'x', password: 'wrong' }).then(() => 'done', condition);
    const outcomes = [await attempt(), await attempt(), await attempt(), await attempt()];
    assert.equal(outcomes, ['not-authorized', 'not-authorized', 'not-authorized', 'resource-constraint']);
  }));

test('hammering the network :: so many logins', () =>
  Stage.with({ config: { 'limit-logins': 2 } }, async (stage) => {
    const romeo = await stage.registered('romeo', 'locked').catch(async () => stage.logIn());
    const attempt = () =>
      executeCommand(romeo.client, GATEWAY, { node: 'urn:slipway:command:re-login' }).then(() => 'done', condition);
    const outcomes = [await attempt(), await attempt(), await attempt()];
    assert.is(outcomes[2], 'resource-constraint');
  }));

test('commands begun and never ended', () =>
  Stage.with({ config: { 'limit-commands': 3 } }, async (stage) => {
    const [romeo, mercutio] = [await stage.logIn(), await stage.logIn('mercutio')];
    const begin = (user: User) => executeCommand(user.client, GATEWAY, { node: 'jabber:iq:register' });
    const [first] = [await begin(romeo), await begin(romeo), await begin(romeo)];
    assert.is(await begin(romeo).then(() => 'done', condition), 'resource-constraint');
    assert.ok((await begin(mercutio)).sessionId);
    await executeCommand(romeo.client, GATEWAY, {
      node: 'jabber:iq:register',
      sessionId: first?.sessionId as string,
      action: 'cancel',
    });
    assert.ok((await begin(romeo)).sessionId);
  }));

test('addresses made up :: nobody fills the memory with contacts', () =>
  flooded({ 'limit-people': 10 }, async (stage, romeo) => {
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        discoInfo(romeo.client, `made-up-${i}@${GATEWAY}`).then(() => 'done', condition),
      ),
    );
    assert.is(outcomes.filter((each) => each === 'resource-constraint').length, 20);
    // Those whom the plugin knows are there all the same.
    await discoInfo(romeo.client, JULIET);
    assert.ok([...stage.session().contacts].length <= 12);
  }));

test('requests that take long :: so many at a time', () => {
  class Slow extends TestSession {
    override async search() {
      return new Promise<undefined>(() => {});
    }
  }
  return Stage.with({ plugin: { session: Slow }, config: { 'limit-pending': 5 } }, async (stage) => {
    const romeo = await stage.registered();
    const search = `<query xmlns='jabber:iq:search'><first>x</first><last>y</last></query>`;
    for (let i = 0; i < 5; i++) romeo.sends(`<iq type='set' id='s${i}' to='${GATEWAY}'>${search}</iq>`);
    const answer = await romeo.asks('set', GATEWAY, search);
    assert.is(condition(answer), 'resource-constraint');
    const mercutio = await stage.registered('mercutio');
    await discoInfo(mercutio.client, GATEWAY);
  });
});

test('ids that are too long for any index', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    stage.session().calls.length = 0;
    romeo.sends(text(JULIET, 'hi', 'x'.repeat(5000)));
    assert.is(await errorOf(romeo), 'policy-violation');
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='t'><body>hi</body><thread>${'x'.repeat(5000)}</thread></message>`,
    );
    assert.is(await errorOf(romeo), 'policy-violation');
    assert.equal(stage.session().calls, []);
  }));

test('malformed :: what cannot even be looked at is refused, and the stream goes on', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const broken = [
      "<privilege xmlns='urn:xmpp:privilege:2'><forwarded xmlns='urn:xmpp:forward:0'/></privilege>",
      `<x xmlns='http://jabber.org/protocol/muc#user'><status code='x'/><invite/></x>`,
      `<x xmlns='http://jabber.org/protocol/muc#user'><invite to='@'/></x>`,
    ];
    for (const inside of broken) {
      for (const to of [GATEWAY, JULIET, roomJid()]) romeo.sends(`<message to='${to}' id='b'>${inside}</message>`);
    }
    await romeo.settle();
    const errors = romeo.received.filter(isError).map((each) => StanzaError.fromStanza(each).condition);
    assert.ok(
      errors.length > 0 && errors.every((each) => ['bad-request', 'item-not-found', 'jid-malformed'].includes(each)),
      errors.join(),
    );
    assert.equal(stage.gateway.errors, []);
  }));

test('malformed :: from a server, whose word counts otherwise', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const inside = "<privilege xmlns='urn:xmpp:privilege:2'><forwarded xmlns='urn:xmpp:forward:0'/></privilege>";
    forge(stage, `<message from='localhost' to='${GATEWAY}' id='1'>${inside}</message>`);
    await romeo.settle();
    assert.equal(stage.gateway.errors, []);
    assert.ok(stage.gateway.privileges.mayWriteRoster('localhost'));
  }));

// --- what the inside looks like

const INSIDE = 'a secret of the inside';

test('provoked errors :: nothing internal is said, whatever hook they come from', async () => {
  const crash = async (): Promise<never> => {
    throw Object.assign(new Error(INSIDE), { condition: 'x', text: INSIDE });
  };
  class Crashing extends TestSession {
    override sendText = crash;
    override displayed = crash;
    override sendFile = crash;
    override correct = crash;
    override react = crash;
    override retract = crash;
    override search = crash;
    override onSubscribe = crash;
    override onPresence = crash;
    override onCreateGroup = crash;
  }
  class CrashingContact extends TestContact {
    override async updateInfo() {
      if (this.legacyId.startsWith('crash')) return crash();
    }
    override fetchVcard = crash;
    override onFriendRequest = crash;
  }
  class CrashingGateway extends TestGateway {
    override async userPrevalidate(_from: JID, form: { username?: unknown }) {
      if (form.username === 'crash') await crash();
    }
  }
  await Stage.with(
    { plugin: { session: Crashing, contact: CrashingContact, gateway: CrashingGateway } },
    async (stage) => {
      const romeo = await stage.registered();
      const payloads = [
        '<body>hi</body>',
        "<body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='1'/>",
        "<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>👍</reaction></reactions>",
        "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>",
        "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>",
        "<body>https://x.example/</body><x xmlns='jabber:x:oob'><url>https://x.example/</url></x>",
      ];
      for (const to of [JULIET, `crash@${GATEWAY}`]) {
        for (const payload of payloads) romeo.sends(`<message to='${to}' type='chat' id='c'>${payload}</message>`);
        romeo.sends(`<presence to='${to}' type='subscribe'/>`);
        await romeo.asks('get', to, "<vCard xmlns='vcard-temp'/>");
      }
      await romeo.asks('set', GATEWAY, "<query xmlns='jabber:iq:search'><first>x</first><last>y</last></query>");
      await romeo.asks(
        'set',
        GATEWAY,
        "<query xmlns='jabber:iq:register'><username>crash</username><password>x</password></query>",
      );
      romeo.sends(`<presence to='${GATEWAY}'><show>away</show></presence>`);
      await romeo.settle();
      assert.ok(stage.gateway.errors.length > 8, String(stage.gateway.errors.length));
      for (const each of stage.routed) {
        assert.not.match(String(each), INSIDE);
        if (each.attrs.from?.endsWith(GATEWAY) && isError(each))
          assert.not.match(String(each), /\.ts:\d|Error:|\n\s+at /);
      }
    },
  );
});

test.run();
