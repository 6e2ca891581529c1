import * as assert from 'uvu/assert';
import { StanzaError } from '../../src/stanza/index.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { TestGateway, TestSession } from '../support/plugin.ts';
import { Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('messages');
const JULIET = 'juliet@gw.localhost';
const CLIENT = 'jabber:client';

test('to a contact :: the plugin gets the text as it was written', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'><body>h👋é &lt;3\n </body><thread>t</thread></message>`);
    romeo.sends(`<message to='${JULIET}/slipway' type='normal' id='2'><body>again</body></message>`);
    await romeo.settle();
    assert.equal(stage.session().calls.slice(1), [
      ['sendText', 'juliet', 'h👋é <3\n ', 't'],
      ['sendText', 'juliet', 'again', undefined],
    ]);
  }));

test('to a contact :: a receipt when one is asked for, from where it was asked', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='one'><body>hi</body><request xmlns='urn:xmpp:receipts'/></message>`,
    );
    romeo.sends(`<message to='${JULIET}' type='chat' id='two'><body>hi</body></message>`);
    const receipt = await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts') !== undefined);
    assert.equal([receipt.attrs.from, receipt.attrs.to, receipt.attrs.type], [JULIET, 'romeo@localhost/test', 'chat']);
    assert.is(receipt.getChild('received')?.attrs.id, 'one');
    assert.equal(await romeo.all('message'), []);
  }));

test('to a contact :: an id that is broken does not keep the receipt from the sender', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='one'><body>hi</body><request xmlns='urn:xmpp:receipts'/><origin-id xmlns='urn:xmpp:sid:0'/></message>`,
    );
    const receipt = await romeo.receives((s) => s.name === 'message');
    assert.is(receipt.getChild('received', 'urn:xmpp:receipts')?.attrs.id, 'one');
    assert.equal(stage.gateway.errors, []);
  }));

test('to a contact :: with proper receipts the network says when it has arrived', async () => {
  class Proper extends TestGateway {
    override readonly properReceipts = true;
  }
  await Stage.with({ plugin: { gateway: Proper } }, async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(
      `<message to='${JULIET}' type='chat' id='one'><body>hi</body><request xmlns='urn:xmpp:receipts'/></message>`,
    );
    assert.equal(await romeo.all('message'), []);
    (await stage.session().contacts.byLegacyId('juliet')).received('legacy-1');
    const [receipt = '', marker = '', ...more] = await romeo.all('message');
    assert.match(receipt, "<received xmlns='urn:xmpp:receipts' id='one'/>");
    assert.match(marker, "<received xmlns='urn:xmpp:chat-markers:0' id='one'/>");
    assert.equal(more, []);
  });
});

const ERRORS: [what: string, to: string, body: string, type: string, condition: string, text: string][] = [
  ['the plugin refuses', JULIET, 'refuse', 'modify', 'policy-violation', 'Not that.'],
  ['the plugin breaks: nothing of the inside is told', JULIET, 'crash', 'cancel', 'internal-server-error', ''],
  ['there is no such contact', 'nobody@gw.localhost', 'hi', 'cancel', 'item-not-found', 'Nobody is not there.'],
];
for (const [what, to, body, type, condition, text] of ERRORS) {
  test(`to a contact :: ${what}`, () =>
    Stage.with({}, async (stage) => {
      const romeo = await stage.registered();
      romeo.sends(`<message to='${to}' type='chat' id='x'><body>${body}</body></message>`);
      const reply = await romeo.receives((s) => s.attrs.type === 'error');
      const error = StanzaError.fromStanza(reply);
      assert.equal([reply.attrs.from, reply.attrs.id], [to, 'x']);
      assert.equal([error.type, error.condition, error.text], [type, condition, text]);
      romeo.sends(`<message to='${JULIET}' type='chat' id='y'><body>and on</body></message>`);
      await romeo.settle();
      assert.equal(stage.session().calls.at(-1), ['sendText', 'juliet', 'and on', undefined]);
    }));
}

test('to a contact :: from a stranger', () =>
  Stage.with({}, async (stage) => {
    const mercutio = await stage.logIn('mercutio');
    mercutio.sends(`<message to='${JULIET}' type='chat' id='x'><body>hi</body></message>`);
    const reply = await mercutio.receives((s) => s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(reply).condition, 'registration-required');
  }));

