import * as assert from 'uvu/assert';
import { StanzaError } from '../../src/stanza/index.ts';
import * as ping from '../../src/xep/0199-ping.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0199');

roundtrip(test, ping.ping, [["<ping xmlns='urn:xmpp:ping'/>", true]]); // Example 1

laws(test, ping, { ping: a.on });

test('sendPing :: an answer, and an answer that pings are unknown, are signs of life', async () => {
  const iq = new Asked([undefined, StanzaError.of('service-unavailable'), StanzaError.of('feature-not-implemented')]);
  await ping.sendPing(iq, 'capulet.lit', { timeout: 5 });
  await ping.sendPing(iq);
  await ping.sendPing(iq);
  assert.is(iq.requests[0]?.timeout, 5);
  assert.equal(
    iq.requests.map(({ to }) => to),
    ['capulet.lit', undefined, undefined],
  );
});

test('sendPing :: no answer is none', async () => {
  const iq = new Asked([StanzaError.of('remote-server-timeout')]);
  assert.is((await refused(ping.sendPing(iq, 'capulet.lit'))).condition, 'remote-server-timeout');
});

test.run();
