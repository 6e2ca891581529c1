/** What a log at level debug has of people who register: nothing that they would keep to themselves. */

import * as assert from 'uvu/assert';
import { BaseGateway, type PendingUser, RegistrationType, XmppError } from '../../src/gateway/index.ts';
import { createLog } from '../../src/gateway/log.ts';
import type { GatewayServices } from '../../src/gateway/services.ts';
import type { JID } from '../../src/stanza/index.ts';
import { submit } from '../../src/xep/0004-data-forms.ts';
import { executeCommand } from '../../src/xep/0050-commands.ts';
import { register } from '../../src/xep/0077-register.ts';
import { TestSession } from '../support/plugin.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('secrets in the log');

const SECRETS = {
  password: 'open-sesame-4711',
  pin: 'pin-0815-hush',
  code: '935-712-code',
  qr: 'qr-text-6f3a',
  token: 'token-of-the-network-77',
  component: 'secret',
};

/** A plugin that is careless: its errors say what they were given, and it logs whatever it has. */
abstract class Careless extends BaseGateway {
  override readonly componentName = 'Careless';
  override readonly registrationFields = [
    { var: 'username', required: true },
    { var: 'password', required: true, private: true },
    { var: 'phone', required: true, private: true },
  ];

  override async validate(userJid: JID, form: { username: string; password: string; phone: string }) {
    this.log.debug({ form: { password: form.password }, userJid }, 'validating');
    if (form.username === 'crash') throw new Error(`cannot log in with ${form.password} and ${form.phone}`);
    if (form.username === 'refused') throw new XmppError('not-authorized', 'Wrong.');
    return { ...form, token: SECRETS.token };
  }

  override async validateTwoFactorCode(user: PendingUser, code: string) {
    this.log.info({ user, code }, 'checking the code');
    if (code !== SECRETS.code) throw new Error(`${code} is wrong`);
    return { session: { token: SECRETS.token } };
  }

  override async getQrText() {
    return SECRETS.qr;
  }
}

class CarelessSession extends TestSession {
  override async login(): Promise<string> {
    const { xmpp, user } = this;
    xmpp.log.info({ user, config: xmpp.config }, 'logging in');
    xmpp.log.debug({ session: this }, 'logging in');
    throw new Error(`the network said no to ${user.legacyModuleData.password} and ${user.legacyModuleData.token}`);
  }
}

class ByCode extends Careless {
  override readonly registrationType = RegistrationType.TwoFactorCode;
}
class ByQr extends Careless {
  override readonly registrationType = RegistrationType.QrCode;
}
class ByForm extends Careless {}

const credentials = (username: string) => ({ username, password: SECRETS.password, phone: SECRETS.pin });

/** Plays, and gives the log. */
async function logOf(
  gateway: new (services: GatewayServices) => BaseGateway,
  play: (romeo: User, stage: Stage) => Promise<void>,
): Promise<string> {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line) => void lines.push(line) });
  const config = { 'encryption-key': Buffer.alloc(32, 7).toString('base64') };
  await Stage.with({ plugin: { gateway, session: CarelessSession }, config, log }, async (stage) => {
    await play(await stage.logIn(), stage);
  });
  return lines.join('');
}

async function step(romeo: User, values: Record<string, string>, sessionId?: string) {
  const session = sessionId === undefined ? {} : { sessionId };
  const first =
    sessionId === undefined ? await executeCommand(romeo.client, GATEWAY, { node: 'jabber:iq:register' }) : session;
  return executeCommand(romeo.client, GATEWAY, {
    node: 'jabber:iq:register',
    ...(first.sessionId !== undefined && { sessionId: first.sessionId }),
    action: 'next',
    form: submit(values),
  });
}

function assertClean(log: string): void {
  for (const [what, secret] of Object.entries(SECRETS)) {
    // "secret" is also a word.
    if (what !== 'component') assert.not.match(log, secret, what);
  }
  assert.not.match(log, Buffer.alloc(32, 7).toString('base64'));
  // Something was logged all the same.
  assert.match(log, /"level":"debug".*"received"/);
}

test('credentials, code, failed login :: by ad-hoc command', async () => {
  const log = await logOf(ByCode, async (romeo) => {
    await step(romeo, credentials('crash')).catch(() => undefined);
    const asked = await step(romeo, credentials('romeo'));
    await step(romeo, { code: `${SECRETS.code}x` }, asked.sessionId).catch(() => undefined);
    await step(romeo, { code: SECRETS.code }, asked.sessionId);
    await romeo.receives((each) => each.getChildText('status') === 'The login failed.');
  });
  assertClean(log);
  assert.match(log, /cannot log in with \[secret\] and \[secret\]/);
  assert.match(log, /the network said no to \[secret\] and \[secret\]/);
});

test('QR code :: its text neither as a message nor in the form', async () => {
  const log = await logOf(ByQr, async (romeo) => {
    const asked = await step(romeo, credentials('romeo'));
    assert.ok(asked.form?.fields.some(({ values }) => values.includes(SECRETS.qr)));
  });
  assertClean(log);
});

test('in-band :: fields of XEP-0077', async () => {
  const log = await logOf(ByForm, async (romeo) => {
    await register(romeo.client, GATEWAY, credentials('refused')).catch(() => undefined);
    await register(romeo.client, GATEWAY, credentials('romeo'));
    await romeo.receives((each) => each.getChildText('status') === 'The login failed.');
  });
  assertClean(log);
});

test('chat :: answers to questions', async () => {
  const log = await logOf(ByCode, async (romeo) => {
    const say = (text: string) => romeo.sends(`<message to='${GATEWAY}' type='chat'><body>${text}</body></message>`);
    const hears = async (words: RegExp) => romeo.receives((s) => words.test(s.getChildText('body') ?? ''));
    say('register');
    for (const answer of Object.values(credentials('romeo'))) {
      await hears(/\?/);
      say(answer);
    }
    await hears(/^Code\?/);
    say(SECRETS.code);
    await hears(/You are registered/);
  });
  assertClean(log);
});

test.run();