test('to a contact :: what the plugin does not implement is refused, and not advertised', async () => {
  class Silent extends TestSession {}
  for (const hook of ['sendText', 'active', 'composing', 'paused', 'inactive', 'displayed'] as const) {
    Object.defineProperty(Silent.prototype, hook, { value: undefined });
  }
  const features = async (stage: Stage) =>
    (await discoInfo((await stage.registered()).client, `${JULIET}/slipway`)).features.filter((each) =>
      /receipts|chatstates|markers/.test(each),
    );
  await Stage.with({ plugin: { session: Silent } }, async (stage) => {
    assert.equal(await features(stage), []);
    const romeo = await stage.logIn('romeo', 'second');
    romeo.sends(`<message to='${JULIET}' type='chat' id='x'><body>hi</body></message>`);
    const reply = await romeo.receives((s) => s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(reply).condition, 'feature-not-implemented');
    romeo.sends(
      `<message to='${JULIET}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    );
    romeo.sends(`<message to='${JULIET}' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='z'/></message>`);
    assert.equal(await romeo.all('message'), []);
  });
  await Stage.with({}, async (stage) => {
    assert.equal(await features(stage), [
      'http://jabber.org/protocol/chatstates',
      'urn:xmpp:receipts',
      'urn:xmpp:chat-markers:0',
    ]);
  });
});

test('to a contact :: chat states and markers, with the ids of the network', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.sendText('wherefore', { legacyMsgId: 'network-7' });
    const { id } = (await romeo.receives((s) => s.getChildText('body') === 'wherefore')).attrs;
    const send = (payload: string) => romeo.sends(`<message to='${JULIET}' type='chat' id='z'>${payload}</message>`);
    for (const state of ['active', 'composing', 'paused', 'inactive', 'gone']) {
      send(`<${state} xmlns='http://jabber.org/protocol/chatstates'/>`);
    }
    send(`<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`);
    send(`<displayed xmlns='urn:xmpp:chat-markers:0' id='unknown'/>`);
    send("<received xmlns='urn:xmpp:receipts' id='x'/>");
    await romeo.settle();
    assert.equal(stage.session().calls.slice(1), [
      ['active', 'juliet'],
      ['composing', 'juliet'],
      ['paused', 'juliet'],
      ['inactive', 'juliet'],
      ['displayed', 'juliet', 'network-7'],
      ['displayed', 'juliet', 'unknown'],
    ]);
  }));

test('to a contact :: in order, whatever takes how long; other chats do not wait', async () => {
  const order: string[] = [];
  let release = () => {};
  class Slow extends TestSession {
    override async sendText(chat: { legacyId: string }, text: string): Promise<string> {
      if (text === 'slow') {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      order.push(`${chat.legacyId} ${text}`);
      return text;
    }
  }
  await Stage.with({ plugin: { session: Slow } }, async (stage) => {
    const romeo = await stage.registered();
    const say = (to: string, text: string) =>
      romeo.sends(`<message to='${to}@gw.localhost' id='x'><body>${text}</body></message>`);
    say('juliet', 'slow');
    say('juliet', 'fast');
    say('nurse', 'other');
    await romeo.settle();
    assert.equal(order, ['nurse other']);
    release();
    await romeo.settle();
    assert.equal(order, ['nurse other', 'juliet slow', 'juliet fast']);
  });
});

test('from a contact :: text, with what clients expect', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.sendText('one', { legacyMsgId: 'n1', thread: 't' });
    juliet.sendText('two', { when: new Date('2026-01-02T03:04:05Z'), hints: ['no-store'] });
    const head = `<message xmlns='${CLIENT}' to='romeo@localhost' from='${JULIET}/slipway'`;
    const active = "<active xmlns='http://jabber.org/protocol/chatstates'/>";
    assert.equal(await romeo.all('message'), [
      `${head} id='n1' type='chat'><body>one</body>${active}<markable xmlns='urn:xmpp:chat-markers:0'/><store xmlns='urn:xmpp:hints'/><thread>t</thread></message>`,
      `${head} type='chat'><body>two</body>${active}<no-store xmlns='urn:xmpp:hints'/><delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05Z' from='gw.localhost'/></message>`,
    ]);
  }));

