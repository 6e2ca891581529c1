import * as assert from 'uvu/assert';
import type { Element } from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { eventually } from '../support/eventually.ts';
import { Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('presence');
const JULIET = 'juliet@gw.localhost';
const from = (jid: string, type?: string) => (s: Element) =>
  s.name === 'presence' && s.attrs.from?.split('/')[0] === jid && s.attrs.type === type;

test('contacts :: only changes are sent, in all shows', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.online();
    juliet.away({ status: 'at the window' });
    juliet.away({ status: 'at the window' });
    juliet.busy();
    juliet.extendedAway();
    juliet.offline({ status: 'asleep' });
    juliet.offline({ status: 'asleep' });
    const head = `<presence xmlns='jabber:client' to='romeo@localhost' from='${JULIET}/slipway'`;
    const withoutCaps = (xml: string) =>
      xml.replace(/<c xmlns='http:\/\/jabber\.org\/protocol\/caps'.*(?=<\/presence>)/, '');
    assert.equal((await romeo.all('presence')).map(withoutCaps), [
      `${head}><show>away</show><status>at the window</status><priority>0</priority></presence>`,
      `${head}><show>dnd</show><priority>0</priority></presence>`,
      `${head}><show>xa</show><priority>0</priority></presence>`,
      `${head} type='unavailable'><status>asleep</status></presence>`,
    ]);
  }));

test('contacts :: nobody hears of those who are not friends', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const stranger = await stage.session().contacts.byLegacyId('stranger');
    stranger.online();
    assert.equal(await romeo.all('presence'), []);
    await stranger.addToRoster();
    await romeo.receives(from('stranger@gw.localhost'));
  }));

test('probes :: a client that comes online sees who is there', () =>
  Stage.with({}, async (stage) => {
    await stage.registered();
    (await stage.session().contacts.byLegacyId('juliet')).away({ status: 'thinking' });
    const other = await stage.logIn('romeo', 'other');
    other.sends("<presence type='unavailable'/>");
    other.sends('<presence/>');
    const presence = await other.receives(from(JULIET));
    assert.is(presence.getChildText('status'), 'thinking');
    const status = await other.receives(from('gw.localhost'));
    assert.is(status.getChildText('status'), 'Connected as test');
  }));

test('probes :: of strangers and by strangers', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const mercutio = await stage.logIn('mercutio');
    romeo.sends("<presence to='stranger@gw.localhost' type='probe'/>");
    mercutio.sends(`<presence to='${JULIET}' type='probe'/>`);
    // The answers are not for clients: it is their servers that ask.
    const isAnswer = (to: string, by: string) =>
      stage.routed.some((s) => from(by, 'unsubscribed')(s) && s.attrs.to === to);
    await eventually(() => assert.ok(isAnswer('romeo@localhost', 'stranger@gw.localhost')));
    await eventually(() => assert.ok(isAnswer('mercutio@localhost', JULIET)));
  }));

test('unsubscribe :: the contact has removed the user', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    (await stage.session().contacts.byLegacyId('juliet')).unsubscribe();
    const types = (await romeo.all('presence')).map((xml) => /type='(\w+)'/.exec(xml)?.[1]);
    assert.equal(types, ['unsubscribe', 'unsubscribed', 'unavailable']);
  }));

test('without the privilege :: contacts ask, and are there when the user asks back', () =>
  Stage.with({ server: { privileges: false } }, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, 'gw.localhost', { username: 'romeo', password: 'right' });
    const request = await romeo.receives(from(JULIET, 'subscribe'));
    assert.is(request.getChildText('nick'), 'JULIET');
    await romeo.receives(from('gw.localhost', 'subscribe'));
    // A probe that comes later would make Prosody forget the request.
    const toRomeo = stage.routed.filter((s) => from('gw.localhost', s.attrs.type)(s) && s.attrs.type !== undefined);
    assert.equal(
      toRomeo.map((s) => s.attrs.type),
      ['probe', 'subscribe'],
    );
    await stage.session().waitForReady();
    romeo.sends(`<presence to='${JULIET}' type='subscribed'/>`);
    romeo.sends(`<presence to='${JULIET}' type='subscribe'/>`);
    await romeo.receives(from(JULIET, 'subscribed'));
    await romeo.receives(from(JULIET));
    assert.ok((await stage.session().contacts.byLegacyId('juliet')).isFriend);
    romeo.sends(`<presence to='${JULIET}' type='unsubscribe'/>`);
    romeo.sends(`<presence to='${JULIET}' type='unsubscribed'/>`);
    await romeo.settle();
    assert.not((await stage.session().contacts.byLegacyId('juliet')).isFriend);
  }));

test('without the privilege :: the gateway asks also when the login fails', () =>
  Stage.with({ server: { privileges: false } }, async (stage) => {
    const romeo = await stage.logIn();
    await register(romeo.client, 'gw.localhost', { username: 'romeo', password: 'locked' });
    await romeo.receives(from('gw.localhost', 'subscribe'));
  }));

test('without the privilege :: with no-roster-push nobody is asked anything', () =>
  Stage.with({ config: { 'no-roster-push': true } }, async (stage) => {
    const romeo = await stage.registered();
    const again = await stage.logIn('romeo', 'again');
    assert.equal(again.received.filter((s) => s.attrs.type === 'subscribe').map(String), []);
    const roster = await romeo.asks('get', 'romeo@localhost', "<query xmlns='jabber:iq:roster'/>");
    assert.is(String(roster), "<query xmlns='jabber:iq:roster'/>");
  }));

test('privileges of the first version :: do for rosters', () =>
  Stage.with({ server: { privileges: { roster: 'both', message: 'outgoing', version: 1 } } }, async (stage) => {
    const romeo = await stage.registered();
    const roster = await romeo.asks('get', 'romeo@localhost', "<query xmlns='jabber:iq:roster'/>");
    assert.match(String(roster), /juliet@gw\.localhost/);
  }));

test('shutdown :: all who were there say goodbye', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    (await stage.session().contacts.byLegacyId('nurse')).offline();
    await romeo.all('presence');
    const session = stage.session();
    await stage.restart();
    const goodbyes = romeo.received.filter((s) => s.attrs.type === 'unavailable').map((s) => s.attrs.from);
    assert.equal(goodbyes.sort(), ['gw.localhost', `${JULIET}/slipway`]);
    assert.equal(session.calls.at(-1), ['logout']);
  }));

test.run();
