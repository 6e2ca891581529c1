import * as spoilers from '../../src/xep/0382-spoilers.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0382');
const NS = 'urn:xmpp:spoiler:0';

roundtrip(test, spoilers.spoiler, [
  [`<spoiler xmlns='${NS}'/>`, { text: '' }], // Example 3
  [`<spoiler xmlns='${NS}' xml:lang='ca'>Viatge a la platja</spoiler>`, { lang: 'ca', text: 'Viatge a la platja' }], // Example 5
]);

laws(test, spoilers, { spoiler: a.langText });

test.run();
