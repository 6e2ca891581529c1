/** Registration in several steps, over restarts; logging in again; preferences. */

import * as assert from 'uvu/assert';
import {
  type AnsweredStep,
  type PendingUser,
  type RegistrationStep,
  RegistrationType,
  TwoFactorNotRequired,
  XmppError,
} from '../../src/gateway/index.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { type Element, JID, StanzaError } from '../../src/stanza/index.ts';
import { submit } from '../../src/xep/0004-data-forms.ts';
import { type Command, executeCommand } from '../../src/xep/0050-commands.ts';
import { register, registrationForm } from '../../src/xep/0077-register.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { mediaOf } from '../support/forms.ts';
import { FULL_PLUGIN, FullSession } from '../support/full-plugin.ts';
import { TestGateway, TestSession } from '../support/plugin.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('registration in steps');
const NODE = 'jabber:iq:register';
const CREDENTIALS = { username: 'romeo', password: 'right' };

const condition = (error: unknown) => (error instanceof StanzaError ? error.condition : String(error));
const isStatus = (text: string) => (s: Element) => s.attrs.from === GATEWAY && s.getChildText('status') === text;

/** An ad-hoc command as a client plays it. */
class Played {
  readonly #user: User;
  readonly #node: string;
  #sessionId: string | undefined;

  constructor(user: User, node = NODE) {
    this.#user = user;
    this.#node = node;
  }

  async execute(step: Partial<Command> = {}): Promise<Command> {
    const sessionId = this.#sessionId === undefined ? {} : { sessionId: this.#sessionId };
    const answer = await executeCommand(this.#user.client, GATEWAY, { node: this.#node, ...sessionId, ...step });
    this.#sessionId = answer.sessionId;
    return answer;
  }

  next(values: Readonly<Record<string, string>>): Promise<Command> {
    return this.execute({ action: 'next', form: submit(values) });
  }

  prev(): Promise<Command> {
    return this.execute({ action: 'prev' });
  }

  cancel(): Promise<Command> {
    return this.execute({ action: 'cancel' });
  }
}

const fields = ({ form }: Command) => form?.fields.map(({ var: name }) => name);
const note = ({ notes }: Command) => notes[0]?.text;

class WithCode extends TestGateway {
  override readonly registrationType = RegistrationType.TwoFactorCode;
  override readonly registration2faTitle = 'The code, please';
  override readonly registration2faInstructions = 'It is 42.';

  override async validate(userJid: JID, form: { username: string; password: string }): Promise<undefined> {
    await super.validate(userJid, form);
    if (form.username === 'trusted') throw new TwoFactorNotRequired({ token: 'old' });
  }

  override async validateTwoFactorCode(user: PendingUser, code: string) {
    if (code !== '42') throw new XmppError('not-authorized', `Not ${code}.`);
    return { token: `token of ${user.legacyModuleData.username}` };
  }
}

test('code :: credentials, code, then registered with what both have given', () =>
  Stage.with({ plugin: { gateway: WithCode } }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    assert.equal(fields(await played.execute()), ['username', 'password']);
    const asked = await played.next(CREDENTIALS);
    assert.equal(
      [asked.form?.title, asked.form?.instructions, fields(asked)],
      ['The code, please', ['It is 42.'], ['code']],
    );
    assert.is(condition(await played.next({ code: '7' }).catch((e) => e)), 'not-authorized');
    assert.is(condition(await played.next({ code: ' ' }).catch((e) => e)), 'not-acceptable');
    assert.is(note(await played.next({ code: '42' })), 'You are registered.');
    assert.equal(stage.session().user.legacyModuleData, { ...CREDENTIALS, token: 'token of romeo' });
  }));

test('code :: not when the plugin says that none is needed', () =>
  Stage.with({ plugin: { gateway: WithCode } }, async (stage) => {
    const played = new Played(await stage.logIn());
    await played.execute();
    assert.is((await played.next({ username: 'trusted', password: 'x' })).status, 'completed');
    assert.equal(stage.session().user.legacyModuleData, { token: 'old' });
  }));

