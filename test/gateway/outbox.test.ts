import * as assert from 'uvu/assert';
import { Outbox } from '../../src/gateway/outbox.ts';
import { type Element, serialize } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('outbox');

function boxed() {
  const sent: string[] = [];
  const link = {
    online: false,
    send: (each: Element) => sent.push(serialize(each, 'jabber:client')) as unknown as undefined,
  };
  const lost: string[] = [];
  return { link, sent, lost, box: new Outbox(link, (each) => lost.push(String(each))) };
}

test('offline :: everything waits, in order; of presences the last counts', () => {
  const { link, sent, box } = boxed();
  for (const xml of [
    "<message to='a'/>",
    "<presence from='x' to='a'/>",
    "<presence from='x' to='a' type='subscribe'/>",
    "<presence from='y' to='a'/>",
    "<message to='b'/>",
    "<presence from='x' to='a' type='unavailable'/>",
    "<presence from='x' to='a' type='subscribe'/>",
  ]) {
    box.send(stanza(xml));
  }
  assert.equal(sent, []);
  link.online = true;
  box.flush();
  assert.equal(sent, [
    "<message to='a'/>",
    "<presence from='x' to='a' type='subscribe'/>",
    "<presence from='y' to='a'/>",
    "<message to='b'/>",
    "<presence from='x' to='a' type='unavailable'/>",
    "<presence from='x' to='a' type='subscribe'/>",
  ]);
  box.flush();
  box.send(stanza("<message to='c'/>"));
  assert.is(sent.length, 7);
});

test('offline :: what finds no room is reported', () => {
  const { lost, box } = boxed();
  for (let i = 0; i < 100_002; i++) box.send(stanza("<message to='a'/>"));
  assert.is(lost.length, 2);
});

test.run();
