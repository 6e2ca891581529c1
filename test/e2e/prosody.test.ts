/** harbour on a real server, with a client that is not ours. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { HARBOUR, slipway } from './support/gateway-process.ts';
import type { Program } from './support/process.ts';
import { Prosody } from './support/prosody.ts';
import { Slixmpp, type SlixmppEvent } from './support/slixmpp.ts';

const GATEWAY = 'gw.localhost';
const SECRET = 'no space for this secret';

interface Stage {
  prosody: Prosody;
  gateway: Program;
  romeo: Slixmpp;
  home: string;
}

function flags(prosody: Prosody, home: string, secret = SECRET): string[] {
  return [
    ...['--legacy-network', HARBOUR, '--jid', GATEWAY, '--secret', secret],
    ...['--server', '127.0.0.1', '--port', String(prosody.componentPort), '--home-dir', home],
  ];
}

async function withStage(privileged: boolean, play: (stage: Stage) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'slipway-home-'));
  const component = { domain: GATEWAY, secret: SECRET };
  const prosody = await Prosody.start({ users: ['romeo'], component, privileged });
  const gateway = slipway(flags(prosody, home));
  let romeo: Slixmpp | undefined;
  try {
    await gateway.printed(/"connected"/);
    romeo = await Slixmpp.logIn('romeo@localhost/slix', 'romeo', prosody.clientPort, !privileged);
    await play({ prosody, gateway, romeo, home });
  } finally {
    await romeo?.stop();
    await gateway.kill();
    await prosody.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

const isFrom = (jid: string) => (event: SlixmppEvent) => event.from?.split('/')[0] === jid;
const CREDENTIALS = { username: 'romeo', password: 'ahoy' };
const PEOPLE = ['ada', 'bo', 'cleo', 'dag', 'eve'].map((name) => `${name}@${GATEWAY}`);

const test = suite('prosody', { timeout: 180_000 });

test('with privileges :: contacts appear in the roster without a question, and a conversation works', () =>
  withStage(true, async ({ romeo }) => {
    const fields = await romeo.do('register', { to: GATEWAY, values: CREDENTIALS });
    assert.equal(fields, ['password', 'username']);
    await romeo.expect('message', isFrom(GATEWAY));
    for (const jid of PEOPLE) {
      await romeo.expect('roster', ({ items }) => {
        const item = (items as Record<string, { subscription: string; groups: string[] }>)[jid];
        return item?.subscription === 'both' && item.groups.includes('Harbour');
      });
      await romeo.expect('presence', (e) => isFrom(jid)(e) && e.type === 'available');
    }
    assert.not(
      romeo.events.some((e) => e.event === 'presence' && e.type === 'subscribe'),
      'nobody was asked',
    );

    const [ada = ''] = PEOPLE;
    const id = await romeo.do<string>('say', { to: ada, body: 'Ahoy 👋 <&>' });
    await romeo.expect('receipt', (e) => isFrom(ada)(e) && e.id === id);
    await romeo.expect('displayed', (e) => isFrom(ada)(e) && e.id === id);
    await romeo.expect('chat_state', (e) => isFrom(ada)(e) && e.state === 'composing');
    const answer = await romeo.expect('message', isFrom(ada));
    assert.is(answer.body, 'You said: Ahoy 👋 <&>');
    assert.is(answer.markable, true);

    const [, bo = '', cleo = ''] = PEOPLE;
    const second = await romeo.do<string>('say', { to: bo, body: 'A ticket, please.' });
    const reaction = await romeo.expect('reactions', isFrom(bo));
    assert.equal([reaction.id, reaction.emojis], [second, ['⚓']]);
    await romeo.do('say', { to: cleo, body: 'Soup?' });
    const soup = await romeo.expect('message', isFrom(cleo));
    const edited = await romeo.expect('message', isFrom(cleo));
    assert.is(edited.replaces, soup.id);

    await romeo.do('unregister', { to: GATEWAY });
    await romeo.expect('presence', (e) => e.from === GATEWAY && e.type === 'unavailable');
    const left = Object.keys(await romeo.do<object>('roster')).filter((jid) => jid.endsWith(GATEWAY));
    assert.equal(left, []);
  }));

test('without privileges :: the gateway and its contacts ask, and are there once accepted', () =>
  withStage(false, async ({ romeo }) => {
    await romeo.do('register', { to: GATEWAY, values: CREDENTIALS });
    for (const jid of [GATEWAY, ...PEOPLE]) {
      await romeo.expect('presence', (e) => isFrom(jid)(e) && e.type === 'subscribe');
      await romeo.expect('presence', (e) => isFrom(jid)(e) && e.type === 'subscribed');
      await romeo.expect('presence', (e) => isFrom(jid)(e) && e.type === (jid === GATEWAY ? 'chat' : 'available'));
    }
    const roster = await romeo.do<Record<string, { subscription: string }>>('roster');
    for (const jid of PEOPLE) assert.is(roster[jid]?.subscription, 'both');
    const [ada = ''] = PEOPLE;
    await romeo.do('say', { to: ada, body: 'hello' });
    assert.is((await romeo.expect('message', isFrom(ada))).body, 'You said: hello');
  }));

test('limits :: who sends what nests too deep is told that, and the link of all others holds', () =>
  withStage(true, async ({ romeo, gateway }) => {
    await romeo.do('register', { to: GATEWAY, values: CREDENTIALS });
    const [ada = ''] = PEOPLE;
    await romeo.expect('presence', (e) => isFrom(ada)(e) && e.type === 'available');
    const deep = `${'<a>'.repeat(1200)}${'</a>'.repeat(1200)}`;
    await romeo.do('send', { xml: `<message to='${ada}' id='deep'>${deep}</message>` });
    const refused = await romeo.expect('message', (e) => isFrom(ada)(e) && e.type === 'error');
    assert.is(refused.text, 'It nests too deep, or has too many attributes.');
    await romeo.do('say', { to: ada, body: 'hello' });
    assert.is((await romeo.expect('message', (e) => isFrom(ada)(e) && e.type === 'chat')).body, 'You said: hello');
    assert.not.match(gateway.output, 'not connected');
  }));

test('registration :: by ad-hoc command, and refused with the reason', () =>
  withStage(true, async ({ romeo }) => {
    const node = 'jabber:iq:register';
    const wrong = { ...CREDENTIALS, password: 'wrong' };
    const refusal = await romeo.do('command', { to: GATEWAY, node, answers: [wrong] }).catch((e: Error) => e.message);
    assert.match(String(refusal), /^not-authorized: The harbour master/);
    const notes = await romeo.do('command', { to: GATEWAY, node, answers: [CREDENTIALS] });
    assert.equal(notes, ['You are registered.']);
    await romeo.expect('presence', isFrom(PEOPLE[0] as string));
  }));

test('registration :: by the words of a chat', () =>
  withStage(true, async ({ romeo }) => {
    const say = (body: string) => romeo.do('say', { to: GATEWAY, body, request_receipt: false });
    const hears = (pattern: RegExp) =>
      romeo.expect('message', (e) => isFrom(GATEWAY)(e) && pattern.test(String(e.body)));
    await say('help');
    await hears(/register -- Register/);
    await say('register');
    await hears(/^Registration with Harbour/);
    await hears(/^User name\?/);
    await say('romeo');
    await hears(/^Password\?/);
    await say('ahoy');
    await hears(/^You are registered\.$/);
    await romeo.expect('presence', isFrom(PEOPLE[0] as string));
    await say('unregister');
    await hears(/^Remove your registration/);
    await say('yes');
    await hears(/^You are not registered any more\.$/);
  }));

test('restart :: users stay registered, and who asks sees who is there', () =>
  withStage(true, async ({ prosody, gateway, romeo, home }) => {
    await romeo.do('register', { to: GATEWAY, values: CREDENTIALS });
    await romeo.expect('presence', (e) => e.from === GATEWAY && e.status === 'Moored as romeo');
    romeo.events.length = 0;
    gateway.signal('SIGTERM');
    assert.is(await gateway.exit(), 0);
    for (const jid of [GATEWAY, ...PEOPLE]) {
      await romeo.expect('presence', (e) => isFrom(jid)(e) && e.type === 'unavailable');
    }
    const again = slipway(flags(prosody, home));
    try {
      await romeo.expect('presence', (e) => e.from === GATEWAY && e.status === 'Moored as romeo');
      await romeo.expect('presence', (e) => isFrom(PEOPLE[0] as string)(e) && e.type === 'available');
    } finally {
      await again.kill();
    }
  }));

test('server restart :: the gateway comes back by itself, and logs nobody in twice', () =>
  withStage(true, async ({ prosody, gateway, romeo }) => {
    await romeo.do('register', { to: GATEWAY, values: CREDENTIALS });
    await romeo.expect('presence', (e) => e.from === GATEWAY && e.status === 'Moored as romeo');
    const before = gateway.output.length;
    await prosody.halt();
    await gateway.printed(/not connected, will try again/, before);
    await prosody.resume();
    await gateway.printed(/"connected"/, before);
    const back = await Slixmpp.logIn('romeo@localhost/back', 'romeo', prosody.clientPort);
    try {
      await back.expect('presence', (e) => isFrom(PEOPLE[0] as string)(e) && e.type === 'available');
      await back.expect('presence', (e) => e.from === GATEWAY && e.status === 'Moored as romeo');
      const id = await back.do<string>('say', { to: PEOPLE[0], body: 'still there?' });
      await back.expect('receipt', (e) => e.id === id);
    } finally {
      await back.stop();
    }
  }));

test('a wrong secret :: one line, and exit code 1', async () => {
  const component = { domain: GATEWAY, secret: SECRET };
  const prosody = await Prosody.start({ users: [], component, privileged: false });
  const home = mkdtempSync(join(tmpdir(), 'slipway-home-'));
  const gateway = slipway(flags(prosody, home, 'wrong'));
  try {
    assert.is(await gateway.exit(), 1);
    assert.match(gateway.output, /^slipway: the server refuses the secret of gw\.localhost.*\n$/m);
  } finally {
    await gateway.kill();
    await prosody.stop();
    rmSync(home, { recursive: true, force: true });
  }
});

test.run();
