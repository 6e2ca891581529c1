import * as assert from 'uvu/assert';
import * as component from '../../src/xep/0114-component.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0114');

roundtrip(test, component.handshake, [
  [
    "<handshake xmlns='jabber:client'>aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e</handshake>",
    'aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e',
  ], // Example 3
]);

laws(test, component, { handshake: a.text });

test('handshakeDigest :: SHA-1 of the stream id and the secret', () => {
  assert.is(component.handshakeDigest('3BF96D32', 'secret'), 'b09ea9b3b7f586be8a08d0a3dd7466f110aeb136');
});

test.run();
