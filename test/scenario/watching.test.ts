/** What an operator can see of a gateway at work. */

import * as assert from 'uvu/assert';
import { createLog, type RawConfig } from '../../src/gateway/index.ts';
import type { Life } from '../../src/gateway/watch/explain.ts';
import { StanzaError } from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { blockJids, unblockJids } from '../../src/xep/0191-blocking.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { TestGateway } from '../support/plugin.ts';
import { GATEWAY, Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('watching');
const JULIET = 'juliet@gw.localhost';
const HTTP = { 'http-port': 0, 'http-token': 'sesame' };
const watched = (config: RawConfig = {}) => ({ config: { ...HTTP, ...config } });

function ask(stage: Stage, path: string, token?: string): Promise<Response> {
  const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]]);
  return fetch(`http://127.0.0.1:${stage.gateway.lifecycle.httpPort}${path}`, { headers });
}

/** All samples by name and labels. */
async function numbers(stage: Stage): Promise<Map<string, number>> {
  const text = await (await ask(stage, '/metrics')).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

async function explained(stage: Stage, id: string): Promise<Life[]> {
  return (await (await ask(stage, `/explain?id=${id}`, 'sesame')).json()) as Life[];
}

const chat = (id: string, body: string, to = JULIET) =>
  `<message to='${to}' type='chat' id='${id}'><body>${body}</body></message>`;

test('metrics :: the outcomes of messages sum up to the messages received', () =>
  Stage.with(watched(), async (stage) => {
    const romeo = await stage.registered();
    const stranger = await stage.logIn('mercutio');
    const before = await numbers(stage);
    for (const body of ['one', 'two', 'refuse', 'crash', 'three']) romeo.sends(chat(body, body));
    romeo.sends(chat('nobody', 'hi', 'nobody@gw.localhost'));
    romeo.sends(`<message to='${JULIET}' type='chat' id='nothing'><unknown xmlns='urn:nothing'/></message>`);
    romeo.sends(chat('help', 'help', 'gw.localhost'));
    stranger.sends(chat('stranger', 'hi'));
    await romeo.settle();
    await stranger.settle();
    const after = await numbers(stage);
    const grown = (name: string) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? 0);
    const outcomes = Object.fromEntries(
      ['handled', 'refused', 'failed', 'ignored'].map((outcome) => [
        outcome,
        grown(`slipway_message_outcomes_total{outcome="${outcome}"}`),
      ]),
    );
    assert.equal(outcomes, { handled: 4, refused: 3, failed: 1, ignored: 1 });
    assert.is(grown('slipway_messages_received_total'), 9);
    assert.is(after.get('slipway_messages_in_progress'), 0);
    assert.is(grown('slipway_exceptions_total'), 1);
    assert.is(grown('slipway_message_seconds_count{step="wait"}'), 8, 'what is ignored does not wait');
    assert.is(grown('slipway_message_seconds_count{step="handle"}'), 5, 'what the plugin was called for');
    assert.is(grown('slipway_message_seconds_bucket{step="handle",le="+Inf"}'), 5);
  }));

test('metrics :: a message that the plugin sits on is in progress, and ages', async () => {
  let finish = () => {};
  await Stage.with(watched(), async (stage) => {
    const romeo = await stage.registered();
    stage.session().sendText = () =>
      new Promise((resolve) => {
        finish = () => resolve('late');
      });
    romeo.sends(chat('slow', 'hi'));
    romeo.sends(chat('behind', 'hi'));
    await eventually(async () => {
      const during = await numbers(stage);
      assert.is(during.get('slipway_messages_in_progress'), 2);
      assert.ok((during.get('slipway_messages_oldest_seconds') ?? 0) > 0);
      const stored = ['handed', 'pending'].map((state) => during.get(`slipway_journal_events{state="${state}"}`));
      assert.equal(stored, [1, 1]);
      assert.ok((during.get('slipway_journal_oldest_seconds{direction="to-network"}') ?? 0) > 0);
    });
    const [slow] = await explained(stage, 'slow');
    assert.equal([slow?.outcome, slow?.events.at(-2)?.what], ['handed', 'goes to the plugin']);
    finish();
    await eventually(async () => {
      finish();
      const after = await numbers(stage);
      assert.equal([after.get('slipway_messages_in_progress'), after.get('slipway_messages_oldest_seconds')], [0, 0]);
      assert.equal(
        ['handed', 'pending'].map((state) => after.get(`slipway_journal_events{state="${state}"}`)),
        [0, 0],
      );
    });
  });
});

