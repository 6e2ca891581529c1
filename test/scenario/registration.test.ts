import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Element, StanzaError } from '../../src/stanza/index.ts';
import { type Form, fieldValue, submit } from '../../src/xep/0004-data-forms.ts';
import { discoInfo, discoItems } from '../../src/xep/0030-disco.ts';
import { type Command, executeCommand } from '../../src/xep/0050-commands.ts';
import { register, registrationForm, unregister } from '../../src/xep/0077-register.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('registration');
const CREDENTIALS = { username: 'romeo', password: 'right' };
const NODE = 'jabber:iq:register';

const condition = (error: unknown) => (error instanceof StanzaError ? error.condition : `not an error: ${error}`);
const isStatus = (text: string) => (s: Element) => s.attrs.from === GATEWAY && s.getChildText('status') === text;
const rosterOf = async (user: User) => {
  const query = await user.client.request({ type: 'get', payload: stanza("<query xmlns='jabber:iq:roster'/>") });
  return query
    ?.getChildElements()
    .map(({ attrs }) => `${attrs.jid} ${attrs.name} ${attrs.subscription}`)
    .sort();
};

test('disco :: the gateway says what it is', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    const { identities, features } = await discoInfo(romeo.client, GATEWAY);
    assert.equal(identities, [
      { category: 'gateway', type: 'test', name: 'Test' },
      { category: 'pubsub', type: 'pep', name: 'Test' },
      { category: 'account', type: 'registered', name: 'Test' },
    ]);
    assert.equal(
      features.filter((each) => each === NODE),
      [NODE],
    );
    const { items } = await discoItems(romeo.client, GATEWAY, 'http://jabber.org/protocol/commands');
    assert.equal(items, [
      { jid: GATEWAY, name: 'Administration', node: 'urn:slipway:commands:admin' },
      { jid: GATEWAY, name: 'Register', node: NODE },
    ]);
  }));

test('in-band :: form, registration, welcome, login, contacts', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    const asked = await registrationForm(romeo.client, GATEWAY);
    assert.equal([asked.registered, asked.username, asked.password], [false, '', '']);
    assert.equal(
      (asked.form as Form).fields.map((field) => field.var),
      ['FORM_TYPE', 'username', 'password'],
    );
    assert.is(fieldValue(asked.form as Form, 'FORM_TYPE'), NODE);
    await register(romeo.client, GATEWAY, CREDENTIALS);
    await romeo.receives((s) => s.attrs.from === GATEWAY && s.getChildText('body') === stage.gateway.welcomeMessage);
    // It is from somebody who is in the roster by then.
    const [first] = stage.routed.filter((s) => s.attrs.to === 'romeo@localhost' && s.attrs.from === GATEWAY);
    assert.ok(first?.getChild('query', 'jabber:iq:roster'), String(first));
    await romeo.receives(isStatus('Logging in…'));
    await romeo.receives(isStatus('Connected as test'));
    assert.equal(await rosterOf(romeo), [
      'gw.localhost Test both',
      'juliet@gw.localhost JULIET both',
      'nurse@gw.localhost NURSE both',
    ]);
    assert.equal(stage.session().calls, [['login']]);
    const again = await registrationForm(romeo.client, GATEWAY);
    assert.equal([again.registered, again.username, again.password], [true, 'romeo', '']);
  }));

test('in-band :: with the form instead of the fields', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, { form: submit(CREDENTIALS, NODE) });
    assert.equal(stage.session().user.legacyModuleData, CREDENTIALS);
  }));

const REFUSED: [what: string, answer: Partial<typeof CREDENTIALS>, error: [string, string, string]][] = [
  ['an answer is missing', { username: 'romeo' }, ['modify', 'not-acceptable', 'Password: an answer is needed.']],
  [
    'an answer is empty',
    { username: ' ', password: 'x' },
    ['modify', 'not-acceptable', 'User name: an answer is needed.'],
  ],
  ['the plugin refuses', { ...CREDENTIALS, password: 'wrong' }, ['auth', 'not-authorized', 'That is wrong.']],
  [
    'the plugin breaks',
    { ...CREDENTIALS, password: 'crash' },
    ['wait', 'internal-server-error', 'The registration failed.'],
  ],
];
for (const [what, answer, expected] of REFUSED) {
  test(`in-band :: ${what}`, () =>
    Stage.with({}, async (stage) => {
      const romeo = await stage.logIn();
      const error = await register(romeo.client, GATEWAY, answer).catch((e) => e);
      assert.equal([error.type, error.condition, error.text], expected);
      assert.is(stage.gateway.getSessionFromJid('romeo@localhost'), undefined);
    }));
}

