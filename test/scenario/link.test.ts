/** What happens when the stream to the server breaks, and when it is back. */

import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { enter, playInRooms, room, roomJid } from '../support/rooms.ts';
import { Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('link');

/** What a client was shown of somebody: `show`, or the type; in the order in which it came. */
const shownTo = ({ received }: User, from = 'juliet@gw.localhost/slipway') =>
  received
    .filter(({ name, attrs }) => name === 'presence' && attrs.from === from)
    .map((presence) => presence.getChildText('show') ?? presence.attrs.type);

test('a break :: what contacts say meanwhile arrives afterwards, in order', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    await stage.fenced();
    await stage.server.componentsAllowed(false);
    await eventually(() => assert.is(stage.server.components.length, 0));
    for (const text of ['one', 'two']) juliet.sendText(text, { legacyMsgId: text });
    juliet.away();
    juliet.correct('one', 'three');
    juliet.busy();
    await stage.server.componentsAllowed(true);
    await romeo.receives((s) => s.getChild('replace') !== undefined);
    const said = romeo.received.filter((s) => s.name === 'message').map((s) => s.getChildText('body'));
    assert.equal(said, ['one', 'two']);
    const shows = romeo.received.filter((s) => s.attrs.from === 'juliet@gw.localhost/slipway' && s.name === 'presence');
    assert.equal(
      shows.map((s) => s.getChildText('show')),
      ['dnd'],
    );
  }));

test('a break :: presence that was lost with it is told again, of contacts and in rooms', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    const muc = await room(stage);
    const bo = await muc.getParticipant('bo');
    bo.sendText('I am here');
    await stage.fenced();
    await romeo.settle();
    romeo.received.length = 0;
    stage.server.faults.lose(1000, 'from-gateway');
    juliet.away();
    juliet.busy();
    muc.removeParticipant(bo);
    await stage.gateway.drained();
    stage.server.faults.cut();
    stage.server.faults.calm();
    await eventually(() => assert.is(shownTo(romeo).at(0), 'dnd'));
    assert.equal(shownTo(romeo, `${roomJid()}/bo`), ['unavailable']);
  }));

test('a break :: clients that came meanwhile are told who is there; who asks for themselves is not told twice', () =>
  Stage.with({}, async (stage) => {
    await stage.registered();
    const { contacts } = stage.session();
    (await contacts.byLegacyId('juliet')).away();
    (await contacts.byLegacyId('nurse')).offline();
    await stage.fenced();
    await stage.server.componentsAllowed(false);
    await eventually(() => assert.is(stage.server.components.length, 0));
    const phone = await stage.logIn('romeo', 'phone');
    await stage.server.componentsAllowed(true);
    await eventually(() => {
      assert.is(shownTo(phone).at(-1), 'away');
      assert.is(shownTo(phone, 'nurse@gw.localhost/slipway').at(-1), 'unavailable');
    });
    const laptop = await stage.logIn('romeo', 'laptop');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await laptop.settle();
    laptop.received.push(...laptop.justReceived);
    assert.equal(shownTo(laptop), ['away']);
  }));

test('a break :: sessions live on: nobody logs in twice, nobody is logged out', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    for (let i = 0; i < 3; i++) {
      await stage.server.componentsAllowed(false);
      romeo.received.length = 0;
      await stage.server.componentsAllowed(true);
      await eventually(() => assert.is(stage.server.components.length, 1));
      await romeo.receives((s) => s.attrs.from === 'gw.localhost' && s.getChildText('status') === 'Connected as test');
    }
    assert.equal(stage.session().calls, [['login']]);
    romeo.sends("<message to='juliet@gw.localhost' id='1'><body>still there?</body></message>");
    await romeo.settle();
    assert.equal(stage.session().calls.at(-1), ['sendText', 'juliet', 'still there?', undefined]);
  }));

test('isolation :: a user whose plugin hangs does not keep others waiting', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered('romeo');
    const mercutio = await stage.registered('mercutio');
    let end = () => {};
    const hanging = new Promise<void>((resolve) => {
      end = resolve;
    });
    Object.assign(stage.session('romeo'), { sendText: () => hanging });
    romeo.sends("<message to='juliet@gw.localhost' id='1'><body>x</body></message>");
    mercutio.sends("<message to='juliet@gw.localhost' id='1'><body>y</body></message>");
    await mercutio.settle();
    assert.equal(stage.session('mercutio').calls.at(-1), ['sendText', 'juliet', 'y', undefined]);
    end();
  }));

test('contacts :: look-ups at the same time give one object and one update', () =>
  Stage.with({}, async (stage) => {
    await stage.registered();
    const { contacts } = stage.session();
    const found = await Promise.all([
      contacts.byLegacyId('tybalt'),
      contacts.byJid('tybalt@gw.localhost/x'),
      contacts.byLegacyId('tybalt'),
    ]);
    assert.is(new Set(found).size, 1);
    assert.is(found[0]?.updates, 1);
  }));

test.run();
