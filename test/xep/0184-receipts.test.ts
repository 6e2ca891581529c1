import * as receipts from '../../src/xep/0184-receipts.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0184');

roundtrip(test, receipts.request, [["<request xmlns='urn:xmpp:receipts'/>", true]]); // Example 3
roundtrip(test, receipts.received, [
  ["<received xmlns='urn:xmpp:receipts' id='richard2-4.1.247'/>", { id: 'richard2-4.1.247' }], // Example 4
]);
rejects(test, receipts.received, [["<received xmlns='urn:xmpp:receipts'/>", 'missing-attribute', '/received@id']]);

laws(test, receipts, { request: a.on, received: a.object({ id: a.text }) });

test.run();