test('code :: in a chat', () =>
  Stage.with({ plugin: { gateway: WithCode } }, async (stage) => {
    const romeo = await stage.logIn();
    const say = (text: string) => romeo.sends(`<message to='${GATEWAY}' type='chat'><body>${text}</body></message>`);
    const hears = async (words: RegExp) => romeo.receives((s) => words.test(s.getChildText('body') ?? ''));
    say('register');
    await hears(/^User name\?/);
    say('romeo');
    await hears(/^Password\?/);
    say('right');
    await hears(/^The code, please\nIt is 42\.$/);
    await hears(/^Code\?/);
    say('42');
    await hears(/^You are registered\.$/);
  }));

test('code :: in-band registration says where to go instead', () =>
  Stage.with({ plugin: { gateway: WithCode } }, async (stage) => {
    const romeo = await stage.logIn();
    for (const answer of [
      await registrationForm(romeo.client, GATEWAY).catch((e) => e),
      await register(romeo.client, GATEWAY, CREDENTIALS).catch((e) => e),
    ]) {
      assert.is(condition(answer), 'bad-request');
      assert.match((answer as StanzaError).text, '"register"');
    }
  }));

test('code :: the way back, and giving up', () =>
  Stage.with({ plugin: { gateway: WithCode } }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    const first = await played.execute();
    assert.not(first.actions?.prev);
    assert.ok((await played.next(CREDENTIALS)).actions?.prev);
    assert.equal(fields(await played.prev()), ['username', 'password']);
    // Other credentials than the first time: what was known of those is gone.
    assert.equal(fields(await played.next({ username: 'montague', password: 'right' })), ['code']);
    assert.is((await played.next({ code: '42' })).status, 'completed');
    assert.is(stage.session().user.legacyModuleData.token, 'token of montague');
    const other = new Played(await stage.logIn('mercutio'));
    await other.execute();
    await other.next(CREDENTIALS);
    assert.is((await other.cancel()).status, 'canceled');
    assert.equal(fields(await new Played(await stage.logIn('mercutio')).execute()), ['username', 'password']);
  }));

test('steps :: go on after a restart of the gateway, also in another client', () =>
  withFolder((homeDir) =>
    Stage.with({ plugin: { gateway: WithCode }, homeDir }, async (stage) => {
      const played = new Played(await stage.logIn());
      await played.execute();
      await played.next(CREDENTIALS);
      await stage.restart();
      const resumed = new Played(await stage.logIn('romeo', 'other'));
      assert.equal(fields(await resumed.execute()), ['code']);
      assert.is((await resumed.next({ code: '42' })).status, 'completed');
      assert.is(stage.session().user.legacyModuleData.token, 'token of romeo');
    }),
  ));

test('steps :: are forgotten when nobody goes on', async () => {
  const clock = new FakeClock();
  const config = { 'mam-max-days': 0 };
  await Stage.with({ plugin: { gateway: WithCode }, clock, config }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    await played.execute();
    await played.next(CREDENTIALS);
    await clock.advance(2 * 3600 * 1000);
    assert.is(condition(await played.next({ code: '42' }).catch((e) => e)), 'bad-request');
    assert.equal(fields(await new Played(romeo).execute()), ['username', 'password']);
    await clock.advance(700_000);
    // What stays is the keepalive of the link, what is forgotten every day, and the step that has just begun.
    await eventually(() => assert.is(clock.pending, 3));
  });
});

class WithQr extends TestGateway {
  override readonly registrationType = RegistrationType.QrCode;
  override readonly registrationFields = [];
  override readonly registrationQrInstructions = 'Look here.';
  shown = 0;

  override async validate(): Promise<undefined> {}

  override async getQrText(user: PendingUser): Promise<string> {
    this.shown++;
    return `qr of ${user.jid.bare}`;
  }
}