test('metrics :: sessions by state, the link, what is held while it is down', () =>
  Stage.with(watched(), async (stage) => {
    await stage.registered();
    const mercutio = await stage.logIn('mercutio');
    await register(mercutio.client, GATEWAY, { username: 'mercutio', password: 'locked' });
    await mercutio.settle();
    const up = await numbers(stage);
    assert.equal(
      ['ready', 'failed', 'logged-out', 'logging-in', 'logged-in'].map((s) => up.get(`slipway_sessions{state="${s}"}`)),
      [1, 1, 0, 0, 0],
    );
    assert.equal([up.get('slipway_link_up'), up.get('slipway_link_connects_total')], [1, 1]);
    assert.is(up.get('slipway_stanzas_held'), 0);
    assert.ok(up.has('nodejs_eventloop_lag_p99_seconds'));
    await stage.server.stop();
    await eventually(async () => assert.is((await numbers(stage)).get('slipway_link_up'), 0));
    stage.session().sendGatewayMessage('for later');
    // It is stored first.
    await eventually(async () => assert.is((await numbers(stage)).get('slipway_stanzas_held'), 1));
    const ready = await ask(stage, '/readyz');
    assert.equal([ready.status, await ready.text()], [503, 'not connected to the XMPP server\n']);
    assert.is((await ask(stage, '/healthz')).status, 200, 'it is well, only alone');
  }));

test('metrics :: labels are bounded: no user, no id, no text is in them', () =>
  Stage.with(watched(), async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(chat('an-id', 'a-text'));
    await romeo.settle();
    const samples = [...(await numbers(stage)).keys()].filter((name) => name.startsWith('slipway_'));
    assert.not.match(samples.join('\n'), /romeo|juliet|an-id|a-text|localhost/);
    assert.ok(samples.length < 100, `${samples.length}`);
  }));

test('http :: what it says to whom', () =>
  Stage.with(watched(), async (stage) => {
    const statuses = async (paths: string[], token?: string) =>
      Promise.all(paths.map(async (path) => (await ask(stage, path, token)).status));
    assert.equal(await statuses(['/metrics', '/healthz', '/readyz', '/', '/__proto__']), [200, 200, 200, 404, 404]);
    assert.equal(await statuses(['/explain?id=x', '/sessions']), [401, 401]);
    assert.equal(await statuses(['/explain?id=x', '/sessions'], 'wrong'), [401, 401]);
    assert.equal(await statuses(['/explain?id=x', '/explain', '/sessions'], 'sesame'), [200, 400, 200]);
    const url = `http://127.0.0.1:${stage.gateway.lifecycle.httpPort}/metrics`;
    assert.is((await fetch(url, { method: 'POST' })).status, 405);
    const head = await fetch(url, { method: 'HEAD' });
    assert.equal([head.status, await head.text()], [200, '']);
    assert.match(head.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  }));

test('http :: nothing listens unless it is asked for', () =>
  Stage.with({}, async (stage) => {
    assert.is(stage.gateway.lifecycle.httpPort, undefined);
  }));

test('explain :: the way to the network, by each of its ids', () =>
  Stage.with(watched(), async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(chat('my-id', 'hi'));
    await romeo.settle();
    const [life, ...more] = await explained(stage, 'my-id');
    assert.equal(more, []);
    assert.equal(
      [life?.direction, life?.user, life?.chat, life?.xmppId, life?.legacyId, life?.outcome, life?.error],
      ['to-network', 'romeo@localhost', JULIET, 'my-id', 'legacy-1', 'sent', undefined],
    );
    assert.equal(
      life?.events.map(({ what }) => what),
      ['came from the server', 'its turn', 'goes to the plugin', 'handled', 'the plugin has taken it'],
    );
    const times = life?.events.slice(0, -1).map(({ at }) => Date.parse(at)) ?? [];
    assert.ok(Math.abs((times[0] ?? 0) - Date.now()) < 60_000, `${times}`);
    assert.equal(times, [...times].sort());
    assert.equal(await explained(stage, 'legacy-1'), [life]);
    assert.equal(await explained(stage, life?.trace ?? ''), [life]);
    assert.equal(await explained(stage, 'no-such'), []);
  }));

