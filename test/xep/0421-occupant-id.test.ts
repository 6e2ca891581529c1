import * as occupants from '../../src/xep/0421-occupant-id.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0421');
const NS = 'urn:xmpp:occupant-id:0';

roundtrip(test, occupants.occupantId, [
  [
    `<occupant-id xmlns='${NS}' id='dd72603deec90a38ba552f7c68cbcc61bca202cd'/>`,
    { id: 'dd72603deec90a38ba552f7c68cbcc61bca202cd' },
  ], // Example 4
]);
rejects(test, occupants.occupantId, [
  [`<occupant-id xmlns='${NS}'/>`, 'missing-attribute', '/occupant-id@id'],
  [`<occupant-id xmlns='${NS}' id=''/>`, 'invalid-attribute', '/occupant-id@id'],
]);

laws(test, occupants, { occupantId: a.object({ id: a.filled }) });

test.run();
