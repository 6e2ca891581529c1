/** What becomes of messages when something goes wrong: see docs/reliability.md. */

import * as assert from 'uvu/assert';
import { type SendTextOptions, XmppError } from '../../src/gateway/index.ts';
import { Store } from '../../src/gateway/store/store.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { type Element, StanzaError } from '../../src/stanza/index.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { FULL_PLUGIN } from '../support/full-plugin.ts';
import { type Call, type TestContact, TestSession } from '../support/plugin.ts';
import { enter, playInRooms, room, roomJid } from '../support/rooms.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('reliability');
const JULIET = `juliet@${GATEWAY}`;
const NURSE = `nurse@${GATEWAY}`;

/** Says something with a wish for a receipt. */
function says(user: User, id: string, text: string, to = JULIET): void {
  const receipt = "<request xmlns='urn:xmpp:receipts'/>";
  user.sends(`<message to='${to}' type='chat' id='${id}'><body>${text}</body>${receipt}</message>`);
}

const receiptFor = (id: string) => (s: Element) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === id;
const errorFor = (id: string) => (s: Element) => s.attrs.type === 'error' && s.attrs.id === id;

async function errorOf(user: User, id: string): Promise<StanzaError> {
  return StanzaError.fromStanza(await user.receives(errorFor(id)));
}

/** Texts that the plugin was given, in order. */
const given = (stage: Stage) =>
  (stage.session().calls as Call[]).filter(([hook]) => hook === 'sendText').map(([, , text]) => text);

/** Fails as often as it is told to: `wait 2`. */
class Moody extends TestSession {
  readonly keys: string[] = [];
  readonly #failed = new Map<string, number>();
  readonly hanging: (() => void)[] = [];
  #isOver = false;

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    this.keys.push(options.idempotencyKey);
    const id = await super.sendText(chat, text, options);
    const failed = this.#failed.get(text) ?? 0;
    this.#failed.set(text, failed + 1);
    const [what, times] = text.split(' ');
    if (what === 'hang' && !this.#isOver) await new Promise<void>((resolve) => this.hanging.push(resolve));
    if (what === 'wait' && failed < Number(times)) throw new XmppError('resource-constraint', 'Not so fast.');
    return id;
  }

  /** Nothing hangs any more: else the gateway waits for it when it is shut down. */
  comeToAnEnd(): void {
    this.#isOver = true;
    for (const end of this.hanging) end();
  }
}

class Repeatable extends Moody {
  override readonly idempotentSends = true;
}

test('twice :: what a client sends again under its id is done once, and has its receipt again', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    for (let i = 0; i < 2; i++) {
      says(romeo, '1', 'once');
      await romeo.receives(receiptFor('1'));
    }
    // A client that counts from 1 whenever it starts.
    says(romeo, '1', 'something else');
    await romeo.receives(receiptFor('1'));
    assert.equal(given(stage), ['once', 'something else']);
  }));

test('twice :: what was refused may be tried again', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    for (let i = 0; i < 2; i++) {
      says(romeo, '1', 'refuse');
      assert.is((await errorOf(romeo, '1')).condition, 'policy-violation');
    }
    assert.equal(given(stage), ['refuse', 'refuse']);
  }));

test('twice :: in a room the client that says it again gets the echo again, and nobody else', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const echo = (s: Element) => s.attrs.type === 'groupchat' && s.attrs.id === '1';
    const say = () => romeo.sends(`<message to='${roomJid()}' type='groupchat' id='1'><body>once</body></message>`);
    say();
    const first = await romeo.receives(echo);
    say();
    const second = await romeo.receives(echo);
    assert.is(second.getChild('stanza-id')?.attrs.id, first.getChild('stanza-id')?.attrs.id);
    assert.is(stage.session().calls.filter(([hook]) => hook === 'sendText').length, 1);
  }));

test('twice :: who has left the room meanwhile is told that, and it is no fault of the gateway', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const say = () => romeo.sends(`<message to='${roomJid()}' type='groupchat' id='1'><body>once</body></message>`);
    const isGone = (s: Element) => s.name === 'presence' && s.attrs.type === 'unavailable';
    say();
    await romeo.receives((s) => s.attrs.type === 'groupchat' && s.attrs.id === '1');
    romeo.sends(`<presence to='${roomJid()}/romeo' type='unavailable'/>`);
    await romeo.receives(isGone);
    say();
    await romeo.receives(isGone);
    assert.equal(stage.gateway.errors, []);
  }));

