import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as hints from '../../src/xep/0334-hints.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0334');
const NS = 'urn:xmpp:hints';

roundtrip(test, hints.hint, [
  [`<no-copy xmlns='${NS}'/>`, 'no-copy'], // Example 1
  [`<no-store xmlns='${NS}'/>`, 'no-store'], // Example 1
]);

laws(test, hints, { hint: fc.constantFrom('store', 'no-store', 'no-permanent-store', 'no-copy') });

const REACTIONS = "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>";
const DISPLAYED = "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>";
const COMPOSING = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
const MESSAGES: [inner: string, hint: hints.Hint | undefined, type?: string][] = [
  [REACTIONS, 'store'],
  [`${REACTIONS}<body>👋</body>`, 'store'],
  ["<retract xmlns='urn:xmpp:message-retract:1' id='1'/><body>/me retracted</body>", 'store'],
  ["<file-sharing xmlns='urn:xmpp:sfs:0'/>", 'store'],
  ["<file-sharing xmlns='urn:xmpp:sfs:0'/><body>https://example.com/</body>", undefined],
  [DISPLAYED, 'store'],
  ["<received xmlns='urn:xmpp:receipts' id='1'/>", 'store'],
  [COMPOSING, 'no-store'],
  [`${COMPOSING}<body>hi</body>`, undefined],
  ["<active xmlns='http://jabber.org/protocol/chatstates'/><subject>hi</subject>", undefined],
  ['<body>hi</body>', undefined],
  ['', undefined],
  [`${REACTIONS}<no-copy xmlns='${NS}'/>`, undefined],
  [REACTIONS, undefined, 'error'],
];
for (const [inner, hint, type = 'chat'] of MESSAGES) {
  test(`hintFor :: ${type} ${inner.slice(0, 60)}`, () => {
    assert.is(hints.hintFor(parse(`<message xmlns='jabber:client' type='${type}'>${inner}</message>`)), hint);
  });
}

test.run();
