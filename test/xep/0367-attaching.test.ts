import * as attaching from '../../src/xep/0367-attaching.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0367');
const NS = 'urn:xmpp:message-attaching:1';

roundtrip(test, attaching.attachTo, [[`<attach-to xmlns='${NS}' id='SD24VCzSYQ'/>`, { id: 'SD24VCzSYQ' }]]); // Example 3
rejects(test, attaching.attachTo, [[`<attach-to xmlns='${NS}'/>`, 'missing-attribute', '/attach-to@id']]);

laws(test, attaching, { attachTo: a.object({ id: a.text }) });

test.run();
