import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as commands from '../../src/xep/0050-commands.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0050');
const NS = 'http://jabber.org/protocol/commands';

roundtrip(test, commands.command, [
  [`<command xmlns='${NS}' node='list' action='execute'/>`, { node: 'list', action: 'execute', notes: [] }], // Example 8
  // Example 11, without its form.
  [
    `<command xmlns='${NS}' sessionid='config:20020923T213616Z-700' node='config' status='executing'>
      <actions execute='next'><next/></actions>
    </command>`,
    {
      node: 'config',
      sessionId: 'config:20020923T213616Z-700',
      status: 'executing',
      actions: { execute: 'next', prev: false, next: true, complete: false },
      notes: [],
    },
  ],
  // Example 15.
  [
    `<command xmlns='${NS}' sessionid='config:20020923T213616Z-700' node='config' status='completed'>
      <note type='info'>Service 'httpd' has been configured.</note>
    </command>`,
    {
      node: 'config',
      sessionId: 'config:20020923T213616Z-700',
      status: 'completed',
      notes: [{ type: 'info', text: "Service 'httpd' has been configured." }],
    },
  ],
]);
rejects(test, commands.command, [
  [`<command xmlns='${NS}'/>`, 'missing-attribute', '/command@node'],
  [`<command xmlns='${NS}' node='a' status='cancelled'/>`, 'invalid-attribute', '/command@status'],
]);
roundtrip(test, commands.errorCondition, [[`<bad-sessionid xmlns='${NS}'/>`, 'bad-sessionid']]);

const step = fc.constantFrom('prev', 'next', 'complete');
const actions = a.object({ prev: a.flag, next: a.flag, complete: a.flag }, { execute: step });
const note = a.object({ text: a.text }, { type: fc.constantFrom('info', 'warn', 'error') });
laws(test, commands, {
  actions,
  note,
  command: a.object(
    { node: a.text, notes: a.list(note) },
    {
      sessionId: a.text,
      action: fc.constantFrom('execute', 'cancel', 'prev', 'next', 'complete'),
      status: fc.constantFrom('executing', 'completed', 'canceled'),
      lang: a.lang,
      actions,
      form: a.form,
      oob: a.oob,
    },
  ),
  errorCondition: fc.constantFrom('bad-action', 'session-expired'),
});

test('executeCommand :: starts, and goes on', async () => {
  const iq = new Asked([`<command xmlns='${NS}' node='list' sessionid='1' status='completed'/>`]);
  const done = await commands.executeCommand(iq, 'responder@domain', { node: 'list' });
  assert.is(done.sessionId, '1');
  iq.expect(`set responder@domain <command xmlns='${NS}' node='list'/>`);
});

test('listCommands :: what has no node is none', async () => {
  const iq = new Asked([
    `<query xmlns='http://jabber.org/protocol/disco#items' node='${NS}'><item jid='responder@domain' node='list' name='List'/><item jid='responder@domain'/></query>`,
  ]);
  assert.equal(await commands.listCommands(iq, 'responder@domain'), [
    { jid: 'responder@domain', node: 'list', name: 'List' },
  ]);
  iq.expect(`get responder@domain <query xmlns='http://jabber.org/protocol/disco#items' node='${NS}'/>`);
});

test.run();
