import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import { conference } from '../../src/xep/0402-bookmarks.ts';
import * as pinning from '../../src/xep/0469-pinning.ts';
import * as a from '../support/arbitraries.ts';
import { laws } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0469');

laws(test, pinning, { pinned: a.on });

test('pinned :: among the extensions of a bookmark', () => {
  // Example 1, shortened.
  const bookmark = conference.parse(
    parse(
      "<conference xmlns='urn:xmpp:bookmarks:1' autojoin='true'><nick>JC</nick><extensions><pinned xmlns='urn:xmpp:bookmarks-pinning:0'/></extensions></conference>",
    ),
  );
  assert.is(bookmark?.extensions.some(pinning.pinned.parse as (el: unknown) => boolean), true);
});

test.run();
