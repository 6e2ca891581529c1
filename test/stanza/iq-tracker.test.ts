import * as assert from 'uvu/assert';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { type Element, IqTracker, iq, StanzaError } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('iq tracker');

function track(account?: string) {
  const sent: Element[] = [];
  const clock = new FakeClock();
  let count = 0;
  const tracker = new IqTracker({
    send: (each) => sent.push(each),
    ...(account !== undefined && { account: () => account }),
    clock,
    newId: () => `id-${++count}`,
  });
  return { tracker, sent, clock };
}

const payload = stanza("<ping xmlns='urn:xmpp:ping'/>");

/** What became of it, once everything that is due has happened. */
async function outcome(promise: Promise<Element | undefined>): Promise<string> {
  const pending = new Promise<string>((resolve) => setImmediate(() => resolve('pending')));
  const settled = promise.then(
    (value) => `result ${value ?? ''}`,
    (error) => (error instanceof StanzaError ? `error ${error.condition}` : String(error)),
  );
  return Promise.race([settled, pending]);
}

test('request :: the result with the same id from the one who was asked', async () => {
  const { tracker, sent } = track();
  const answer = tracker.request({ type: 'get', to: 'a@b', from: 'gw', payload });
  assert.is(
    String(sent[0]),
    "<iq xmlns='jabber:client' to='a@b' from='gw' id='id-1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
  );
  assert.ok(tracker.handle(stanza("<iq type='result' id='id-1' from='a@b' to='gw'><x xmlns='u'/></iq>")));
  assert.is(await outcome(answer), "result <x xmlns='u'/>");
  assert.is(tracker.size, 0);
});

test('request :: an error is thrown as StanzaError', async () => {
  const { tracker } = track();
  const answer = tracker.request({ type: 'set', to: 'a@b', payload });
  const error = "<error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  assert.ok(tracker.handle(stanza(`<iq type='error' id='id-1' from='a@b'><ping xmlns='urn:xmpp:ping'/>${error}</iq>`)));
  assert.is(await outcome(answer), 'error forbidden');
});

const FORGED: [what: string, xml: string][] = [
  ['another sender', "<iq type='result' id='id-1' from='attacker@evil' to='gw'/>"],
  ['another resource of the sender', "<iq type='result' id='id-1' from='a@b/c' to='gw'/>"],
  ['no sender', "<iq type='result' id='id-1' to='gw'/>"],
  ['another id', "<iq type='result' id='id-2' from='a@b' to='gw'/>"],
  ['a request', "<iq type='get' id='id-1' from='a@b' to='gw'/>"],
  ['another addressee', "<iq type='result' id='id-1' from='a@b' to='x@gw'/>"],
];
for (const [what, xml] of FORGED) {
  test(`reply :: with ${what} is not ours`, async () => {
    const { tracker } = track();
    const answer = tracker.request({ type: 'get', to: 'a@b', from: 'gw', payload });
    assert.not(tracker.handle(stanza(xml)));
    assert.is(await outcome(answer), 'pending');
    tracker.failAll();
    assert.is(await outcome(answer), 'error recipient-unavailable');
  });
}

test('reply :: to a request without addressee comes from the own account, by any of its names', async () => {
  for (const from of [undefined, 'romeo@example.net', 'romeo@example.net/balcony', 'example.net']) {
    const { tracker } = track('romeo@example.net/balcony');
    const answer = tracker.request({ type: 'get', payload });
    assert.ok(tracker.handle(iq({ type: 'result', id: 'id-1', from })), from);
    assert.is(await outcome(answer), 'result ');
  }
  const { tracker } = track('romeo@example.net/balcony');
  const answer = tracker.request({ type: 'get', payload });
  assert.not(tracker.handle(iq({ type: 'result', id: 'id-1', from: 'juliet@example.net' })));
  assert.is(await outcome(answer), 'pending');
  tracker.failAll();
  await outcome(answer);
});

test('reply :: the second to one request is not ours', async () => {
  const { tracker } = track();
  const answer = tracker.request({ type: 'get', to: 'a@b', payload });
  assert.ok(tracker.handle(iq({ type: 'result', id: 'id-1', from: 'a@b' })));
  assert.not(tracker.handle(iq({ type: 'result', id: 'id-1', from: 'a@b' })));
  await answer;
});

test('request :: waits no longer than its timeout', async () => {
  const { tracker, clock } = track();
  const answer = tracker.request({ type: 'get', to: 'a@b', payload, timeout: 5000 });
  await clock.advance(4999);
  assert.is(await outcome(answer), 'pending');
  await clock.advance(1);
  assert.is(await outcome(answer), 'error remote-server-timeout');
  assert.is(tracker.size, 0);
});

test('request :: is given up by a signal', async () => {
  const { tracker } = track();
  const controller = new AbortController();
  const answer = tracker.request({ type: 'get', to: 'a@b', payload, signal: controller.signal });
  controller.abort(new Error('enough'));
  assert.is(await outcome(answer), 'Error: enough');
  const late = tracker.request({ type: 'get', to: 'a@b', payload, signal: controller.signal });
  assert.is(await outcome(late), 'Error: enough');
  assert.is(tracker.size, 0);
});

test.run();
