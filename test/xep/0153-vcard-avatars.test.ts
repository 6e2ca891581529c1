import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as avatars from '../../src/xep/0153-vcard-avatars.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0153');
const NS = 'vcard-temp:x:update';
const HASH = '01b87fcd030b72895ff8e88db57ec525450f000d';

roundtrip(test, avatars.x, [
  [`<x xmlns='${NS}'><photo>${HASH}</photo></x>`, { photo: HASH }], // Example 3, with a whole hash
  [`<x xmlns='${NS}'/>`, {}], // Example 6
  [`<x xmlns='${NS}'><photo/></x>`, { photo: '' }], // Example 7
]);
reads(test, avatars.x, [[`<x xmlns='${NS}'><photo> ${HASH.toUpperCase()}\n</photo></x>`, { photo: HASH }]]);

laws(test, avatars, { x: a.object({}, { photo: fc.constantFrom('', HASH) }) });

test('photoHash', () => assert.is(avatars.photoHash(Buffer.from('abc')), 'a9993e364706816aba3e25717850c26c9cd0d89d'));

test.run();
