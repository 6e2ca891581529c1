import * as assert from 'uvu/assert';
import * as blocking from '../../src/xep/0191-blocking.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0191');
const NS = 'urn:xmpp:blocking';

roundtrip(test, blocking.blocklist, [
  // Example 4.
  [
    `<blocklist xmlns='${NS}'><item jid='romeo@montague.net'/><item jid='iago@shakespeare.lit'/></blocklist>`,
    { jids: ['romeo@montague.net', 'iago@shakespeare.lit'] },
  ],
  [`<blocklist xmlns='${NS}'/>`, { jids: [] }], // Example 5
]);
roundtrip(test, blocking.block, [
  [`<block xmlns='${NS}'><item jid='romeo@montague.net'/></block>`, { jids: ['romeo@montague.net'] }],
]); // Example 6
roundtrip(test, blocking.unblock, [[`<unblock xmlns='${NS}'/>`, { jids: [] }]]); // Example 13
roundtrip(test, blocking.blocked, [[`<blocked xmlns='${NS}:errors'/>`, true]]); // Example 9
rejects(test, blocking.block, [[`<block xmlns='${NS}'><item/></block>`, 'missing-attribute', '/block/item[1]@jid']]);

const jids = a.object({ jids: a.list(a.jid) });
laws(test, blocking, { blocklist: jids, block: a.object({ jids: a.list(a.jid, 1) }), unblock: jids, blocked: a.on });

test('fetchBlocklist, blockJids, unblockJids', async () => {
  const iq = new Asked([`<blocklist xmlns='${NS}'><item jid='a@b'/></blocklist>`, undefined, undefined]);
  assert.equal(await blocking.fetchBlocklist(iq), ['a@b']);
  await blocking.blockJids(iq, 'c@d', 'e');
  await blocking.unblockJids(iq);
  iq.expect(
    `get - <blocklist xmlns='${NS}'/>`,
    `set - <block xmlns='${NS}'><item jid='c@d'/><item jid='e'/></block>`,
    `set - <unblock xmlns='${NS}'/>`,
  );
});

test('blockJids :: nobody is nothing to block', async () => {
  const failed = await blocking.blockJids(new Asked([])).catch((error: unknown) => error);
  assert.instance(failed, RangeError);
});

test.run();