test('history :: what the network tells again is not sent again; in another chat the same id is another message', () =>
  Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    const nurse = await stage.session().contacts.byLegacyId('nurse');
    for (let i = 0; i < 2; i++) {
      juliet.sendText('one', { legacyMsgId: 'n1' });
      juliet.sendText('two', { legacyMsgId: 'n2' });
      juliet.sendText('two', { legacyMsgId: 'n2' });
      await stage.gateway.drained();
    }
    nurse.sendText('three', { legacyMsgId: 'n1' });
    const bodies = (await romeo.all('message')).map((xml) => /<body>(.*?)</.exec(xml)?.[1]);
    assert.equal(bodies, ['one', 'two', 'three']);
  }));

test('history :: nor is what the user wrote here', () =>
  Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    says(romeo, '1', 'mine');
    await romeo.receives(receiptFor('1'));
    juliet.sendText('mine', { legacyMsgId: 'legacy-1', carbon: true });
    juliet.sendText('from my phone', { legacyMsgId: 'other', carbon: true });
    await romeo.settle();
    const outside = stage.routed.filter((s) => s.attrs.to === JULIET && s.name === 'message');
    assert.equal(
      outside.map((s) => s.getChildText('body')),
      ['mine', 'from my phone'],
      'the first as it was written, the second told by the network',
    );
  }));

test('history :: in a room what came from its archive still comes live, once', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const tybalt = await (await room(stage)).getParticipant('tybalt');
    tybalt.sendText('hey', { legacyMsgId: 'r1', archiveOnly: true, when: new Date(0) });
    tybalt.sendText('hey', { legacyMsgId: 'r1' });
    tybalt.sendText('hey', { legacyMsgId: 'r1' });
    await stage.gateway.drained();
    tybalt.sendText('hey', { legacyMsgId: 'r1' });
    const heard = (await romeo.all('message')).filter((xml) => xml.includes('<body>hey'));
    assert.is(heard.length, 1);
  }));

test('for the moment :: what fails is tried again, and what comes after it waits', async () => {
  const clock = new FakeClock();
  await Stage.with({ plugin: { session: Moody }, clock }, async (stage) => {
    const romeo = await stage.registered();
    says(romeo, '1', 'wait 2');
    says(romeo, '2', 'after');
    says(romeo, '3', 'elsewhere', NURSE);
    await romeo.receives(receiptFor('3'));
    assert.equal(given(stage), ['wait 2', 'elsewhere']);
    for (let i = 0; i < 6; i++) {
      await clock.advance(10_000);
      await romeo.settle();
    }
    await romeo.receives(receiptFor('1'));
    await romeo.receives(receiptFor('2'));
    assert.equal(given(stage), ['wait 2', 'elsewhere', 'wait 2', 'wait 2', 'after']);
    const { keys } = stage.session() as Moody;
    assert.equal(keys[0], keys[2], 'the key stays');
    assert.is(new Set(keys).size, 3);
  });
});

test('parked :: what goes on failing is given up: the sender knows, the chat goes on, the administrator decides', async () => {
  const clock = new FakeClock();
  const config = { admins: 'romeo@localhost' };
  await Stage.with({ plugin: { session: Moody }, clock, config }, async (stage) => {
    const romeo = await stage.registered();
    const asks = async (words: string) => {
      romeo.sends(`<message to='${GATEWAY}' type='chat'><body>${words}</body></message>`);
      return (await romeo.receives((s) => s.attrs.from === GATEWAY && s.getChildText('body') !== null)).getChildText(
        'body',
      );
    };
    assert.is(await asks('parked'), 'Nothing is parked.');
    says(romeo, '1', 'wait 5');
    says(romeo, '2', 'wait 9');
    says(romeo, '3', 'after');
    await eventually(() => assert.is(given(stage).length, 1));
    for (let i = 0; i < 12; i++) {
      await clock.advance(20_000);
      await romeo.settle();
    }
    for (const id of ['1', '2']) {
      const error = await errorOf(romeo, id);
      assert.equal([error.type, error.condition, error.text], ['wait', 'resource-constraint', 'Not so fast.']);
    }
    await romeo.receives(receiptFor('3'));
    assert.is(await asks('parked'), 'Parked messages');
    await romeo.receives((s) =>
      /romeo@localhost to juliet@gw.localhost.*Not so fast/s.test(s.getChildText('body') ?? ''),
    );
    await asks('abort');
    const [first, second] = await stage.gateway.inbox.parked();
    assert.is(await asks(`parked drop ${second?.id}`), 'Forgotten: 1.');
    assert.is(await asks('parked retry all'), 'Trying again: 1.');
    await clock.advance(60_000);
    await romeo.receives(receiptFor('1'));
    assert.equal(await stage.gateway.inbox.parked(), []);
    assert.ok(first);
    assert.match((await asks('parked drop nothing')) ?? '', /not parked/);
  });
});

