/** Commands, by ad-hoc command and by chat; searching for people. */

import * as assert from 'uvu/assert';
import {
  BUILTIN_COMMANDS,
  Command,
  type CommandContext,
  type CommandResult,
  Confirmation,
  Form,
  type FormField,
  TableResult,
  XmppError,
} from '../../src/gateway/index.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { StanzaError } from '../../src/stanza/index.ts';
import { fetchRoster, type Roster } from '../../src/stanza/roster.ts';
import { submit } from '../../src/xep/0004-data-forms.ts';
import { discoInfo, discoItems } from '../../src/xep/0030-disco.ts';
import { executeCommand, type Command as Step } from '../../src/xep/0050-commands.ts';
import { search, searchForm } from '../../src/xep/0055-search.ts';
import { addressOf, addressPrompt } from '../../src/xep/0100-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { FULL_PLUGIN, FullGateway } from '../support/full-plugin.ts';
import { TestGateway } from '../support/plugin.ts';
import { GATEWAY, Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('commands');
const NS = 'http://jabber.org/protocol/commands';
const condition = (error: unknown) => (error instanceof StanzaError ? error.condition : String(error));

/** Asks every kind of question. */
class Survey extends Command {
  readonly name = 'A survey';
  readonly help = 'Asks a lot.';
  readonly node = 'test:survey';
  readonly chatCommand = 'survey';
  readonly access = 'any';
  override readonly category = { name: 'Tests', node: 'test:category' };

  run(_context: CommandContext, ...args: string[]): CommandResult {
    if (args[0] === 'crash') throw new Error('a secret of the inside');
    const fields: FormField[] = [
      { var: 'note', type: 'fixed', value: 'Take your time.' },
      { var: 'who', label: 'Who', type: 'jid-single', required: true },
      {
        var: 'colours',
        label: 'Colours',
        type: 'list-multi',
        options: [{ value: 'red' }, { label: 'Blue!', value: 'blue' }],
      },
      { var: 'loud', label: 'Loud', type: 'boolean', value: true },
      { var: 'crew', label: 'Crew', type: 'jid-multi' },
    ];
    return new Form({
      title: 'A survey',
      instructions: 'Please answer.',
      fields,
      handler: (values) => {
        if (values.who === 'crash@localhost') throw new Error('a secret of the inside');
        if (values.who === 'odd@localhost') throw new XmppError('conflict', 'Odd.');
        return new Confirmation({ prompt: 'Sure?', success: JSON.stringify(values), handler: () => {} });
      },
      onCancel: () => {
        cancelled++;
      },
    });
  }
}
let cancelled = 0;

class Table extends Command {
  readonly name = 'A table';
  readonly help = 'Shows a table.';
  readonly node = 'test:table';
  readonly chatCommand = 'table';
  readonly access = 'user';

  run(): CommandResult {
    return new TableResult({
      description: 'Cities',
      fields: [
        { var: 'city', label: 'City' },
        { var: 'jid', label: 'Address', type: 'jid-single' },
      ],
      items: [{ city: 'Verona', jid: 'verona@gw.localhost' }, { city: 'Mantua' }],
    });
  }
}

class Commanding extends TestGateway {
  override readonly commands = [...BUILTIN_COMMANDS, Survey, Table];
}
const play = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  Stage.with({ ...options, plugin: { gateway: Commanding, ...options.plugin } }, async (stage) => {
    await scene(stage, await stage.registered());
  });

const run = (user: User, step: Partial<Step> & { readonly node: string }) => executeCommand(user.client, GATEWAY, step);
const listed = async (user: User) => (await discoItems(user.client, GATEWAY, NS)).items.map(({ name }) => name);
const offered = async (user: User, node: string) =>
  (await run(user, { node })).form?.fields[0]?.options.map(({ label }) => label);

test('ad-hoc :: who sees which commands', () =>
  play(
    async (stage, romeo) => {
      const [stranger, admin] = [await stage.logIn('mercutio'), await stage.logIn('benvolio')];
      assert.equal(await listed(stranger), ['Administration', 'Register', 'Tests']);
      assert.equal(await listed(admin), ['Administration', 'Register', 'Tests']);
      assert.equal(await listed(romeo), [
        'Contacts',
        'Administration',
        'Change or renew your registration',
        'Tests',
        'A table',
        'Unregister',
      ]);
      const ADMIN = 'urn:slipway:commands:admin';
      for (const user of [stranger, romeo]) assert.equal(await offered(user, ADMIN), ['About this gateway']);
      assert.equal(await offered(admin, ADMIN), [
        'Write to all users',
        'Delete a user',
        'Explain a message',
        'About this gateway',
        'List users',
        'Log level',
        'Parked messages',
        'Log a user in again',
      ]);
      const CONTACTS = 'urn:slipway:commands:contacts';
      assert.equal(await offered(romeo, CONTACTS), ['Contacts', 'Synchronise contacts']);
      assert.is(condition(await run(stranger, { node: CONTACTS }).catch((e) => e)), 'not-authorized');
      assert.is(
        condition(
          await run(romeo, { node: 'http://jabber.org/protocol/admin#get-registered-users-list' }).catch((e) => e),
        ),
        'forbidden',
      );
      assert.is(condition(await run(stranger, { node: 'test:table' }).catch((e) => e)), 'registration-required');
    },
    {
      server: { users: { romeo: 'romeo', mercutio: 'mercutio', benvolio: 'benvolio' } },
      config: { admins: 'benvolio@localhost' },
    },
  ));

test('ad-hoc :: who may not use the gateway sees nothing, unless they administer it', () =>
  Stage.with(
    { plugin: { gateway: Commanding }, config: { 'user-jid-validator': 'nobody@.*', admins: 'romeo@localhost' } },
    async (stage) => {
      const [romeo, mercutio] = [await stage.logIn(), await stage.logIn('mercutio')];
      assert.is(condition(await listed(mercutio).catch((e) => e)), 'not-allowed');
      assert.is(condition(await run(mercutio, { node: 'test:survey' }).catch((e) => e)), 'not-allowed');
      assert.equal(await listed(romeo), ['Administration', 'Register', 'Tests']);
    },
  ));

test('ad-hoc :: what disco says about nodes', () =>
  play(async (_stage, romeo) => {
    const identity = async (node: string) => (await discoInfo(romeo.client, GATEWAY, node)).identities[0];
    assert.equal(await identity(NS), { category: 'automation', type: 'command-list', name: 'Test' });
    assert.equal(await identity('test:survey'), { category: 'automation', type: 'command-node', name: 'A survey' });
    assert.equal(await identity('test:category'), { category: 'automation', type: 'command-node', name: 'Tests' });
    assert.is(condition(await identity('odd').catch((e) => e)), 'item-not-found');
  }));

test('ad-hoc :: from a category to a form to a confirmation', () =>
  play(async (_stage, romeo) => {
    const category = await run(romeo, { node: 'test:category' });
    const sessionId = category.sessionId ?? '';
    const step = { node: 'test:category', sessionId, action: 'next' as const };
    const asked = await run(romeo, { ...step, form: submit({ command: 'test:survey' }) });
    assert.equal(
      asked.form?.fields.map(({ var: name, type, required }) => [name, type, required]),
      [
        ['note', 'fixed', false],
        ['who', 'jid-single', true],
        ['colours', 'list-multi', false],
        ['loud', 'boolean', false],
        ['crew', 'jid-multi', false],
      ],
    );
    const values = {
      who: 'tybalt@localhost',
      colours: ['red', 'blue'],
      loud: '0',
      crew: ['a@b.example', 'c@d.example/e'],
    };
    const wrong: [answer: object, condition: string][] = [
      [{ ...values, who: '' }, 'not-acceptable'],
      [{ ...values, who: '@@' }, 'not-acceptable'],
      [{ ...values, colours: ['green'] }, 'not-acceptable'],
      [{ ...values, loud: 'perhaps' }, 'not-acceptable'],
      [{ ...values, crew: ['@@'] }, 'not-acceptable'],
      [{ ...values, who: 'odd@localhost' }, 'conflict'],
      [{ ...values, who: 'crash@localhost' }, 'internal-server-error'],
    ];
    // What is wrong leaves the question open.
    for (const [answer, expected] of wrong) {
      const error = await run(romeo, { ...step, form: submit(answer as never) }).catch((e) => e);
      assert.is(condition(error), expected, JSON.stringify(answer));
      assert.not.match((error as StanzaError).text, 'secret');
    }
    const sure = await run(romeo, { ...step, form: submit(values) });
    assert.equal(
      [sure.form?.title, sure.form?.fields.map(({ var: name, values: v }) => [name, v])],
      ['Sure?', [['confirm', ['true']]]],
    );
    const done = await run(romeo, { ...step, form: submit({ confirm: '1' }) });
    assert.equal(
      [done.status, JSON.parse(done.notes[0]?.text ?? '')],
      [
        'completed',
        { who: 'tybalt@localhost', colours: ['red', 'blue'], loud: false, crew: ['a@b.example', 'c@d.example/e'] },
      ],
    );
  }));

test('ad-hoc :: back, not confirmed, given up, forgotten', async () => {
  const clock = new FakeClock();
  await play(
    async (_stage, romeo) => {
      await clock.advance(700_000);
      const before = clock.pending;
      const start = async () => {
        const { sessionId = '' } = await run(romeo, { node: 'test:survey' });
        return { node: 'test:survey', sessionId, action: 'next' as const };
      };
      const values = { who: 'tybalt@localhost' };
      const step = await start();
      await run(romeo, { ...step, form: submit(values) });
      assert.is((await run(romeo, { ...step, action: 'prev' })).form?.title, 'A survey');
      assert.is(condition(await run(romeo, { ...step, action: 'prev' }).catch((e) => e)), 'bad-request');
      await run(romeo, { ...step, form: submit(values) });
      const no = await run(romeo, { ...step, form: submit({ confirm: 'false' }) });
      assert.equal([no.status, no.notes[0]?.text], ['completed', 'Nothing was done.']);
      cancelled = 0;
      const given = await start();
      assert.is((await run(romeo, { ...given, action: 'cancel' })).status, 'canceled');
      assert.is(cancelled, 1);
      const slow = await start();
      await clock.advance(16 * 60_000);
      const late = await run(romeo, { ...slow, form: submit(values) }).catch((e) => e);
      assert.is((late as StanzaError).application[0]?.name, 'bad-sessionid');
      await clock.advance(700_000);
      await eventually(() => assert.is(clock.pending, before));
      // Numbers that one could count up would let somebody go on in the place of another.
      const ids = [(await start()).sessionId, (await start()).sessionId];
      for (const id of ids) assert.ok(id.length >= 16, id);
    },
    { clock },
  );
});

test('ad-hoc :: a table', () =>
  play(async (_stage, romeo) => {
    const { status, form } = await run(romeo, { node: 'test:table' });
    assert.equal([status, form?.type, form?.title], ['completed', 'result', 'Cities']);
    assert.equal(
      form?.reported?.fields.map(({ var: name, type }) => [name, type]),
      [
        ['city', 'text-single'],
        ['jid', 'jid-single'],
      ],
    );
    assert.equal(
      form?.items.map(({ fields }) => fields.map(({ values }) => values[0])),
      [
        ['Verona', 'verona@gw.localhost'],
        ['Mantua', ''],
      ],
    );
  }));

// --- by chat

const say = (user: User, text: string) =>
  user.sends(`<message to='${GATEWAY}' type='chat' id='c'><body>${text}</body></message>`);
const hears = async (user: User) =>
  (
    await user.receives((s) => s.name === 'message' && s.attrs.from === GATEWAY && s.getChild('body') !== undefined)
  ).getChildText('body');

test('chat :: every kind of question, wrong answers, confirmation', () =>
  play(async (_stage, romeo) => {
    say(romeo, 'Survey');
    assert.is(await hears(romeo), 'A survey\nPlease answer.');
    assert.is(await hears(romeo), 'Take your time.');
    assert.is(await hears(romeo), 'Who? ("abort" to stop)');
    say(romeo, '@@');
    assert.match((await hears(romeo)) ?? '', 'Who');
    await hears(romeo);
    say(romeo, 'tybalt@localhost');
    assert.is(await hears(romeo), 'red\nblue: Blue!\nColours? (one per line, "-" for none, "abort" to stop)');
    say(romeo, 'red\nblue');
    assert.is(await hears(romeo), 'Loud? (yes or no, "-" for none, "abort" to stop)');
    say(romeo, 'No');
    await hears(romeo);
    say(romeo, '-');
    assert.is(await hears(romeo), 'Sure? (yes/no)');
    say(romeo, 'y');
    assert.is(await hears(romeo), '{"who":"tybalt@localhost","colours":["red","blue"],"loud":false,"crew":[]}');
  }));

test('chat :: a table, a failure, a word that is for others', () =>
  play(async (stage, romeo) => {
    say(romeo, 'table');
    assert.is(await hears(romeo), 'Cities\nCity: Verona, Address: xmpp:verona@gw.localhost\nCity: Mantua, Address: ');
    say(romeo, 'survey crash');
    assert.is(await hears(romeo), 'That failed: internal-server-error.');
    assert.is(stage.gateway.errors.length, 1);
    say(romeo, 'list_users');
    assert.is(await hears(romeo), 'This is for administrators.');
  }));

test('chat :: words to a contact are no commands; a receipt is sent for those to the gateway', () =>
  play(async (stage, romeo) => {
    romeo.sends("<message to='juliet@gw.localhost' type='chat'><body>help</body></message>");
    await romeo.settle();
    assert.equal(stage.session().calls.at(-1), ['sendText', 'juliet', 'help', undefined]);
    romeo.sends(
      `<message to='${GATEWAY}' type='chat' id='r'><body>info</body><request xmlns='urn:xmpp:receipts'/></message>`,
    );
    await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === 'r');
    assert.match((await hears(romeo)) ?? '', /^Test, slipway \d+\.\d+\.\d+\S*, up for 0 days, 0 hours, 0 minutes$/);
  }));

