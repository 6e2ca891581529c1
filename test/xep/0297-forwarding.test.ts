import { parse } from '../../src/stanza/index.ts';
import * as forwarding from '../../src/xep/0297-forwarding.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0297');
const INNER = "<message xmlns='jabber:client' id='0202197' type='chat'><body>Yet I should kill thee</body></message>";

roundtrip(test, forwarding.forwarded, [
  // Example 2, shortened.
  [
    `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>${INNER}</forwarded>`,
    { delay: { stamp: new Date('2010-07-10T23:08:25Z') }, stanza: parse(INNER) },
  ],
]);
rejects(test, forwarding.forwarded, [
  ["<forwarded xmlns='urn:xmpp:forward:0'/>", 'missing-child', '/forwarded'],
  // A stanza that does not say that it is one: §4 demands its namespace.
  ["<forwarded xmlns='urn:xmpp:forward:0'><message/></forwarded>", 'missing-child', '/forwarded'],
]);

laws(test, forwarding, { forwarded: a.forwarded });

test.run();
