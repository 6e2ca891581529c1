import * as assert from 'uvu/assert';
import { StanzaError, type StanzaErrorCondition } from '../../src/stanza/index.ts';
import { type Standing, selfPing } from '../../src/xep/0410-self-ping.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0410');

// §3.2
const ANSWERS: [answer: StanzaErrorCondition | undefined, standing: Standing][] = [
  [undefined, 'joined'],
  ['service-unavailable', 'joined'],
  ['feature-not-implemented', 'joined'],
  ['item-not-found', 'renamed'],
  ['remote-server-not-found', 'unknown'],
  ['remote-server-timeout', 'unknown'],
  ['recipient-unavailable', 'unknown'],
  ['not-acceptable', 'not-joined'],
  ['not-allowed', 'not-joined'],
  ['bad-request', 'not-joined'],
];
for (const [answer, standing] of ANSWERS) {
  test(`selfPing :: ${answer ?? 'an answer'} means ${standing}`, async () => {
    const iq = new Asked([answer && StanzaError.of(answer)]);
    assert.is(await selfPing(iq, 'coven@chat.shakespeare.lit/thirdwitch', { timeout: 7 }), standing);
    assert.is(iq.requests[0]?.timeout, 7);
    iq.expect("get coven@chat.shakespeare.lit/thirdwitch <ping xmlns='urn:xmpp:ping'/>");
  });
}

test.run();