test('input :: the answer may come from another client; nobody waits for ever', async () => {
  const clock = new FakeClock();
  await play(
    async (stage, romeo) => {
      const answer = stage.session().input('Which way?');
      assert.is(await hears(romeo), 'Which way?');
      say(await stage.logIn('romeo', 'phone'), 'left');
      assert.is(await answer, 'left');
      const late = stage.gateway.input('romeo@localhost', 'And now?').catch((e) => e);
      const replaced = late;
      const asked = stage.gateway.input(stage.session().user.jid, 'Or rather?').catch((e) => e);
      assert.is(condition(await replaced), 'remote-server-timeout');
      await clock.advance(11 * 60_000);
      assert.is(condition(await asked), 'remote-server-timeout');
      await romeo.receives((s) => s.getChildText('body') === 'That took too long.');
      say(romeo, 'right');
      await romeo.receives((s) => s.getChildText('body')?.startsWith('I do not know "right"') ?? false);
    },
    { clock },
  );
});

// --- what is built in

test('built in :: contacts, and making the roster the same as the network', () =>
  play(async (_stage, romeo) => {
    const { form } = await run(romeo, { node: 'urn:slipway:command:contacts' });
    assert.equal(
      form?.items.map(({ fields }) => fields.map(({ values }) => values[0])),
      [
        ['JULIET', 'juliet@gw.localhost'],
        ['NURSE', 'nurse@gw.localhost'],
      ],
    );
    const set = (item: string) =>
      romeo.asks('set', 'romeo@localhost', `<query xmlns='jabber:iq:roster'>${item}</query>`);
    await set("<item jid='juliet@gw.localhost' name='Juju'><group>slipway</group><group>Loves</group></item>");
    await set("<item jid='ghost@gw.localhost' name='Ghost'><group>slipway</group></item>");
    await set("<item jid='shade@gw.localhost' name='Shade'><group>slipway</group><group>Dead</group></item>");
    await set("<item jid='friar@localhost' name='Friar'><group>Others</group></item>");
    await set("<item jid='nurse@gw.localhost' subscription='remove'/>");
    // The nurse was thrown out by the user, which counts: she is not a friend any more. A new contact is to be added.
    await romeo.settle();
    const { sessionId = '' } = await run(romeo, { node: 'urn:slipway:command:sync-contacts' });
    const done = await run(romeo, {
      node: 'urn:slipway:command:sync-contacts',
      sessionId,
      form: submit({ confirm: '1' }),
    });
    assert.is(done.notes[0]?.text, '0 added, 2 removed, 1 updated.');
    const { items } = (await fetchRoster(romeo.client)) as Roster;
    const lines = items.map(({ jid, name, groups }) => `${jid} ${name} ${[...groups].sort().join('+')}`);
    assert.equal(lines.sort(), [
      'friar@localhost Friar Others',
      'gw.localhost Test slipway',
      'juliet@gw.localhost JULIET Loves+slipway',
      'shade@gw.localhost Shade Dead',
    ]);
  }));