test('QR :: shown as a picture, as text and as a message; scanned, then registered', () =>
  Stage.with({ plugin: { gateway: WithQr } }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    const first = await played.execute();
    assert.equal(first.form?.fields.length, 0);
    const shown = await played.next({});
    assert.equal(shown.form?.instructions, ['Look here.']);
    const [image, text] = shown.form?.fields ?? [];
    assert.equal(text?.values, ['qr of romeo@localhost']);
    const url = mediaOf(image) ?? '';
    const png = new Uint8Array(await (await fetch(url)).arrayBuffer());
    assert.equal([...png.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join(''), 'PNG');
    await romeo.receives((s) => s.getChildText('body') === url);
    await romeo.receives((s) => s.getChildText('body') === 'qr of romeo@localhost');
    const done = played.next({});
    await stage.gateway.confirmQr('romeo@localhost');
    assert.is((await done).status, 'completed');
    assert.ok(stage.session());
  }));

test('QR :: refused by the network, or scanned before the client says so', () =>
  Stage.with({ plugin: { gateway: WithQr } }, async (stage) => {
    const refused = new Played(await stage.logIn());
    await refused.execute();
    await refused.next({});
    await stage.gateway.confirmQr(JID.parse('romeo@localhost'), new XmppError('forbidden', 'Wrong phone.'));
    const error = await refused.next({}).catch((e) => e);
    assert.equal([condition(error), error.text], ['forbidden', 'Wrong phone.']);
    assert.is(stage.gateway.getSessionFromJid('romeo@localhost'), undefined);
    const early = new Played(await stage.logIn('mercutio'));
    await early.execute();
    await early.next({});
    await stage.gateway.confirmQr('mercutio@localhost');
    assert.is((await early.next({})).status, 'completed');
  }));

test('QR :: not scanned in time; nothing is left of it', async () => {
  const clock = new FakeClock();
  await Stage.with({ plugin: { gateway: WithQr }, clock }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    await played.execute();
    await played.next({});
    const waiting = played.next({}).catch((e) => e);
    await eventually(async () => {
      await clock.advance(61_000);
      assert.is(condition(await Promise.race([waiting, Promise.resolve('still waiting')])), 'remote-server-timeout');
    });
    await stage.gateway.confirmQr('romeo@localhost').then(
      () => assert.unreachable('an expired code was confirmed'),
      (error) => assert.instance(error, TypeError),
    );
    assert.is((stage.gateway as unknown as WithQr).shown, 1);
  });
});

test('QR :: who leaves the form to look at the code finds it again, until it is too late', async () => {
  const clock = new FakeClock();
  await Stage.with({ plugin: { gateway: WithQr }, clock }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    await played.execute();
    const shown = await played.next({});
    const again = new Played(romeo);
    assert.equal((await again.execute()).form?.fields, shown.form?.fields);
    await stage.gateway.confirmQr('romeo@localhost');
    assert.is((await again.next({})).status, 'completed');
    const late = new Played(await stage.logIn('mercutio'));
    await late.execute();
    await late.next({});
    await clock.advance(3_601_000);
    await stage.gateway.confirmQr('mercutio@localhost').then(
      () => assert.unreachable('a forgotten code was confirmed'),
      (error) => assert.instance(error, TypeError),
    );
  });
});

test('QR :: without an upload service the text is there all the same', () =>
  Stage.with({ plugin: { gateway: WithQr }, server: { upload: false } }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    await played.execute();
    assert.equal(fields(await played.next({})), ['qr_text']);
  }));

/** A way that no type describes: a number, a code sent to it, and a password only when there is one. */
class InMySteps extends TestGateway {
  override async nextRegistrationStep(
    user: PendingUser,
    answered?: AnsweredStep,
  ): Promise<RegistrationStep | undefined> {
    const { values = {} } = answered ?? {};
    switch (answered?.name) {
      case undefined:
        return { name: 'phone', title: 'Phone', fields: [{ var: 'phone', required: true }] };
      case 'phone':
        user.legacyModuleData = { phone: values.phone };
        return { name: 'sms', title: 'SMS', fields: [{ var: 'sms', required: true }] };
      case 'sms':
        if (values.sms === 'fresh') return undefined;
        return { name: 'password', title: 'Password', fields: [{ var: 'password', private: true }] };
      default:
        user.legacyModuleData = { ...user.legacyModuleData, password: values.password };
        return undefined;
    }
  }
}