test('hanging :: ends as unknown, harms only its own event, and counts after all when it is done late', async () => {
  const clock = new FakeClock();
  await Stage.with({ plugin: { session: Moody }, clock }, async (stage) => {
    const romeo = await stage.registered();
    says(romeo, '1', 'hang');
    says(romeo, '2', 'after');
    says(romeo, '3', 'elsewhere', NURSE);
    await romeo.receives(receiptFor('3'));
    await clock.advance(61_000);
    const error = await errorOf(romeo, '1');
    assert.equal([error.condition, error.text.slice(0, 15)], ['remote-server-timeout', 'It is not known']);
    await romeo.receives(receiptFor('2'));
    const { hanging } = stage.session() as Moody;
    const stateOf = async (id: string) => (await stage.gateway.store.lives([id])).map(({ state }) => state);
    assert.equal([await stateOf('1'), await stateOf('2')], [['unknown'], ['sent']]);
    hanging[0]?.();
    await romeo.receives(receiptFor('1'));
    assert.equal(await stateOf('1'), ['sent']);
  });
});

test('flood :: more than can wait is refused, and others are served', () =>
  Stage.with({ plugin: { session: Moody }, config: { 'limit-messages': 0 } }, async (stage) => {
    const romeo = await stage.registered('romeo');
    const mercutio = await stage.registered('mercutio');
    for (let i = 0; i < 1100; i++) says(romeo, `h${i}`, 'hang');
    await eventually(async () => {
      await romeo.settle();
      assert.is(romeo.received.filter((s) => s.attrs.type === 'error').length, 100);
    });
    assert.is((await errorOf(romeo, 'h1099')).condition, 'resource-constraint');
    says(mercutio, '1', 'hello');
    await mercutio.receives(receiptFor('1'));
    (stage.session('romeo') as Moody).comeToAnEnd();
  }));

test('restart :: what had not been given to the plugin is given to it then; of what had, the sender knows', async () => {
  for (const session of [Moody, Repeatable]) {
    await withFolder((homeDir) =>
      Stage.with({ plugin: { session }, homeDir }, async (stage) => {
        const romeo = await stage.registered();
        const { userId } = stage.session();
        await stage.gateway.shutdown();
        // As it is when the process was killed.
        const store = await Store.open(`${homeDir}/slipway.sqlite`, () => undefined);
        const left = async (id: string, text: string, state: 'pending' | 'handed') => {
          const xml = `<message xmlns='jabber:client' from='romeo@localhost/test' to='${JULIET}' type='chat' id='${id}'><body>${text}</body><request xmlns='urn:xmpp:receipts'/></message>`;
          await store.journal.arrive({
            id: store.journal.newId(),
            user_id: userId,
            chat: 'juliet',
            stanza_id: id,
            digest: 0,
            state,
            xml,
          });
        };
        await left('1', 'was handed', 'handed');
        await left('2', 'was waiting', 'pending');
        await left('3', 'was waiting too', 'pending');
        await store.close();
        romeo.received.length = 0;
        await stage.start();
        says(romeo, '4', 'new');
        for (const id of ['2', '3', '4']) await romeo.receives(receiptFor(id));
        const rest = ['was waiting', 'was waiting too', 'new'];
        if (session === Repeatable) {
          await romeo.receives(receiptFor('1'));
          assert.equal(given(stage), ['was handed', ...rest]);
        } else {
          assert.is((await errorOf(romeo, '1')).condition, 'remote-server-timeout');
          assert.equal(given(stage), rest);
        }
      }),
    );
  }
});

test('database :: away while what was left is read, and while a user logs in, it is asked again', () =>
  withFolder((homeDir) =>
    Stage.with({ homeDir }, async (stage) => {
      await stage.registered();
      const { store } = stage.gateway;
      const failing = <T extends object, K extends keyof T>(owner: T, name: K) => {
        Object.assign(owner, { [name]: () => Promise.reject(new Error('away')) });
        return () => void delete owner[name];
      };
      const restore = failing(store.contacts, 'all');
      // Another session, as after a change of the registration: nothing of the contacts is known to it.
      const session = stage.gateway.sessions.add((await store.users.all())[0] as never);
      await stage.gateway.sessions.login(session);
      assert.is(session.readiness.state, 'failed');
      restore();
      await stage.gateway.sessions.login(session);
      assert.is(session.readiness.state, 'ready');
      const restoreXml = failing(store.journal.stored, 'xml');
      const id = store.journal.newId();
      const xml = `<message xmlns='jabber:client' from='romeo@localhost/test' to='${JULIET}' type='chat' id='2'><body>left</body></message>`;
      const event = {
        id,
        user_id: session.userId,
        chat: 'juliet',
        stanza_id: '2',
        digest: 0,
        state: 'pending',
        xml,
      } as const;
      await store.journal.arrive(event);
      await stage.gateway.inbox.recover(session);
      await eventually(() => assert.ok(stage.gateway.errors.length >= 2));
      assert.equal(given(stage), []);
      restoreXml();
      await eventually(() => assert.equal(given(stage), ['left']));
    }),
  ));