test('validator :: strangers may not register', () =>
  Stage.with({ config: { 'user-jid-validator': 'mercutio@.*' } }, async (stage) => {
    const romeo = await stage.logIn();
    assert.is(condition(await registrationForm(romeo.client, GATEWAY).catch((e) => e)), 'not-allowed');
    assert.is(condition(await register(romeo.client, GATEWAY, CREDENTIALS).catch((e) => e)), 'not-allowed');
    const mercutio = await stage.logIn('mercutio');
    await register(mercutio.client, GATEWAY, CREDENTIALS);
  }));

test('change :: the new answers are validated and stored, and the session logs in again', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const before = stage.session();
    await register(romeo.client, GATEWAY, { username: 'montague', password: 'new' });
    await romeo.receives(isStatus('Connected as test'));
    assert.equal(before.calls, [['login'], ['logout']]);
    assert.equal(stage.session().calls, [['login']]);
    assert.equal(stage.session().user.legacyModuleData, { username: 'montague', password: 'new' });
    assert.equal(stage.session().user.registrationDate, before.user.registrationDate);
  }));

test('login :: fails, and the user is told why', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, { ...CREDENTIALS, password: 'locked' });
    const status = await romeo.receives(isStatus('The account is locked.'));
    assert.is(status.getChildText('show'), 'dnd');
    await romeo.receives((s) => /^You are not logged in: The account is locked\./.test(s.getChildText('body') ?? ''));
    assert.not(stage.session().logged);
  }));

test('ad-hoc :: one form, then registered', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    const first = await executeCommand(romeo.client, GATEWAY, { node: NODE });
    assert.equal([first.status, first.actions?.execute], ['executing', 'next']);
    assert.equal(
      first.form?.fields.map(({ var: name, type, required }) => [name, type, required]),
      [
        ['username', 'text-single', true],
        ['password', 'text-private', true],
      ],
    );
    const step = { node: NODE, sessionId: first.sessionId ?? '' };
    const wrong = await executeCommand(romeo.client, GATEWAY, {
      ...step,
      form: submit({ ...CREDENTIALS, password: 'wrong' }),
    }).catch((e) => e);
    assert.is(condition(wrong), 'not-authorized');
    const done = await executeCommand(romeo.client, GATEWAY, { ...step, action: 'next', form: submit(CREDENTIALS) });
    assert.equal(
      [done.status, done.sessionId, done.notes],
      ['completed', first.sessionId, [{ type: 'info', text: 'You are registered.' }]],
    );
    const over = await executeCommand(romeo.client, GATEWAY, { ...step, form: submit(CREDENTIALS) }).catch((e) => e);
    assert.is(condition(over), 'bad-request');
  }));

test('ad-hoc :: a session belongs to the one who began it', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    const mercutio = await stage.logIn('mercutio');
    const { sessionId = '' } = await executeCommand(romeo.client, GATEWAY, { node: NODE });
    const step = { node: NODE, sessionId, form: submit(CREDENTIALS) };
    assert.is(condition(await executeCommand(mercutio.client, GATEWAY, step).catch((e) => e)), 'bad-request');
    const other = await stage.logIn('romeo', 'other');
    assert.is(condition(await executeCommand(other.client, GATEWAY, step).catch((e) => e)), 'bad-request');
    assert.is((await executeCommand(romeo.client, GATEWAY, step)).status, 'completed');
  }));

const BAD_STEPS: [what: string, step: Partial<Command>, error: string][] = [
  ['an unknown command', { node: 'odd' }, 'item-not-found'],
  ['an unknown session', { sessionId: 'odd', action: 'next' }, 'bad-request'],
  ['a first step that is not execute', { action: 'next' }, 'bad-request'],
  ['a command for others', { node: 'urn:slipway:command:unregister' }, 'registration-required'],
];
for (const [what, step, error] of BAD_STEPS) {
  test(`ad-hoc :: ${what} is ${error}`, () =>
    Stage.with({}, async (stage) => {
      const romeo = await stage.logIn();
      assert.is(condition(await executeCommand(romeo.client, GATEWAY, { node: NODE, ...step }).catch((e) => e)), error);
    }));
}

test('ad-hoc :: cancelled', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    const { sessionId = '' } = await executeCommand(romeo.client, GATEWAY, { node: NODE });
    assert.is(
      (await executeCommand(romeo.client, GATEWAY, { node: NODE, sessionId, action: 'cancel' })).status,
      'canceled',
    );
  }));