test('steps :: a plugin can have its own', () =>
  Stage.with({ plugin: { gateway: InMySteps } }, async (stage) => {
    const played = new Played(await stage.logIn());
    await played.execute();
    await played.next({ phone: '1' });
    assert.equal(fields(await played.next({ sms: '2' })), ['password']);
    assert.is((await played.next({ password: 'p' })).status, 'completed');
    assert.equal(stage.session().user.legacyModuleData, { phone: '1', password: 'p' });
    const short = new Played(await stage.logIn('mercutio'));
    await short.execute();
    await short.next({ phone: '3' });
    assert.is((await short.next({ sms: 'fresh' })).status, 'completed');
    assert.equal(stage.session('mercutio').user.legacyModuleData, { phone: '3' });
  }));

// --- preferences

test('preferences :: the last question of a registration; changed later, which the plugin hears of', () =>
  Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    const romeo = await stage.logIn();
    const played = new Played(romeo);
    await played.execute();
    const asked = await played.next(CREDENTIALS);
    assert.equal(
      asked.form?.fields.map(({ var: name, type, values }) => [name, type, values]),
      [
        ['syncPresence', 'boolean', ['true']],
        ['syncAvatar', 'boolean', ['true']],
      ],
    );
    assert.is((await played.next({ syncPresence: 'false', syncAvatar: '1' })).status, 'completed');
    const session = stage.session();
    await session.waitForReady();
    assert.equal(session.user.preferences, { syncPresence: false, syncAvatar: true });
    const changing = new Played(romeo, 'urn:slipway:command:preferences');
    const current = await changing.execute();
    assert.equal(current.form?.fields[0]?.values, ['false']);
    assert.is(note(await changing.next({ syncPresence: 'true', syncAvatar: 'true' })), 'Your preferences are saved.');
    const { calls } = session;
    assert.equal(calls.find(([hook]) => hook === 'onPreferences')?.slice(1), [
      { syncPresence: false, syncAvatar: true },
      { syncPresence: true, syncAvatar: true },
    ]);
  }));

test('preferences :: who registers in-band gets what the form suggests; what makes no difference is not asked', async () => {
  await Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    await stage.registered();
    assert.equal(stage.session().user.preferences, { syncPresence: true, syncAvatar: true });
  });
  await Stage.with({}, async (stage) => {
    const played = new Played(await stage.logIn());
    await played.execute();
    assert.is((await played.next(CREDENTIALS)).status, 'completed');
  });
});

test('preferences :: a plugin can have its own', async () => {
  class Choosy extends TestGateway {
    override readonly preferences = [
      { var: 'colour', type: 'list-single' as const, options: [{ value: 'red' }, { value: 'blue' }], value: 'red' },
    ];
  }
  await Stage.with({ plugin: { gateway: Choosy } }, async (stage) => {
    const played = new Played(await stage.logIn());
    await played.execute();
    await played.next(CREDENTIALS);
    assert.is(condition(await played.next({ colour: 'green' }).catch((e) => e)), 'not-acceptable');
    assert.is((await played.next({ colour: 'blue' })).status, 'completed');
    assert.equal(stage.session().user.preferences, { colour: 'blue' });
  });
});

// --- changing a registration, and logging in again

test('re-register :: asks again, shows what is known but no password, and logs in with the new', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const before = stage.session();
    const played = new Played(romeo, 'urn:slipway:command:re-register');
    const asked = await played.execute();
    assert.equal(
      asked.form?.fields.map(({ values }) => values),
      [['romeo'], []],
    );
    assert.is((await played.next({ username: 'montague', password: 'new' })).status, 'completed');
    await romeo.receives(isStatus('Connected as test'));
    assert.equal(before.calls.at(-1), ['logout']);
    assert.is(stage.session().user.legacyModuleData.username, 'montague');
    assert.equal(stage.session().calls, [['login']]);
    // Nobody is welcomed twice.
    assert.not.ok(romeo.received.some((s) => /^Welcome/.test(s.getChildText('body') ?? '')));
  }));