test('built in :: administrators list, delete, and change how much is logged', () =>
  play(
    async (stage, romeo) => {
      const admin = await stage.logIn('mercutio');
      const { form } = await run(admin, { node: 'http://jabber.org/protocol/admin#get-registered-users-list' });
      const today = new Date().toISOString().slice(0, 10);
      assert.equal(
        form?.items.map(({ fields }) => fields.map(({ values }) => values[0])),
        [['romeo@localhost', today, 'ready']],
      );
      const level = await run(admin, { node: 'urn:slipway:command:loglevel' });
      assert.equal(level.form?.fields[0]?.values, ['silent']);
      await run(admin, {
        node: 'urn:slipway:command:loglevel',
        sessionId: level.sessionId ?? '',
        form: submit({ level: 'debug' }),
      });
      assert.is(stage.gateway.log.level, 'debug');
      stage.gateway.log.level = 'silent';
      const node = 'http://jabber.org/protocol/admin#delete-user';
      const { sessionId = '' } = await run(admin, { node });
      const nobody = await run(admin, { node, sessionId, form: submit({ accountjids: 'nobody@localhost' }) }).catch(
        (e) => e,
      );
      assert.is(condition(nobody), 'item-not-found');
      await run(admin, { node, sessionId, form: submit({ accountjids: 'romeo@localhost' }) });
      const done = await run(admin, { node, sessionId, form: submit({ confirm: 'true' }) });
      assert.is(done.notes[0]?.text, 'romeo@localhost: removed.');
      assert.is(stage.gateway.getSessionFromJid('romeo@localhost'), undefined);
      await romeo.receives((s) => s.attrs.from === GATEWAY && s.attrs.type === 'unavailable');
    },
    { config: { admins: 'mercutio@localhost' } },
  ));