test('chat :: the words help, register, abort and unregister', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn();
    const say = (text: string) => romeo.sends(`<message to='${GATEWAY}' type='chat'><body>${text}</body></message>`);
    const hears = async () => {
      const said = await romeo.receives((s) => s.name === 'message' && s.attrs.from === GATEWAY);
      return said.getChildText('body');
    };
    say('odd');
    assert.is(await hears(), 'I do not know "odd". Type "help" for what I know.');
    say('HELP');
    assert.is(await hears(), 'I know these words:\ninfo -- About this gateway\nregister -- Register');
    say('help register');
    assert.is(await hears(), 'register: Registers you with this gateway.');
    say('register');
    assert.is(await hears(), `Registration with Test\n${stage.gateway.registrationInstructions}`);
    assert.is(await hears(), 'User name? ("abort" to stop)');
    say('abort');
    assert.is(await hears(), 'Aborted.');
    say('unregister');
    assert.is(await hears(), 'Please register first.');
    say('register');
    await hears();
    await hears();
    say(' ');
    assert.is(await hears(), 'User name: an answer is needed.');
    await hears();
    say('romeo');
    assert.is(await hears(), 'Password? ("abort" to stop)');
    say('wrong');
    assert.is(await hears(), 'That is wrong.');
    say('register');
    await hears();
    await hears();
    say('romeo');
    await hears();
    say('right');
    assert.is(await hears(), 'You are registered.');
    assert.match((await hears()) ?? '', /^Welcome!/);
    await stage.session().waitForReady();
    say('unregister');
    assert.is(await hears(), 'Remove your registration with Test? (yes/no)');
    say('no');
    assert.is(await hears(), 'Nothing was done.');
    say('unregister');
    await hears();
    say('Yes');
    assert.is(await hears(), 'You are not registered any more.');
    assert.is(stage.gateway.getSessionFromJid('romeo@localhost'), undefined);
  }));

const GOODBYES: [how: string, say: (romeo: User, stage: Stage) => unknown][] = [
  ['in-band', (romeo) => unregister(romeo.client, GATEWAY)],
  [
    'by command',
    async (romeo) => {
      const node = 'urn:slipway:command:unregister';
      const { sessionId = '' } = await executeCommand(romeo.client, GATEWAY, { node });
      await executeCommand(romeo.client, GATEWAY, { node, sessionId, form: submit({ confirm: 'true' }) });
    },
  ],
  ['by ending the subscription', (romeo) => romeo.sends(`<presence to='${GATEWAY}' type='unsubscribe'/>`)],
  ['by the plugin', (_, stage) => stage.gateway.unregisterUser(stage.session().user)],
];
for (const [how, say] of GOODBYES) {
  test(`unregister :: ${how}, and nothing is left`, () =>
    Stage.with({}, async (stage) => {
      const romeo = await stage.registered();
      const session = stage.session();
      await say(romeo, stage);
      await romeo.receives((s) => s.attrs.from === GATEWAY && s.attrs.type === 'unavailable');
      await romeo.receives((s) => s.attrs.from === 'juliet@gw.localhost/slipway' && s.attrs.type === 'unavailable');
      await romeo.settle();
      assert.equal(session.calls.at(-1), ['logout']);
      assert.equal(await rosterOf(romeo), []);
      assert.equal(await stage.gateway.store.users.all(), []);
      assert.equal(await stage.gateway.store.contacts.all(session.userId), []);
      assert.is(condition(await unregister(romeo.client, GATEWAY).catch((e) => e)), 'registration-required');
    }));
}

test('restart :: users stay registered, contacts keep their names, the login happens once', async () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'slipway-'));
  try {
    await Stage.with({ homeDir }, async (stage) => {
      const romeo = await stage.registered();
      const registrationDate = stage.session().user.registrationDate;
      await stage.restart();
      await romeo.receives(isStatus('Connected as test'));
      assert.equal(stage.session().calls, [['login']]);
      assert.equal(stage.session().user.registrationDate, registrationDate);
      assert.is((await stage.session().contacts.byLegacyId('juliet')).name, 'JULIET');
    });
  } finally {
    rmSync(homeDir, { recursive: true, force: true });
  }
});

test('unregister :: what the plugin still learns of contacts is not written, and is no error', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    const { gateway } = stage;
    await unregister(romeo.client, GATEWAY);
    juliet.name = 'Juliet, too late';
    await juliet.session.contacts.flush();
    assert.equal(gateway.errors, []);
  }));

test.run();
