import * as oob from '../../src/xep/0066-oob.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0066');

roundtrip(test, oob.x, [
  [
    "<x xmlns='jabber:x:oob'><url>http://www.jabber.org/images/psa-license.jpg</url></x>",
    { url: 'http://www.jabber.org/images/psa-license.jpg' },
  ], // Example 5
]);
roundtrip(test, oob.query, [
  [
    "<query xmlns='jabber:iq:oob' sid='a0'><url>http://www.jabber.org/images/psa-license.jpg</url><desc>A license to Jabber!</desc></query>",
    { sid: 'a0', url: 'http://www.jabber.org/images/psa-license.jpg', desc: 'A license to Jabber!' },
  ], // Example 10
]);
rejects(test, oob.x, [["<x xmlns='jabber:x:oob'><desc>a</desc></x>", 'missing-child', '/x/url']]);

laws(test, oob, { x: a.oob, query: a.object({ url: a.text }, { desc: a.text, sid: a.text }) });

test('offerFile :: waits for the fetch', async () => {
  const iq = new Asked([undefined]);
  await oob.offerFile(iq, 'romeo@example.com/orchard', { url: 'https://example.com/a' });
  iq.expect("set romeo@example.com/orchard <query xmlns='jabber:iq:oob'><url>https://example.com/a</url></query>");
});

test.run();
