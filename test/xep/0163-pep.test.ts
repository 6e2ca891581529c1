import * as assert from 'uvu/assert';
import { MalformedError, parse } from '../../src/stanza/index.ts';
import * as pep from '../../src/xep/0163-pep.ts';
import { NS as NICK, nick } from '../../src/xep/0172-nick.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0163');
const EVENT = 'http://jabber.org/protocol/pubsub#event';

test('itemEvent :: a headline that eventValues reads', () => {
  const item = { id: pep.CURRENT, payload: nick.build('CallMeIshmael') };
  const message = pep.itemEvent({ from: 'ishmael@gw.example', to: 'ahab@example.com/pequod' }, NICK, item);
  assert.is(
    String(message),
    `<message xmlns='jabber:client' to='ahab@example.com/pequod' from='ishmael@gw.example' type='headline'><event xmlns='${EVENT}'><items node='${NICK}'><item id='current'><nick xmlns='${NICK}'>CallMeIshmael</nick></item></items></event></message>`,
  );
  assert.equal(pep.eventValues(message, NICK, nick), [{ id: 'current', value: 'CallMeIshmael' }]);
});

test('eventValues :: of another node, of none, of another kind', () => {
  const read = (inner: string) =>
    pep.eventValues(parse(`<message xmlns='jabber:client'>${inner}</message>`), NICK, nick);
  assert.equal(
    read(`<event xmlns='${EVENT}'><items node='other'><item><nick xmlns='${NICK}'/></item></items></event>`),
    [],
  );
  assert.equal(read(`<event xmlns='${EVENT}'><purge node='${NICK}'/></event>`), []);
  assert.equal(read('<body/>'), []);
  assert.equal(
    read(`<event xmlns='${EVENT}'><items node='${NICK}'><item/><item><tune xmlns='x'/></item></items></event>`),
    [],
  );
  assert.throws(
    () => read(`<event xmlns='${EVENT}'><items/></event>`),
    (error: unknown) => error instanceof MalformedError && error.path === '/message/event/items@node',
  );
});

test('notifyFeature :: the node, marked', () => assert.is(pep.notifyFeature(NICK), `${NICK}+notify`));

test.run();
