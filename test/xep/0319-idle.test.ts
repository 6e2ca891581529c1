import * as idle from '../../src/xep/0319-idle.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0319');
const NS = 'urn:xmpp:idle:1';

reads(test, idle.idle, [
  [`<idle xmlns='${NS}' since='1969-07-21T02:56:15Z'/>`, { since: new Date('1969-07-21T02:56:15Z') }], // Example 1
]);
rejects(test, idle.idle, [[`<idle xmlns='${NS}'/>`, 'missing-attribute', '/idle@since']]);

laws(test, idle, { idle: a.object({ since: a.date }) });

test.run();