test('stop :: what comes while the plugin finishes is kept for the next start', () =>
  withFolder((homeDir) =>
    Stage.with({ plugin: { session: Moody }, homeDir }, async (stage) => {
      const romeo = await stage.registered();
      says(romeo, '1', 'hang');
      await eventually(() => assert.equal(given(stage), ['hang']));
      const { hanging } = stage.session() as Moody;
      const stopped = stage.gateway.shutdown();
      says(romeo, '2', 'too late');
      await romeo.settle();
      hanging[0]?.();
      await romeo.receives(receiptFor('1'));
      await stopped;
      await stage.start();
      await romeo.receives(receiptFor('2'));
      assert.equal(given(stage), ['too late']);
    }),
  ));

test('restart :: what the network said and the server had not read comes then, under the same id', () =>
  withFolder((homeDir) =>
    Stage.with({ homeDir }, async (stage) => {
      const romeo = await stage.registered();
      const juliet = await stage.session().contacts.byLegacyId('juliet');
      await stage.fenced();
      await stage.server.componentsAllowed(false);
      await eventually(() => assert.is(stage.server.components.length, 0));
      juliet.sendText('one', { legacyMsgId: 'n1' });
      juliet.sendText('two', { legacyMsgId: 'n2' });
      await stage.gateway.drained();
      const [life] = await stage.gateway.store.lives(['n1']);
      assert.equal([life?.direction, life?.state, life?.chat], ['to-user', 'pending', 'juliet']);
      await stage.gateway.shutdown();
      await stage.server.componentsAllowed(true);
      await stage.start();
      for (const id of ['n1', 'n2']) await romeo.receives((s) => s.attrs.id === id && s.name === 'message');
      await stage.fenced();
      assert.is((await stage.gateway.store.lives(['n2']))[0]?.state, 'acknowledged');
    }),
  ));

test('a lost connection :: is said, and made again; when the user must do something, that is said too', async () => {
  const clock = new FakeClock();
  await Stage.with({ clock }, async (stage) => {
    const romeo = await stage.registered();
    const status = (text: string) => (s: Element) => s.attrs.from === GATEWAY && s.getChildText('status') === text;
    const logins = () => stage.session().calls.filter(([hook]) => hook === 'login').length;
    await clock.advance(61_000);
    stage.session().connectionLost();
    await romeo.receives(status('The connection to the network was lost.'));
    assert.not(stage.session().logged);
    await clock.advance(2000);
    await romeo.receives(status('Connected as test'));
    assert.is(logins(), 2);
    // It breaks again at once: the next attempt comes later.
    stage.session().connectionLost();
    await clock.advance(3900);
    await romeo.settle();
    assert.is(logins(), 2);
    await clock.advance(4100);
    await eventually(() => assert.is(logins(), 3));
    await stage.session().waitForReady();
    stage.session().connectionLost(new XmppError('not-authorized', 'Another device has taken over.'));
    const told = await romeo.receives((s) => /re-login/.test(s.getChildText('body') ?? ''));
    assert.match(told.getChildText('body') ?? '', 'Another device has taken over.');
    await clock.advance(3_600_000);
    assert.is(logins(), 3);
  });
});

test('a login that hangs :: ends, and is tried again', async () => {
  const clock = new FakeClock();
  let logins = 0;
  class Hanging extends TestSession {
    override async login(): Promise<string> {
      if (++logins === 2) await new Promise(() => {});
      return 'Connected as test';
    }
  }
  await Stage.with({ plugin: { session: Hanging }, clock }, async (stage) => {
    const romeo = await stage.registered();
    void stage.session().reLogin();
    await eventually(() => assert.is(logins, 2));
    await clock.advance(301_000);
    await romeo.receives((s) => s.attrs.from === GATEWAY && s.getChildText('status') === 'The login failed.');
    await clock.advance(31_000);
    await eventually(() => assert.is(logins, 3));
  });
});

test('retention :: what is settled is forgotten after some days, ids are not', async () => {
  const clock = new FakeClock();
  await Stage.with({ clock, config: { 'journal-max-days': 1 } }, async (stage) => {
    const romeo = await stage.registered();
    says(romeo, '1', 'hello');
    await romeo.receives(receiptFor('1'));
    // What the journal has forgotten it cannot say the time of.
    const isInJournal = async () =>
      (await stage.gateway.store.lives(['1'])).map(({ storedAt }) => storedAt !== undefined);
    assert.equal(await isInJournal(), [true]);
    await clock.advance(3 * 24 * 3600 * 1000);
    await eventually(async () => assert.equal(await isInJournal(), [false]));
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    assert.is(await stage.session().sent.legacyId(juliet, '1'), 'legacy-1');
  });
});

test.run();
