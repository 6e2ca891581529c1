import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as refs from '../../src/xep/0372-references.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0372');
const NS = 'urn:xmpp:reference:0';

roundtrip(test, refs.reference, [
  // Example 3.
  [
    `<reference xmlns='${NS}' begin='72' end='78' type='mention' uri='xmpp:juliet@capulet.lit'/>`,
    { type: 'mention', uri: 'xmpp:juliet@capulet.lit', begin: 72, end: 78, payloads: [] },
  ],
]);
rejects(test, refs.reference, [
  [`<reference xmlns='${NS}'/>`, 'missing-attribute', '/reference@type'],
  [`<reference xmlns='${NS}' type='mention' begin='-1'/>`, 'invalid-attribute', '/reference@begin'],
]);

laws(test, refs, {
  reference: a.object(
    { type: fc.constantFrom('mention', 'data'), payloads: a.list(a.foreign) },
    { uri: a.text, begin: a.count, end: a.count, anchor: a.text },
  ),
});

test('mention, mentioned :: both ways, in rooms too', () => {
  const reference = (jid: string) => refs.reference.parse(refs.mention(jid, { begin: 0, end: 6 }));
  assert.is(reference('juliet@capulet.lit')?.uri, 'xmpp:juliet@capulet.lit');
  assert.is(reference('juliet@capulet.lit')?.end, 6);
  for (const jid of ['juliet@capulet.lit', 'room@muc.example/Ärger 100% 👋', 'a\\20b@c', 'room@muc.example/what?#']) {
    const read = reference(jid);
    assert.is(read && refs.mentioned(read), jid);
  }
});

test('mentioned :: nobody, and addresses that were not encoded', () => {
  const of = (uri: string, type: 'mention' | 'data' = 'mention') => refs.mentioned({ type, uri, payloads: [] });
  assert.is(of('https://example.com/'), undefined);
  assert.is(of('xmpp:a@b', 'data'), undefined);
  assert.is(refs.mentioned({ type: 'mention', payloads: [] }), undefined);
  assert.is(of('xmpp:a@b/100%'), 'a@b/100%');
  assert.is(of('xmpp:a@b?message'), 'a@b');
});

test.run();