test('from a contact :: receipts, markers, reactions and corrections name the right stanza', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(`<message to='${JULIET}' type='chat' id='mine'><body>hi</body></message>`);
    await romeo.settle();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.ack('legacy-1');
    juliet.received('legacy-1');
    juliet.displayed('legacy-1');
    juliet.react('legacy-1', ['👍', '❤️']);
    juliet.sendText('typo', { legacyMsgId: 'n1' });
    juliet.correct('n1', 'type');
    juliet.displayed('unknown');
    const about = (xml: string) => /<(\w+) xmlns='([^']+)' id='([^']+)'/.exec(xml)?.slice(1) ?? [];
    assert.equal((await romeo.all('message')).map(about), [
      ['acknowledged', 'urn:xmpp:chat-markers:0', 'mine'],
      ['received', 'urn:xmpp:receipts', 'mine'],
      ['received', 'urn:xmpp:chat-markers:0', 'mine'],
      ['displayed', 'urn:xmpp:chat-markers:0', 'mine'],
      ['reactions', 'urn:xmpp:reactions:0', 'mine'],
      [],
      ['replace', 'urn:xmpp:message-correct:0', 'n1'],
      ['displayed', 'urn:xmpp:chat-markers:0', 'unknown'],
    ]);
  }));

test('from a contact :: a client’s id may be the same as one of the network', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.sendText('from juliet', { legacyMsgId: '1' });
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'><body>from romeo</body></message>`);
    romeo.sends(`<message to='${JULIET}' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>`);
    await romeo.settle();
    assert.equal(stage.session().calls.at(-1), ['displayed', 'juliet', '1']);
    juliet.received('legacy-1');
    await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === '1');
  }));

test('from a contact :: states are not repeated, except typing', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    for (const say of ['active', 'active', 'composing', 'composing', 'paused', 'paused', 'inactive', 'gone'] as const) {
      juliet[say]();
    }
    juliet.sendText('x');
    juliet.active();
    const states = (await romeo.all('message')).map((xml) => /<(\w+) xmlns='[^']*chatstates'/.exec(xml)?.[1]);
    assert.equal(states, ['active', 'composing', 'composing', 'paused', 'inactive', 'gone', 'active']);
  }));

test('from a contact :: characters that XML cannot carry are left out, and the stream lives', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.sendText('a\u0000b\u0008c\ud800d', { legacyMsgId: 'i\u0001d' });
    juliet.sendText('next');
    assert.equal(
      (await romeo.all('message')).map((xml) => /<body>(.*)<\/body>/.exec(xml)?.[1]),
      ['abc\ufffdd', 'next'],
    );
  }));

test('errors :: are never answered', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    for (const to of [JULIET, 'nobody@gw.localhost', 'gw.localhost']) {
      romeo.sends(`<message to='${to}' type='error' id='e'><body>hi</body><error type='cancel'/></message>`);
      romeo.sends(`<iq to='${to}' type='error' id='e'/>`);
      romeo.sends(`<iq to='${to}' type='result' id='e'/>`);
    }
    await romeo.settle();
    assert.equal(romeo.received.map(String), []);
    assert.equal(stage.session().calls.slice(1), []);
  }));

const REQUESTS: [what: string, to: string, payload: string, condition: string][] = [
  ['an unknown one', 'gw.localhost', "<x xmlns='odd'/>", 'service-unavailable'],
  ['an unknown one to a contact', JULIET, "<x xmlns='odd'/>", 'service-unavailable'],
  ['a broken one', 'gw.localhost', "<command xmlns='http://jabber.org/protocol/commands'/>", 'bad-request'],
  [
    'disco of nobody',
    'nobody@gw.localhost',
    "<query xmlns='http://jabber.org/protocol/disco#info'/>",
    'item-not-found',
  ],
  [
    'disco of an unknown node',
    'gw.localhost',
    "<query xmlns='http://jabber.org/protocol/disco#items' node='x'/>",
    'item-not-found',
  ],
];
for (const [what, to, payload, condition] of REQUESTS) {
  test(`requests :: ${what} is answered once`, () =>
    Stage.with({}, async (stage) => {
      const romeo = await stage.registered();
      const type = payload.includes('command') ? 'set' : 'get';
      const answer = await romeo.asks(type, to, payload);
      assert.instance(answer, StanzaError);
      assert.is((answer as StanzaError).condition, condition);
      await romeo.settle();
      assert.equal(romeo.received.map(String), []);
    }));
}

test('requests :: pings of the gateway and of contacts get one answer', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    for (const to of ['gw.localhost', JULIET, `${JULIET}/slipway`]) {
      assert.is(await romeo.asks('get', to, "<ping xmlns='urn:xmpp:ping'/>"), undefined);
    }
    await romeo.settle();
    assert.equal(romeo.received.map(String), []);
  }));

test.run();