test('explain :: what went wrong', () =>
  Stage.with(watched(), async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(chat('a', 'refuse'));
    romeo.sends(chat('b', 'crash'));
    await romeo.settle();
    const [refused] = await explained(stage, 'a');
    const [failed] = await explained(stage, 'b');
    assert.equal([refused?.outcome, refused?.error], ['failed', 'policy-violation: Not that.']);
    assert.equal([failed?.outcome, failed?.error], ['failed', 'Error: a secret of the inside']);
  }));

test('explain :: the way to the user', () =>
  Stage.with(watched(), async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.sendText('hello', { legacyMsgId: '42' });
    await romeo.settle();
    let life: Life | undefined;
    await eventually(async () => {
      [life] = await explained(stage, '42');
      assert.is(life?.events.at(-1)?.what, 'the server has read it');
    });
    assert.equal(
      [life?.direction, life?.user, life?.chat, life?.xmppId, life?.legacyId, life?.outcome],
      ['to-user', 'romeo@localhost', JULIET, '42', '42', 'acknowledged'],
    );
    assert.equal(
      life?.events.map(({ what }) => what),
      ['the plugin says it', 'goes to the server', 'the server has read it'],
    );
  }));

test('explain :: what the server of the user returns has failed, also after a restart', () =>
  withFolder((homeDir) =>
    Stage.with({ ...watched(), homeDir }, async (stage) => {
      const romeo = await stage.registered();
      const says = async (legacyMsgId: string) =>
        (await stage.session().contacts.byLegacyId('juliet')).sendText('hello', { legacyMsgId });
      await blockJids(romeo.client, JULIET);
      await says('41');
      const states = async (id: string) =>
        (await stage.gateway.store.lives([id])).map(({ direction, state, error }) => [direction, state, error]);
      const failed = [['to-user', 'failed', 'service-unavailable']];
      await eventually(async () => assert.equal(await states('41'), failed));
      const facts = async (id: string) => {
        const [life] = await explained(stage, id);
        return [life?.outcome, life?.error, life?.events.at(-1)?.what];
      };
      const returned = ['failed', 'service-unavailable', 'it did not arrive'];
      assert.equal(await facts('41'), returned);
      await stage.restart();
      assert.equal([await facts('41'), await states('41')], [returned, failed]);
      // One client that returns a message says nothing of the others, and nobody says anything of others' messages.
      await stage.session().waitForReady();
      await unblockJids(romeo.client, JULIET);
      await says('42');
      await romeo.receives((s) => s.attrs.id === '42');
      const error = "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
      const stranger = await stage.logIn('mercutio');
      for (const user of [romeo, stranger]) {
        user.sends(`<message to='${JULIET}' type='error' id='42'>${error}</message>`);
        await user.settle();
      }
      await eventually(async () => assert.equal(await states('42'), [['to-user', 'acknowledged', undefined]]));
    }),
  ));

test('explain :: what the server does not let us say in the name of the user has failed, also after a restart', () =>
  withFolder((homeDir) =>
    Stage.with({ ...watched(), homeDir }, async (stage) => {
      const romeo = await stage.registered();
      const juliet = await stage.session().contacts.byLegacyId('juliet');
      juliet.sendText('said', { legacyMsgId: '41', carbon: true });
      const { userId } = stage.session();
      const states = async (id: string) =>
        (await stage.gateway.store.lives([id])).map(({ direction, state, error }) => [direction, state, error]);
      const passed = [['to-user', 'acknowledged', undefined]];
      await eventually(async () => assert.equal(await states('41'), passed));
      // Granted when the stream began, and taken away since.
      stage.server.faults.refusesPrivileges = true;
      juliet.sendText('refused', { legacyMsgId: '42:a b', carbon: true });
      const failed = [['to-user', 'failed', 'forbidden']];
      await eventually(async () => assert.equal(await states('42:a b'), failed));
      assert.equal(await states('41'), passed);
      // Nobody but the server of the user says what became of it.
      const error = "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
      romeo.sends(`<message to='gw.localhost' type='error' id='carbon:${userId}:juliet:41'>${error}</message>`);
      await romeo.settle();
      await stage.restart();
      const [life] = await explained(stage, '42:a b');
      assert.equal(
        [life?.outcome, life?.error, life?.events.at(-1)?.what],
        ['failed', 'forbidden', 'it did not arrive'],
      );
      assert.equal(await states('42:a b'), failed);
      assert.equal(await states('41'), passed);
    }),
  ));

