/** What users did with another client of the network, shown in their XMPP clients as their own. XEP-0356. */

import * as assert from 'uvu/assert';
import type { Element } from '../../src/stanza/index.ts';
import { FULL_PLUGIN } from '../support/full-plugin.ts';
import type { Call } from '../support/plugin.ts';
import { Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('carbons');
const JULIET = 'juliet@gw.localhost';
const PUBLIC = { carbon: true };

const play = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  Stage.with({ plugin: FULL_PLUGIN, ...options }, async (stage) => {
    const romeo = await stage.registered();
    await romeo.asks('set', 'romeo@localhost', "<enable xmlns='urn:xmpp:carbons:2'/>");
    await scene(stage, romeo);
  });
const juliet = (stage: Stage) => stage.session().contacts.byLegacyId('juliet');
const callsOf = async (stage: Stage, romeo: User): Promise<Call[]> => {
  await romeo.settle();
  return stage.session().calls.slice(1);
};

/** The next message, which must be a copy of one that the user has sent. */
async function copied(romeo: User): Promise<Element> {
  const carbon = await romeo.receives((s) => s.name === 'message');
  const inner = carbon.getChild('sent', 'urn:xmpp:carbons:2')?.getChild('forwarded')?.getChild('message');
  if (inner === undefined) throw new Error(`not a copy: ${carbon}`);
  assert.equal([inner.attrs.from, inner.attrs.to], ['romeo@localhost', JULIET]);
  return inner;
}

test('with the privilege :: a text is the user’s own, and does not come back to the plugin', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    contact.sendText('from my phone', { legacyMsgId: 'n1', ...PUBLIC });
    const text = await copied(romeo);
    assert.equal([text.attrs.id, text.attrs.type, text.getChildText('body')], ['n1', 'chat', 'from my phone']);
    for (const each of ['active', 'markable', 'store']) assert.ok(text.getChild(each), each);
    // On the wire it is a message to the user's server, which delivers it; the copy for us is ours to drop.
    const wrapped = stage.routed.find((s) => s.attrs.to === 'localhost' && s.getChild('privilege') !== undefined);
    assert.match(String(wrapped), "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'");
    assert.ok(stage.routed.some((s) => s.attrs.to === JULIET && s.getChildText('body') === 'from my phone'));
    assert.equal(await callsOf(stage, romeo), []);
  }));

test('with the privilege :: everything that can be done to messages', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    contact.sendText('mine', { legacyMsgId: 'n1', ...PUBLIC });
    contact.correct('n1', 'mine!', PUBLIC);
    contact.react('n1', ['👍'], PUBLIC);
    contact.displayed('n0', PUBLIC);
    contact.retract('n1', PUBLIC);
    const payload = async () => {
      const inner = await copied(romeo);
      const names = inner.getChildElements().map(({ name }) => name);
      return ['replace', 'retract', 'reactions', 'displayed', 'body'].filter((name) => names.includes(name)).join(' ');
    };
    assert.is(await payload(), 'body');
    assert.is(await payload(), 'replace body');
    assert.is(await payload(), 'reactions');
    assert.is(await payload(), 'displayed');
    assert.is(await payload(), 'replace retract body');
    // Their echo is neither a correction nor a retraction of the user's.
    assert.equal(await callsOf(stage, romeo), []);
    // States are not passed on to the user's own clients.
    contact.composing(PUBLIC);
    assert.equal(await romeo.all('message'), []);
  }));

test('with the privilege :: what follows is about the right message', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    contact.sendText('mine', { legacyMsgId: 'n1', ...PUBLIC });
    await copied(romeo);
    contact.received('n1');
    await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === 'n1');
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='x'><body>mine too</body><replace xmlns='urn:xmpp:message-correct:0' id='n1'/></message>`,
    );
    assert.equal((await callsOf(stage, romeo)).at(-1), ['correct', 'juliet', 'mine too', 'n1', undefined]);
  }));

test('with the privilege :: a file', () =>
  play(async (stage, romeo) => {
    await (await juliet(stage)).sendFile(new TextEncoder().encode('hello'), { fileName: 'a.txt', ...PUBLIC });
    const file = await copied(romeo);
    assert.is(file.getChild('x', 'jabber:x:oob')?.getChildText('url'), file.getChildText('body'));
    assert.equal(await callsOf(stage, romeo), []);
  }));

test('privileges of the first version :: do for messages too', () =>
  play(
    async (stage, romeo) => {
      (await juliet(stage)).sendText('old style', PUBLIC);
      assert.is((await copied(romeo)).getChildText('body'), 'old style');
      assert.ok(stage.routed.some((s) => s.getChild('privilege', 'urn:xmpp:privilege:1')?.getChild('forwarded')));
    },
    { server: { privileges: { roster: 'both', message: 'outgoing', version: 1 } } },
  ));

test('without the privilege :: the text comes from the contact, and says whose it is; the rest is left out', () =>
  play(
    async (stage, romeo) => {
      const contact = await juliet(stage);
      contact.sendText('from my phone', { legacyMsgId: 'n1', when: new Date('2001-02-03T04:05:06Z'), ...PUBLIC });
      contact.react('n1', ['👍'], PUBLIC);
      contact.displayed('n0', PUBLIC);
      contact.retract('n1', PUBLIC);
      contact.sendText('hers');
      const [fallback = '', hers = '', ...more] = await romeo.all('message');
      assert.match(fallback, '<body>You wrote elsewhere: from my phone</body>');
      assert.match(fallback, `from='${JULIET}/slipway'`);
      assert.match(fallback, "stamp='2001-02-03T04:05:06Z'");
      // A mark for it would be one for a message of the user.
      assert.not.match(fallback, 'markable');
      assert.match(hers, '<body>hers</body>');
      assert.equal(more, []);
    },
    { server: { privileges: { roster: 'both' } } },
  ));

test('a reaction of the user :: is shown on all parts of a message that took several', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    await contact.sendFile(new TextEncoder().encode('a'), { fileName: 'a.txt', caption: 'look', legacyMsgId: 'n1' });
    const ids = [
      await romeo.receives((s) => s.getChild('x') !== undefined),
      await romeo.receives((s) => s.name === 'message'),
    ].map(({ attrs }) => attrs.id);
    assert.equal([new Set(ids).size, ids[1]], [2, 'n1']);
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='x'><reactions xmlns='urn:xmpp:reactions:0' id='n1'><reaction>👍</reaction></reactions></message>`,
    );
    const mirrored = await copied(romeo);
    assert.is(mirrored.getChild('reactions')?.attrs.id, ids[0]);
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='y'><reactions xmlns='urn:xmpp:reactions:0' id='${ids[0]}'/></message>`,
    );
    assert.is((await copied(romeo)).getChild('reactions')?.attrs.id, 'n1');
    assert.equal(await callsOf(stage, romeo), [
      ['react', 'juliet', 'n1', ['👍'], undefined],
      ['react', 'juliet', 'n1', [], undefined],
    ]);
  }));

test.run();
