import * as correction from '../../src/xep/0308-correction.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0308');
const NS = 'urn:xmpp:message-correct:0';

roundtrip(test, correction.replace, [[`<replace xmlns='${NS}' id='bad1'/>`, { id: 'bad1' }]]); // Example 4
rejects(test, correction.replace, [[`<replace xmlns='${NS}'/>`, 'missing-attribute', '/replace@id']]);

laws(test, correction, { replace: a.object({ id: a.text }) });

test.run();