test('explain :: also after the process that had it has gone', () =>
  withFolder((homeDir) =>
    Stage.with({ ...watched(), homeDir }, async (stage) => {
      const romeo = await stage.registered();
      romeo.sends(chat('taken', 'hi'));
      romeo.sends(chat('no', 'refuse', 'nurse@gw.localhost'));
      (await stage.session().contacts.byLegacyId('juliet')).sendText('hello', { legacyMsgId: '42' });
      await romeo.receives((s) => s.attrs.id === '42');
      await romeo.settle();
      await stage.restart();
      const facts = async (id: string) =>
        (await explained(stage, id)).map(({ trace, direction, user, chat, xmppId, legacyId, outcome, error }) => {
          assert.is(trace, undefined);
          return [direction, user, chat, xmppId, legacyId, outcome, error];
        });
      const taken = ['to-network', 'romeo@localhost', JULIET, 'taken', 'legacy-1', 'sent', undefined];
      assert.equal(await facts('taken'), [taken]);
      assert.equal(await facts('legacy-1'), [taken]);
      assert.equal(await facts('no'), [
        [
          'to-network',
          'romeo@localhost',
          'nurse@gw.localhost',
          'no',
          undefined,
          'failed',
          'policy-violation: Not that.',
        ],
      ]);
      assert.equal(await facts('42'), [['to-user', 'romeo@localhost', JULIET, '42', '42', 'acknowledged', undefined]]);
      assert.equal(await facts('never'), []);
    }),
  ));

test('explain :: what the user wrote elsewhere is on its way to the user; a second id of a stanza is as good', () =>
  withFolder((homeDir) =>
    Stage.with({ ...watched(), homeDir }, async (stage) => {
      const romeo = await stage.registered();
      const origin = "<origin-id xmlns='urn:xmpp:sid:0' id='second'/>";
      romeo.sends(`<message to='${JULIET}' type='chat' id='first'><body>hi</body>${origin}</message>`);
      (await stage.session().contacts.byLegacyId('juliet')).sendText('hello', { legacyMsgId: '42', carbon: true });
      await romeo.settle();
      const facts = async (id: string) =>
        (await explained(stage, id)).map(({ direction, xmppId, originId, legacyId, outcome }) => {
          return [direction, xmppId, originId, legacyId, outcome];
        });
      const carbon = ['to-user', '42', undefined, '42', 'acknowledged'];
      // The server lets it pass here again, which is ignored.
      await eventually(async () => assert.equal((await facts('42'))[0], carbon));
      await stage.restart();
      assert.equal(await facts('42'), [carbon]);
      assert.match((await explained(stage, '42'))[0]?.events[0]?.what ?? '', /as written by the user elsewhere/);
      assert.equal(await facts('first'), [['to-network', 'first', undefined, 'legacy-1', 'sent']]);
      assert.equal(await facts('second'), [['to-network', 'first', 'second', 'legacy-1', 'sent']]);
      assert.equal(await facts('legacy-1'), await facts('first'));
    }),
  ));

test('admin :: by chat: explain, announce, log in again, log everything of one user', () =>
  Stage.with(watched({ admins: 'mercutio@localhost' }), async (stage) => {
    const romeo = await stage.registered();
    const admin = await stage.logIn('mercutio');
    const says = async (words: string) => {
      admin.sends(chat('c', words, GATEWAY));
      return (await admin.receives((s) => s.getChild('body') !== undefined)).getChildText('body');
    };
    romeo.sends(chat('my-id', 'hi'));
    await romeo.settle();
    assert.match(
      (await says('explain my-id')) ?? '',
      /From romeo@localhost to juliet@gw\.localhost: sent\n.*network id legacy-1/,
    );
    assert.is(await says('explain never'), 'Nothing is known of a message never.');
    assert.is(await says('announce We are back.'), 'Sent to 1 users.');
    assert.is(
      (await romeo.receives((s) => s.attrs.from === GATEWAY && s.getChild('body') !== undefined)).getChildText('body'),
      'We are back.',
    );
    assert.is(await says('re-login_user romeo@localhost'), 'The session of romeo@localhost: ready.');
    assert.equal(stage.session().calls.slice(-2), [['logout'], ['login']]);
    assert.is(await says('loglevel debug romeo@localhost'), 'Everything about romeo@localhost is logged.');
    assert.ok(stage.gateway.watch.isVerbose('romeo@localhost'));
    assert.is(await says('loglevel info romeo@localhost'), 'About romeo@localhost as much is logged as about others.');
    assert.not(stage.gateway.watch.isVerbose('romeo@localhost'));
    assert.is(await says('re-login_user nobody@localhost'), 'There is no user nobody@localhost.');
    romeo.sends(chat('x', 'announce I am not an administrator', GATEWAY));
    assert.is(
      (await romeo.receives((s) => s.getChild('body') !== undefined)).getChildText('body'),
      'This is for administrators.',
    );
  }));

