/** The user's own presence and picture, passed to the network; and the gateway as somebody in the roster. */

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { mergedPresence } from '../../src/gateway/clients.ts';
import type { StanzaError } from '../../src/stanza/index.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { publish } from '../../src/xep/0060-pubsub.ts';
import { register } from '../../src/xep/0077-register.ts';
import { fetchAvatar, fetchMetadata, metadata, NS_METADATA, publishAvatar } from '../../src/xep/0084-avatar.ts';
import { capsOf } from '../../src/xep/0115-caps.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { FULL_PLUGIN, FullGateway } from '../support/full-plugin.ts';
import { GATEWAY, Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('user');
const play = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  Stage.with({ ...options, plugin: { ...FULL_PLUGIN, ...options.plugin } }, async (stage) => {
    await scene(stage, await stage.registered());
  });
const callsOf = (stage: Stage, hook: string) =>
  stage
    .session()
    .calls.filter(([name]) => name === hook)
    .map(([, ...args]) => args);
const picture = (colour: string) =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: colour } })
    .png()
    .toBuffer();

test('presence :: the plugin hears of each client, and of what they say together', () =>
  play(async (stage, romeo) => {
    const { calls } = stage.session();
    calls.length = 0;
    romeo.sends('<presence><show>away</show><status>at lunch</status><priority>5</priority></presence>');
    await eventually(() => assert.is(calls.length, 1));
    const phone = await stage.logIn('romeo', 'phone');
    phone.sends("<presence type='unavailable'/>");
    romeo.sends('<presence><show>dnd</show><priority>nonsense</priority></presence>');
    // What a server says in the place of a user is about no client.
    stage.server.route(stanza("<presence from='romeo@localhost' to='gw.localhost' type='unavailable'/>"));
    await romeo.settle();
    await eventually(() => assert.is(calls.length, 4));
    const away = { show: 'away', status: 'at lunch', priority: 0 };
    assert.equal(callsOf(stage, 'onPresence'), [
      ['test', 'away', 'at lunch', ['test'], away],
      ['phone', undefined, '', ['test', 'phone'], { show: undefined, status: 'at lunch', priority: 0 }],
      ['phone', 'unavailable', '', ['test'], away],
      ['test', 'dnd', '', ['test'], { show: 'dnd', status: '', priority: 0 }],
    ]);
  }));

test('presence :: not of those who prefer otherwise', () =>
  play(async (stage, romeo) => {
    const session = stage.session();
    await session.setPreferences({ ...session.user.preferences, syncPresence: false });
    session.calls.length = 0;
    romeo.sends('<presence><show>away</show></presence>');
    await romeo.settle();
    assert.equal(callsOf(stage, 'onPresence'), []);
  }));

test('presence :: of clients that were there before the gateway', () =>
  withFolder((homeDir) =>
    play(
      async (stage) => {
        await stage.restart();
        await eventually(() =>
          assert.equal(
            callsOf(stage, 'onPresence').map(([resource]) => resource),
            ['test'],
          ),
        );
      },
      { homeDir },
    ),
  ));

const at = (show: 'away' | 'dnd' | 'xa' | 'chat' | undefined, priority = 0, status = '') => ({
  show,
  priority,
  status,
});
const MERGED: [
  what: string,
  resources: Parameters<typeof mergedPresence>[0],
  merged: ReturnType<typeof mergedPresence>,
][] = [
  ['nobody there', {}, undefined],
  ['one', { a: at('xa', 7, 's') }, at('xa', 0, 's')],
  ['the highest priority', { a: at('xa', 1), b: at('dnd', 2) }, at('dnd')],
  ['online over all', { a: at('dnd', 9), b: at(undefined, -1) }, at(undefined)],
  ['a status that is one', { a: at('away', 9), b: at('dnd', 1, 's') }, at('away', 0, 's')],
];
for (const [what, resources, merged] of MERGED) {
  test(`presence :: together: ${what}`, () => assert.equal(mergedPresence(resources), merged));
}

// --- the user's picture

test('picture :: published, published again, taken away', () =>
  play(async (stage, romeo) => {
    const red = new Uint8Array(await picture('red'));
    const hash = createHash('sha1').update(red).digest('hex');
    await publishAvatar(romeo.client, { data: red, width: 30, height: 20 });
    await eventually(() => assert.is(callsOf(stage, 'onAvatar').length, 1));
    await publishAvatar(romeo.client, { data: red, width: 30, height: 20 });
    await romeo.settle();
    await publish(romeo.client, { node: NS_METADATA }, { payload: metadata.build({ infos: [], pointers: [] }) });
    await eventually(() => assert.is(callsOf(stage, 'onAvatar').length, 2));
    assert.equal(callsOf(stage, 'onAvatar'), [
      [red.length, hash, 'image/png', 30, 20],
      [undefined, undefined, undefined, undefined, undefined],
    ]);
  }));

test('picture :: that was there before, told at login, once', () =>
  Stage.with({ plugin: FULL_PLUGIN }, async (stage) => {
    const romeo = await stage.logIn();
    await publishAvatar(romeo.client, { data: new Uint8Array(await picture('blue')), width: 30, height: 20 });
    await register(romeo.client, GATEWAY, { username: 'romeo', password: 'right' });
    await eventually(() => assert.is(callsOf(stage, 'onAvatar').length, 1));
    await stage.session().reLogin();
    await romeo.settle();
    assert.is(callsOf(stage, 'onAvatar').length, 1);
  }));

