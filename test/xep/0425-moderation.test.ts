import * as moderation from '../../src/xep/0425-moderation.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0425');
const NS = 'urn:xmpp:message-moderate:1';

// Example 4.
const MODERATE = `<moderate id='stanza-id-1' xmlns='${NS}'><retract xmlns='urn:xmpp:message-retract:1'/><reason>Spam</reason></moderate>`;
// XEP-0425 v0.2, Example 4.
const MODERATE_V0 =
  "<apply-to id='stanza-id-1' xmlns='urn:xmpp:fasten:0'><moderate xmlns='urn:xmpp:message-moderate:0'><retract xmlns='urn:xmpp:message-retract:0'/><reason>Spam</reason></moderate></apply-to>";

roundtrip(test, moderation.moderate, [[MODERATE, { id: 'stanza-id-1', retract: true, reason: 'Spam' }]]);
roundtrip(test, moderation.moderated, [
  // Example 8.
  [
    `<moderated by='witch@shakespeare.example' xmlns='${NS}'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='dd72603deec90a38ba552f7c68cbcc61bca202cd'/></moderated>`,
    { by: 'witch@shakespeare.example', occupantId: { id: 'dd72603deec90a38ba552f7c68cbcc61bca202cd' } },
  ],
]);
rejects(test, moderation.moderate, [[`<moderate xmlns='${NS}'/>`, 'missing-attribute', '/moderate@id']]);

const by = { by: a.jid, occupantId: a.object({ id: a.filled }) };
laws(test, moderation, {
  moderate: a.object({ id: a.text, retract: a.flag }, { reason: a.text }),
  moderated: a.object({}, by),
  moderateV0: a.object({ retract: a.flag }, { reason: a.text }),
  moderatedV0: a.object({ retract: a.flag }, { reason: a.text, ...by }),
});

test('moderateMessage :: in the version of the room', async () => {
  const iq = new Asked([undefined, undefined]);
  await moderation.moderateMessage(iq, 'room@muc.example.com', 'stanza-id-1', 'Spam');
  await moderation.moderateMessageV0(iq, 'room@muc.example.com', 'stanza-id-1', 'Spam');
  iq.expect(`set room@muc.example.com ${MODERATE}`, `set room@muc.example.com ${MODERATE_V0}`);
});

test.run();
