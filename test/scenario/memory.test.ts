/** What strangers can make a gateway remember is bounded. */

import * as assert from 'uvu/assert';
import { MAX_OPEN } from '../../src/gateway/command/adhoc.ts';
import { MAX_ASKED } from '../../src/gateway/command/chat.ts';
import { Command, type CommandContext, type CommandResult, Form } from '../../src/gateway/index.ts';
import { silentLog } from '../../src/gateway/log.ts';
import { Watch } from '../../src/gateway/watch/watch.ts';
import { Element, JID, StanzaError } from '../../src/stanza/index.ts';
import { register, unregister } from '../../src/xep/0077-register.ts';
import { collected } from '../support/collected.ts';
import { eventually } from '../support/eventually.ts';
import { TestGateway, TestSession } from '../support/plugin.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('memory');
const MIB = 1024 * 1024;

class Question extends Command {
  readonly name = 'A question';
  readonly help = 'Asks.';
  readonly node = 'test:question';
  readonly chatCommand = 'question';
  readonly access = 'any';

  run(): CommandResult {
    return new Form({ title: 'A question', fields: [{ var: 'answer' }], handler: () => 'Thank you.' });
  }
}

class Asking extends TestGateway {
  override readonly commands = [Question];
}

const stranger = (i: number): CommandContext => ({ from: JID.parse(`p${i}@localhost/x`), session: undefined });

test('commands :: of those that nobody goes on with the oldest are forgotten', () =>
  Stage.with({ plugin: { gateway: Asking } }, async ({ gateway }) => {
    const step = { node: 'test:question', notes: [] };
    const first = await gateway.adhocCommands.handle(stranger(0), step);
    for (let i = 1; i <= MAX_OPEN; i++) await gateway.adhocCommands.handle(stranger(i), step);
    assert.is(gateway.adhocCommands.size, MAX_OPEN);
    const next = { ...step, sessionId: first.attrs.sessionid, action: 'cancel' } as const;
    const error = await gateway.adhocCommands.handle(stranger(0), next).catch((e) => e);
    assert.is(error.condition, 'bad-request');
  }));

test('questions in the chat :: of those that nobody answers the oldest are withdrawn', () =>
  Stage.with({ plugin: { gateway: Asking } }, async ({ gateway }) => {
    const asked: Promise<string>[] = [];
    for (let i = 0; i <= MAX_ASKED; i++) asked.push(gateway.chatCommands.ask(stranger(i).from, undefined));
    for (const each of asked) each.catch(() => undefined);
    assert.is(gateway.chatCommands.size, MAX_ASKED);
    const error = await asked[0]?.catch((e) => e);
    assert.is(error.condition, 'remote-server-timeout');
  }));

test('traces :: keep the ids of messages, and nothing of what came with them', () => {
  const watch = new Watch({ log: silentLog, logStripElements: [] }, 4000);
  const [from, to] = [JID.parse('romeo@localhost/x'), JID.parse(`juliet@${GATEWAY}`)];
  const begin = (id: string) => void watch.begin(new Element('message', 'jabber:client', { id }), from, to);
  const before = collected();
  for (let i = 0; i < 4000; i++) {
    const texts = `the id of message ${i} ${'x'.repeat(16_000)}`;
    begin(texts.slice(0, texts.lastIndexOf(' ')));
  }
  const kept = collected() - before;
  assert.ok(kept < 8 * MIB, `${Math.round(kept / MIB)} MiB`);
  assert.is(watch.find('the id of message 3999').length, 1);
  begin('x'.repeat(10_000));
  assert.is(watch.find('x'.repeat(600)).length, 1);
});

class Waiting extends TestSession {
  finish = () => {};

  override async login(): Promise<string> {
    await super.login();
    if (isWaiting) await new Promise<void>((resolve) => Object.assign(this, { finish: resolve }));
    return 'Connected as test';
  }
}
let isWaiting = true;

const CREDENTIALS = { username: 'romeo', password: 'right' };
const says = (romeo: User, id: string) => {
  romeo.sends(`<message to='juliet@${GATEWAY}' type='chat' id='${id}'><body>hi</body></message>`);
  romeo.sends(
    `<message to='juliet@${GATEWAY}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  );
};

test('unregister :: what waits for the login does so no longer', () =>
  Stage.with({ plugin: { session: Waiting } }, async (stage) => {
    isWaiting = true;
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, CREDENTIALS);
    const session = stage.session();
    for (const id of ['a', 'b', 'c']) says(romeo, id);
    await romeo.settle();
    assert.is(session.waiting, 6);
    await unregister(romeo.client, GATEWAY);
    for (const id of ['a', 'b', 'c']) {
      const error = await romeo.receives((s) => s.attrs.type === 'error' && s.attrs.id === id);
      assert.is(StanzaError.fromStanza(error).condition, 'registration-required');
    }
    await romeo.settle();
    assert.is(session.waiting, 0);
  }));

test('unregister :: a login that comes to its end afterwards is logged out', () =>
  Stage.with({ plugin: { session: Waiting } }, async (stage) => {
    isWaiting = true;
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, CREDENTIALS);
    const session = stage.session() as Waiting;
    await eventually(() => assert.equal(session.calls, [['login']]));
    await unregister(romeo.client, GATEWAY);
    assert.equal(session.calls, [['login'], ['logout']]);
    session.finish();
    await eventually(() => assert.equal(session.calls, [['login'], ['logout'], ['logout']]));
    assert.equal(stage.gateway.errors, []);
  }));

test('another registration :: what waited for the login of the one before waits for its own', () =>
  Stage.with({ plugin: { session: Waiting } }, async (stage) => {
    isWaiting = true;
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, CREDENTIALS);
    const before = stage.session();
    says(romeo, 'a');
    await romeo.settle();
    isWaiting = false;
    await register(romeo.client, GATEWAY, CREDENTIALS);
    await stage.session().waitForReady();
    await romeo.settle();
    assert.is.not(stage.session(), before);
    assert.is(before.waiting, 0);
    assert.equal(
      stage
        .session()
        .calls.filter(([hook]) => hook === 'sendText')
        .map(([, , text]) => text),
      ['hi'],
    );
  }));

test.run();
