import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as sid from '../../src/xep/0359-stanza-ids.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0359');
const NS = 'urn:xmpp:sid:0';

roundtrip(test, sid.stanzaId, [
  [
    `<stanza-id xmlns='${NS}' id='de305d54-75b4-431b-adb2-eb6b9e546013' by='room@muc.example.org'/>`,
    { id: 'de305d54-75b4-431b-adb2-eb6b9e546013', by: 'room@muc.example.org' },
  ], // Example 3
]);
roundtrip(test, sid.originId, [[`<origin-id xmlns='${NS}' id='a'/>`, { id: 'a' }]]); // Example 2
rejects(test, sid.stanzaId, [[`<stanza-id xmlns='${NS}' id='a'/>`, 'missing-attribute', '/stanza-id@by']]);

laws(test, sid, { stanzaId: a.object({ id: a.text, by: a.text }), originId: a.object({ id: a.text }) });

const ROOM = 'room@muc.example.org';
const IDS = `<stanza-id xmlns='${NS}' id='forged' by='x@y'/><stanza-id xmlns='${NS}' id='stanza' by='${ROOM}'/><origin-id xmlns='${NS}' id='origin'/>`;
const message = (type: string, inner: string) =>
  parse(`<message xmlns='jabber:client' type='${type}' id='own'>${inner}</message>`);

// Which id refers to which message: chat, chat without origin-id, room, room without stanza-ids of its own.
const IDS_FOR: [purpose: sid.Purpose, ...ids: (string | undefined)[]][] = [
  ['receipt', 'own', 'own', 'own', 'own'],
  ['correction', 'own', 'own', 'own', 'own'],
  ['marker', 'own', 'own', 'stanza', 'own'],
  ['retraction', 'own', 'own', 'stanza', 'origin'],
  ['moderation', undefined, undefined, 'stanza', undefined],
  ['reactions', 'origin', 'own', 'stanza', undefined],
  ['reply', 'origin', 'own', 'stanza', undefined],
  ['displayed-sync', 'stanza', undefined, 'stanza', undefined],
];
for (const [purpose, ...wanted] of IDS_FOR) {
  test(`idFor :: ${purpose}`, () => {
    assert.equal(
      [
        sid.idFor(purpose, message('chat', IDS), ROOM),
        sid.idFor(purpose, message('chat', ''), ROOM),
        sid.idFor(purpose, message('groupchat', IDS), ROOM),
        sid.idFor(purpose, message('groupchat', IDS)),
      ],
      wanted,
    );
  });
}

test('idFor :: a room that announces ids but gave none', () => {
  assert.is(sid.idFor('marker', message('groupchat', ''), ROOM), undefined);
  assert.is(sid.idFor('retraction', message('groupchat', ''), ROOM), undefined);
});

test.run();