test('built in :: a gateway with two commands of one name does not start', async () => {
  class Twice extends TestGateway {
    override readonly commands = [...BUILTIN_COMMANDS, ...BUILTIN_COMMANDS.slice(0, 1)];
  }
  const error = await Stage.open({ plugin: { gateway: Twice } }).catch((e) => e);
  assert.match(error.message, 'have the same node');
});

// --- search

const full = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  play(scene, { ...options, plugin: { ...FULL_PLUGIN, ...options.plugin } });

test('search :: form, results, nobody; for users only', () =>
  full(async (stage, romeo) => {
    assert.ok((await discoInfo(romeo.client, GATEWAY)).features.includes('jabber:iq:search'));
    const asked = await searchForm(romeo.client, GATEWAY);
    assert.equal([asked.instructions, asked.nick, asked.first], ['Search for people', '', undefined]);
    assert.equal(
      asked.form?.fields.map(({ var: name }) => name),
      ['FORM_TYPE', 'nick'],
    );
    const found = await search(romeo.client, GATEWAY, { form: submit({ nick: 'capulet' }, 'jabber:iq:search') });
    assert.equal(found, [
      { name: 'Juliet Capulet', jid: 'juliet@gw.localhost' },
      { name: 'Tybalt Capulet', jid: 'tybalt@gw.localhost' },
    ]);
    assert.equal(await search(romeo.client, GATEWAY, { nick: 'nobody' }), []);
    assert.is(condition(await search(romeo.client, GATEWAY, {}).catch((e) => e)), 'not-acceptable');
    const mercutio = await stage.logIn('mercutio');
    assert.is(condition(await searchForm(mercutio.client, GATEWAY).catch((e) => e)), 'registration-required');
    assert.equal(stage.session().calls.slice(1), [
      ['search', { nick: 'capulet' }],
      ['search', { nick: 'nobody' }],
    ]);
  }));