test('re-login :: after a failure that the user has to do something about', async () => {
  let isLocked = true;
  class Lockable extends TestSession {
    override async login(): Promise<string> {
      this.calls.push(['login']);
      if (isLocked) throw new XmppError('not-authorized', 'The account is locked.');
      return 'Connected as test';
    }
  }
  const clock = new FakeClock();
  await Stage.with({ plugin: { session: Lockable }, clock }, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, CREDENTIALS);
    await romeo.receives(isStatus('The account is locked.'));
    await clock.advance(3600_000);
    // Too many attempts with a wrong password lock accounts.
    assert.is(stage.session().calls.filter(([hook]) => hook === 'login').length, 1);
    const command = () => new Played(romeo, 'urn:slipway:command:re-login').execute();
    assert.is(condition(await command().catch((e) => e)), 'recipient-unavailable');
    isLocked = false;
    assert.is(note(await command()), 'You are logged in.');
    await romeo.receives(isStatus('Connected as test'));
    assert.is(condition(await command().catch((e) => e)), 'forbidden');
  });
});

test('re-login :: by itself, less and less often, when the network is away; messages are told so meanwhile', async () => {
  let failures = 0;
  class Flaky extends TestSession {
    override async login(): Promise<string> {
      if (failures++ < 3) throw new XmppError('remote-server-timeout', 'The network does not answer.');
      return 'Connected as test';
    }
  }
  const clock = new FakeClock();
  await Stage.with({ plugin: { session: Flaky }, clock }, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, CREDENTIALS);
    await romeo.receives((s) => /^You are not logged in: .* I will try again\.$/.test(s.getChildText('body') ?? ''));
    romeo.sends("<message to='juliet@gw.localhost' type='chat' id='x'><body>hi</body></message>");
    const reply = await romeo.receives((s) => s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(reply).condition, 'recipient-unavailable');
    await eventually(async () => {
      await clock.advance(60_000);
      assert.ok(stage.session().logged);
    });
    assert.is(failures, 4);
    await romeo.receives(isStatus('Connected as test'));
    // It was said once, not at each attempt.
    assert.not.ok(romeo.received.some((s) => /^You are not logged in/.test(s.getChildText('body') ?? '')));
  });
});

test('re-login :: by the plugin', () =>
  Stage.with({ plugin: { session: FullSession } }, async (stage) => {
    const romeo = await stage.registered();
    await stage.session().reLogin();
    await romeo.receives(isStatus('Connected as test'));
    assert.equal(
      stage.session().calls.filter(([hook]) => /^log/.test(hook)),
      [['login'], ['logout'], ['login']],
    );
  }));

test('login :: messages wait for it, for a while', async () => {
  let finish = () => {};
  class Slow extends TestSession {
    override async login(): Promise<string> {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return 'at last';
    }
  }
  await Stage.with({ plugin: { session: Slow } }, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, GATEWAY, CREDENTIALS);
    romeo.sends("<message to='juliet@gw.localhost' type='chat' id='x'><body>hi</body></message>");
    await romeo.settle();
    assert.not(stage.session().logged);
    finish();
    await eventually(() => assert.equal(stage.session().calls.at(-1), ['sendText', 'juliet', 'hi', undefined]));
  });
});

test('prevalidate :: a plugin may look at the answers first; admins hear of new users', async () => {
  class Strict extends TestGateway {
    override async userPrevalidate(from: JID, form: { username?: string }): Promise<void> {
      if (form.username !== from.local) throw new XmppError('not-acceptable', 'Use your own name.');
    }
  }
  await Stage.with({ plugin: { gateway: Strict }, config: { admins: 'mercutio@localhost' } }, async (stage) => {
    const [romeo, admin] = [await stage.logIn(), await stage.logIn('mercutio')];
    const refused = await register(romeo.client, GATEWAY, { username: 'tybalt', password: 'x' }).catch((e) => e);
    assert.equal([condition(refused), refused.text], ['not-acceptable', 'Use your own name.']);
    await register(romeo.client, GATEWAY, CREDENTIALS);
    await admin.receives((s) => s.getChildText('body') === 'romeo@localhost has registered.');
    const form = await stage.gateway.makeRegistrationForm(JID.parse('romeo@localhost/x'));
    assert.equal(
      form?.fields.map(({ var: name, value }) => [name, value]),
      [
        ['username', 'romeo'],
        ['password', undefined],
      ],
    );
  });
});

test.run();