test('explain :: only so many are remembered', () =>
  Stage.with(watched({ 'explain-messages': 2 }), async (stage) => {
    const romeo = await stage.registered();
    for (const id of ['a', 'b', 'c']) romeo.sends(chat(id, 'hi'));
    await romeo.settle();
    const known = await Promise.all(['a', 'b', 'c'].map(async (id) => (await explained(stage, id))[0]?.trace));
    assert.equal(
      known.map((trace) => trace !== undefined),
      [false, true, true],
    );
  }));

/** A gateway whose log can be read; its plugin logs too. */
function logging(level: 'debug' | 'info') {
  const lines: Record<string, string>[] = [];
  const log = createLog(level, { write: (line) => void lines.push(JSON.parse(line)) });
  class Logging extends TestGateway {
    override exception(error: unknown): void {
      this.log.error({ err: error }, 'unexpected error');
    }
  }
  return { lines, options: { ...watched(), log, plugin: { gateway: Logging } } };
}

async function talk(stage: Stage): Promise<void> {
  const romeo = await stage.registered();
  const session = stage.session();
  session.sendText = async (_chat, text) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    session.xmpp.log.debug({}, `plugin has ${text}`);
    if (text === 'crash') throw new Error('oh');
    return `legacy-${text}`;
  };
  romeo.sends(chat('1', 'one', 'juliet@gw.localhost'));
  romeo.sends(chat('2', 'two', 'nurse@gw.localhost'));
  romeo.sends(chat('3', 'crash', 'tybalt@gw.localhost'));
  await romeo.receives(
    (s) => s.attrs.type === 'error' && StanzaError.fromStanza(s).condition === 'internal-server-error',
  );
  await romeo.settle();
}

test('log :: one name for a message, from the socket to the plugin and back, also where messages overlap', async () => {
  const { lines, options } = logging('debug');
  await Stage.with(options, talk);
  for (const [id, word, outcome] of [
    ['1', 'one', 'handled'],
    ['2', 'two', 'handled'],
    ['3', 'crash', 'failed'],
  ]) {
    const arrival = lines.find(({ msg, xml }) => msg === 'received' && xml?.includes(`id='${id}'`));
    assert.ok(arrival?.trace, `${id} has a name`);
    const about = lines.filter(({ trace }) => trace === arrival?.trace).map(({ msg }) => msg);
    assert.ok(about.includes(`plugin has ${word}`), `${about}`);
    const done = lines.find(({ trace, msg }) => trace === arrival?.trace && msg === 'done');
    assert.equal([done?.xmppId, done?.outcome], [id, outcome]);
    assert.is(about.includes('unexpected error'), outcome === 'failed');
  }
});

test('log :: an error has the name of its message also where nothing else is logged', async () => {
  const { lines, options } = logging('info');
  await Stage.with(options, async (stage) => {
    await talk(stage);
    const error = lines.find(({ msg }) => msg === 'unexpected error');
    assert.is(error?.trace, (await explained(stage, '3'))[0]?.trace);
    assert.not(lines.some(({ level }) => level === 'debug'));
  });
});

test('log :: everything about one user, nothing about others', async () => {
  const { lines, options } = logging('info');
  await Stage.with(options, async (stage) => {
    const mercutio = await stage.registered('mercutio');
    stage.gateway.watch.setVerbose('romeo@localhost', true);
    await talk(stage);
    mercutio.sends(chat('m', 'hi'));
    await mercutio.settle();
    const debug = lines.filter(({ level }) => level === 'debug');
    assert.ok(debug.some(({ msg }) => msg === 'plugin has one'));
    assert.ok(debug.some(({ msg, xml }) => msg === 'received' && xml?.includes("id='1'")));
    assert.ok(debug.some(({ msg, xml }) => msg === 'sent' && xml?.includes('romeo@localhost')));
    assert.not.match(JSON.stringify(debug), 'mercutio');
    stage.gateway.watch.setVerbose('romeo@localhost', false);
    const count = debug.length;
    mercutio.sends(chat('n', 'hi'));
    await mercutio.settle();
    assert.is(lines.filter(({ level }) => level === 'debug').length, count);
  });
});

test.run();