test('search :: an address for a name', () =>
  full(async (_stage, romeo) => {
    const asked = await addressPrompt(romeo.client, GATEWAY);
    assert.equal([asked.desc, asked.prompt], ['Search for people', 'Nickname']);
    assert.is(await addressOf(romeo.client, GATEWAY, 'juliet'), 'juliet@gw.localhost');
    const refused = (name: string) => addressOf(romeo.client, GATEWAY, name).catch((e) => condition(e));
    assert.equal([await refused('nobody'), await refused('capulet')], ['item-not-found', 'bad-request']);
    const toContact = await romeo.asks('get', 'juliet@gw.localhost', "<query xmlns='jabber:iq:gateway'/>");
    assert.equal([condition(toContact), (toContact as StanzaError).type], ['bad-request', 'modify']);
  }));

test('search :: an address for a name needs a search by one thing', () => {
  class Many extends FullGateway {
    override readonly searchFields = [
      { var: 'nick', label: 'Nickname', required: true },
      { var: 'city', label: 'City', required: false },
    ];
    override readonly searchTitle = 'Look them up';
    override readonly searchInstructions = 'Nickname and city.';
  }
  return full(
    async (_stage, romeo) => {
      assert.is(condition(await addressPrompt(romeo.client, GATEWAY).catch((e) => e)), 'feature-not-implemented');
      const asked = await searchForm(romeo.client, GATEWAY);
      assert.equal(
        [asked.instructions, asked.form?.title, asked.form?.fields.length],
        ['Nickname and city.', 'Look them up', 3],
      );
    },
    { plugin: { gateway: Many } },
  );
});

test('search :: is not offered by a plugin that cannot', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    assert.not((await discoInfo(romeo.client, GATEWAY)).features.includes('jabber:iq:search'));
    assert.is(condition(await searchForm(romeo.client, GATEWAY).catch((e) => e)), 'feature-not-implemented');
  }));

test('search :: by command, with and without a form', () =>
  full(async (stage, romeo) => {
    const node = 'urn:slipway:command:find';
    const { sessionId = '' } = await run(romeo, { node });
    const { form } = await run(romeo, { node, sessionId, form: submit({ nick: 'juliet' }) });
    assert.equal(form?.items.length, 1);
    say(romeo, 'find capulet');
    assert.is(
      await hears(romeo),
      'Search results\nName: Juliet Capulet, jid: xmpp:juliet@gw.localhost\nName: Tybalt Capulet, jid: xmpp:tybalt@gw.localhost',
    );
    await eventually(() => assert.equal(stage.session().calls.at(-1), ['search', { nick: 'capulet' }]));
    say(romeo, 'find nobody');
    assert.is(await hears(romeo), 'Nobody was found.');
  }));

test.run();
