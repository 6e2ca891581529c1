/** What happens when the stream to the server breaks, and when it is back. */

import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('link');

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

test('a break :: sessions live on: nobody logs in twice, nobody is logged out', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    for (let i = 0; i < 3; i++) {
      await stage.server.componentsAllowed(false);
      await stage.server.componentsAllowed(true);
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
