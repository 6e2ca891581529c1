import * as markers from '../../src/xep/0333-markers.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0333');
const NS = 'urn:xmpp:chat-markers:0';

roundtrip(test, markers.markable, [[`<markable xmlns='${NS}'/>`, true]]); // Example 3
roundtrip(test, markers.displayed, [[`<displayed xmlns='${NS}' id='message-1'/>`, { id: 'message-1' }]]); // Example 4
rejects(test, markers.displayed, [[`<displayed xmlns='${NS}'/>`, 'missing-attribute', '/displayed@id']]);

const mark = a.object({ id: a.text });
laws(test, markers, { markable: a.on, displayed: mark, received: mark, acknowledged: mark });

test.run();
