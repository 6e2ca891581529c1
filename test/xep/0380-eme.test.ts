import * as assert from 'uvu/assert';
import * as eme from '../../src/xep/0380-eme.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0380');
const NS = 'urn:xmpp:eme:0';

roundtrip(test, eme.encryption, [
  [`<encryption xmlns='${NS}' namespace='urn:xmpp:otr:0'/>`, { namespace: 'urn:xmpp:otr:0' }],
]); // Example 1
rejects(test, eme.encryption, [[`<encryption xmlns='${NS}' name='x'/>`, 'missing-attribute', '/encryption@namespace']]);

laws(test, eme, { encryption: a.object({ namespace: a.text }, { name: a.text }) });

test('protocolName :: known, named, neither', () => {
  assert.is(eme.protocolName({ namespace: 'eu.siacs.conversations.axolotl', name: 'x' }), 'OMEMO');
  assert.is(eme.protocolName({ namespace: 'urn:example', name: 'x' }), 'x');
  assert.is(eme.protocolName({ namespace: 'constructor' }), 'constructor');
});

test.run();
