import * as assert from 'uvu/assert';
import { message, parse } from '../../src/stanza/index.ts';
import * as retraction from '../../src/xep/0424-retraction.ts';
import * as a from '../support/arbitraries.ts';
import { canonical, compact, laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0424');
const NS = 'urn:xmpp:message-retract:1';

roundtrip(test, retraction.retract, [
  [`<retract xmlns='${NS}' id='wrong-recipient-1'/>`, { id: 'wrong-recipient-1' }], // Example 4
  // XEP-0425, Example 5.
  [
    `<retract id='stanza-id-1' xmlns='${NS}'>
      <moderated by='room@muc.example.com/macbeth' xmlns='urn:xmpp:message-moderate:1'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='dd72603deec90a38ba552f7c68cbcc61bca202cd'/></moderated>
      <reason>This message contains inappropriate content for this forum</reason>
    </retract>`,
    {
      id: 'stanza-id-1',
      moderated: {
        by: 'room@muc.example.com/macbeth',
        occupantId: { id: 'dd72603deec90a38ba552f7c68cbcc61bca202cd' },
      },
      reason: 'This message contains inappropriate content for this forum',
    },
  ],
]);
roundtrip(test, retraction.retracted, [
  // Example 7.
  [
    `<retracted stamp='2019-09-20T23:09:32Z' xmlns='${NS}' id='retract-message-1'/>`,
    { id: 'retract-message-1', stamp: new Date('2019-09-20T23:09:32Z') },
  ],
]);
rejects(test, retraction.retract, [[`<retract xmlns='${NS}'/>`, 'missing-attribute', '/retract@id']]);

const moderated = a.object({}, { by: a.jid, occupantId: a.object({ id: a.filled }) });
laws(test, retraction, {
  retract: a.object({ id: a.text }, { moderated, reason: a.text }),
  retracted: a.object({}, { id: a.text, stamp: a.date, by: a.jid, moderated, reason: a.text }),
  retractV0: a.on,
});

test('retractPayloads :: the message of the XEP', () => {
  // Example 4.
  const wanted = `<message xmlns='jabber:client' type='chat' to='lord@capulet.example' id='retract-message-1'>
    <retract id='wrong-recipient-1' xmlns='${NS}'/>
    <fallback xmlns='urn:xmpp:fallback:0' for='${NS}'/>
    <body>/me retracted a previous message, but it's unsupported by your client.</body>
    <store xmlns='urn:xmpp:hints'/>
  </message>`;
  const payloads = retraction.retractPayloads({ id: 'wrong-recipient-1' });
  const built = message({ type: 'chat', to: 'lord@capulet.example', id: 'retract-message-1' }, ...payloads);
  assert.is(canonical(built), canonical(compact(parse(wanted))));
});

const retractionOf = (inner: string) =>
  retraction.retractionOf(parse(`<message xmlns='jabber:client'>${inner}</message>`));

test('retractionOf :: in the current form, and in those before', () => {
  assert.equal(retractionOf(`<retract xmlns='${NS}' id='1'/>`), { id: '1' });
  // XEP-0424 v0.3, Example 4.
  assert.equal(
    retractionOf(
      "<apply-to id='origin-id-1' xmlns='urn:xmpp:fasten:0'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>",
    ),
    { id: 'origin-id-1' },
  );
  // XEP-0425 v0.2, Example 5, with the occupant id that Prosody put in.
  assert.equal(
    retractionOf(
      `<apply-to id='stanza-id-1' xmlns='urn:xmpp:fasten:0'><moderated by='room@muc.example.com/macbeth' xmlns='urn:xmpp:message-moderate:0'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o'/><retract xmlns='urn:xmpp:message-retract:0'/><reason>Spam</reason></moderated></apply-to>`,
    ),
    { id: 'stanza-id-1', moderated: { by: 'room@muc.example.com/macbeth', occupantId: { id: 'o' } }, reason: 'Spam' },
  );
});

test('retractionOf :: what retracts nothing', () => {
  assert.is(retractionOf('<body>hi</body>'), undefined);
  assert.is(retractionOf(`<retracted xmlns='${NS}' id='1'/>`), undefined);
  assert.is(retractionOf("<apply-to id='1' xmlns='urn:xmpp:fasten:0'><like xmlns='x'/></apply-to>"), undefined);
  assert.is(
    retractionOf(
      "<apply-to id='1' xmlns='urn:xmpp:fasten:0'><moderated xmlns='urn:xmpp:message-moderate:0'/></apply-to>",
    ),
    undefined,
  );
});

test.run();
