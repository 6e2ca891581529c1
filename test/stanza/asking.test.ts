import * as assert from 'uvu/assert';
import { asking } from '../../src/stanza/index.ts';
import { sendPing } from '../../src/xep/0199-ping.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('asking');

test('asking :: what the request does not say', async () => {
  const iq = new Asked([undefined, undefined]);
  const { signal } = new AbortController();
  const contact = asking(iq, { from: 'contact@gw.example', timeout: 5, signal });
  await sendPing(contact, 'a@b/c');
  await sendPing(contact, 'a@b/c', { timeout: 9 });
  assert.equal(
    iq.requests.map(({ to, from, timeout }) => [to, from, timeout]),
    [
      ['a@b/c', 'contact@gw.example', 5],
      ['a@b/c', 'contact@gw.example', 9],
    ],
  );
  assert.is(iq.requests[0]?.signal, signal);
});

test.run();
