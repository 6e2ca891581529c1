import fc from 'fast-check';
import * as im from '../../src/stanza/im.ts';
import { parse } from '../../src/stanza/index.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('im');

roundtrip(test, im.message, [
  // RFC 6121 §5.2.3 and §5.2.5.
  [
    `<message xmlns='jabber:client' from='juliet@example.com/balcony' id='z94nb37h' to='romeo@example.net' type='chat' xml:lang='en'>
      <subject>I implore you!</subject>
      <subject xml:lang='cs'>Úpěnlivě prosím!</subject>
      <body>Wherefore art thou, Romeo?</body>
      <body xml:lang='cs'>PročeŽ jsi ty, Romeo?</body>
      <thread parent='7edac73ab41e45c4aafa7b2d7b749080'>e0ffe42b28561960c6b12b944a092794b9683a38</thread>
      <request xmlns='urn:xmpp:receipts'/>
    </message>`,
    {
      from: 'juliet@example.com/balcony',
      id: 'z94nb37h',
      to: 'romeo@example.net',
      type: 'chat',
      lang: 'en',
      subjects: [{ text: 'I implore you!' }, { lang: 'cs', text: 'Úpěnlivě prosím!' }],
      bodies: [{ text: 'Wherefore art thou, Romeo?' }, { lang: 'cs', text: 'PročeŽ jsi ty, Romeo?' }],
      thread: { id: 'e0ffe42b28561960c6b12b944a092794b9683a38', parent: '7edac73ab41e45c4aafa7b2d7b749080' },
      payloads: [parse("<request xmlns='urn:xmpp:receipts'/>")],
    },
  ],
]);
reads(test, im.message, [
  ["<message xmlns='jabber:client' type='shout'/>", { type: 'normal', subjects: [], bodies: [], payloads: [] }],
]);
roundtrip(test, im.presence, [
  // RFC 6121 §4.7.2.2, with a priority.
  [
    `<presence xmlns='jabber:client' xml:lang='en'>
      <show>dnd</show><status>Wooing Juliet</status><status xml:lang='cs'>Dvořím se Julii</status><priority>-1</priority>
    </presence>`,
    {
      lang: 'en',
      show: 'dnd',
      statuses: [{ text: 'Wooing Juliet' }, { lang: 'cs', text: 'Dvořím se Julii' }],
      priority: -1,
      payloads: [],
    },
  ],
  [
    "<presence xmlns='jabber:client' type='subscribe' to='a@b'/>",
    { type: 'subscribe', to: 'a@b', statuses: [], payloads: [] },
  ],
]);
rejects(test, im.presence, [
  ["<presence xmlns='jabber:client' type='invisible'/>", 'invalid-attribute', '/presence@type'],
  ["<presence xmlns='jabber:client'><show>busy</show></presence>", 'invalid-text', '/presence/show'],
  ["<presence xmlns='jabber:client'><priority>high</priority></presence>", 'invalid-text', '/presence/priority'],
  ["<presence xmlns='jabber:client'><priority>128</priority></presence>", 'invalid-text', '/presence/priority'],
]);

const header = { to: a.jid, from: a.jid, id: a.text, lang: a.lang };
laws(test, im, {
  message: a.object(
    {
      type: fc.constantFrom('chat', 'error', 'groupchat', 'headline', 'normal'),
      subjects: a.list(a.langText),
      bodies: a.list(a.langText),
      payloads: a.list(a.foreign),
    },
    { ...header, thread: a.object({ id: a.text }, { parent: a.text }) },
  ),
  presence: a.object(
    { statuses: a.list(a.langText), payloads: a.list(a.foreign) },
    {
      ...header,
      type: fc.constantFrom('error', 'probe', 'subscribe', 'subscribed', 'unavailable', 'unsubscribe', 'unsubscribed'),
      show: fc.constantFrom('away', 'chat', 'dnd', 'xa'),
      priority: fc.integer({ min: -128, max: 127 }),
    },
  ),
});

test.run();