test('picture :: not of those who prefer otherwise; nor said by anybody but the account', () =>
  play(async (stage, romeo) => {
    const session = stage.session();
    await session.setPreferences({ ...session.user.preferences, syncAvatar: false });
    await publishAvatar(romeo.client, { data: new Uint8Array(await picture('red')), width: 30, height: 20 });
    await romeo.settle();
    await session.setPreferences({ ...session.user.preferences, syncAvatar: true });
    romeo.sends(
      `<message to='${GATEWAY}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='${NS_METADATA}'><item id='x'><metadata xmlns='${NS_METADATA}'/></item></items></event></message>`,
    );
    await romeo.settle();
    assert.equal(callsOf(stage, 'onAvatar'), []);
  }));

// --- the gateway

test('data :: what the plugin keeps about a user outlives the process', () =>
  withFolder((homeDir) =>
    play(
      async (stage) => {
        await stage.session().saveLegacyModuleData({ username: 'romeo', channels: ['#verona'] });
        assert.equal(stage.session().user.legacyModuleData.channels, ['#verona']);
        await stage.restart();
        await eventually(() =>
          assert.equal({ ...stage.session().user.legacyModuleData }, { username: 'romeo', channels: ['#verona'] }),
        );
      },
      { homeDir },
    ),
  ));

test('gateway :: says how it is, with capabilities, to whoever asks, once', () =>
  play(async (stage, romeo) => {
    stage.session().sendGatewayStatus('Half of it works', 'dnd');
    const status = await romeo.receives((s) => s.attrs.from === GATEWAY && s.name === 'presence');
    assert.equal([status.getChildText('status'), status.getChildText('show')], ['Half of it works', 'dnd']);
    const caps = status.getChild('c');
    const info = await discoInfo(romeo.client, GATEWAY, `${caps?.attrs.node}#${caps?.attrs.ver}`);
    assert.is(capsOf(caps?.attrs.node ?? '', info).ver, caps?.attrs.ver);
    const before = stage.routed.length;
    romeo.sends(`<presence to='${GATEWAY}' type='probe'/>`);
    await romeo.settle();
    const answers = stage.routed.slice(before).filter((s) => s.name === 'presence' && s.attrs.from === GATEWAY);
    assert.equal(
      answers.map((s) => s.getChildText('status')),
      ['Half of it works'],
    );
  }));

test('gateway :: a message, a question, a QR code, a raw stanza', () =>
  play(async (stage, romeo) => {
    const session = stage.session();
    session.sendGatewayMessage('Hello from here');
    const text = await romeo.receives((s) => s.name === 'message');
    assert.equal([text.attrs.from, text.attrs.type, text.getChildText('body')], [GATEWAY, 'chat', 'Hello from here']);
    for (const each of ['active', 'store', 'markable']) assert.ok(text.getChild(each), each);
    const url = await session.sendQr('scan me');
    await romeo.receives((s) => s.getChildText('body') === url && s.attrs.from === GATEWAY);
    stage.gateway.sendText('draft', { to: 'romeo@localhost', legacyMsgId: 'g1' });
    stage.gateway.correct('g1', 'final', { to: 'romeo@localhost' });
    stage.gateway.react('x', ['👍'], { to: 'romeo@localhost' });
    stage.gateway.retract('g1', { to: 'romeo@localhost' });
    stage.gateway.sendText('news', { to: 'romeo@localhost', mtype: 'headline' });
    await stage.gateway.sendFile(new TextEncoder().encode('hi'), { to: 'romeo@localhost', fileName: 'hi.txt' });
    stage.gateway.sendRaw(`<message from='${GATEWAY}' to='romeo@localhost/test'><body>raw</body></message>`);
    stage.gateway.sendPresence({ from: `x@${GATEWAY}`, to: 'romeo@localhost/test', type: 'unavailable' });
    const said = (await romeo.all('message')).map((xml) => /<body>([^<]*)/.exec(xml)?.[1]);
    assert.equal(said.slice(0, 2), ['draft', 'final']);
    assert.is(said.length, 7);
    assert.is(said[4], 'news');
    assert.is(said.at(-1), 'raw');
  }));

test('gateway :: its own picture and name', async () => {
  const red = await picture('red');
  class Pictured extends FullGateway {
    override readonly componentAvatar = red;
  }
  await play(
    async (stage) => {
      const curious = await stage.logIn('romeo', 'curious', { features: [`${NS_METADATA}+notify`] });
      const hash = createHash('sha1').update(red).digest('hex');
      assert.ok(curious.justReceived.some((s) => s.attrs.from === GATEWAY && String(s).includes(hash)));
      assert.is((await fetchMetadata(curious.client, GATEWAY))?.infos[0]?.id, hash);
      assert.equal(Buffer.from((await fetchAvatar(curious.client, GATEWAY, hash)) ?? []), red);
      assert.match(String(await curious.asks('get', GATEWAY, "<vCard xmlns='vcard-temp'/>")), '<BINVAL>');
    },
    { plugin: { gateway: Pictured } },
  );
});

test('gateway :: software and time', () =>
  play(async (_stage, romeo) => {
    assert.match(
      String(await romeo.asks('get', GATEWAY, "<query xmlns='jabber:iq:version'/>")),
      '<name>Slipway (Test)</name>',
    );
    assert.match(String(await romeo.asks('get', GATEWAY, "<time xmlns='urn:xmpp:time'/>")), '<tzo>Z</tzo>');
    const wrong = await romeo.asks('set', GATEWAY, "<time xmlns='urn:xmpp:time'/>");
    assert.is((wrong as StanzaError).condition, 'bad-request');
  }));

test.run();
