import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as vcard from '../../src/xep/0292-vcard4.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0292');
const NS = 'urn:ietf:params:xml:ns:vcard-4.0';
const { makeVCard } = vcard;

roundtrip(test, vcard.vcard, [
  // Example 2, shortened and in one order.
  [
    `<vcard xmlns='${NS}'>
      <fn><text>Peter Saint-Andre</text></fn>
      <n><surname>Saint-Andre</surname><given>Peter</given><additional/></n>
      <nickname><text>stpeter</text></nickname>
      <nickname><text>psa</text></nickname>
      <photo><uri>https://stpeter.im/images/stpeter_oscon.jpg</uri></photo>
      <bday><date>1966-08-06</date></bday>
      <adr>
        <parameters><type><text>work</text><text>voice</text></type><pref><integer>1</integer></pref></parameters>
        <ext>Suite 600</ext><street>1899 Wynkoop Street</street><locality>Denver</locality><region>CO</region><code>80202</code><country>USA</country>
      </adr>
      <tel><parameters><type><text>work</text></type></parameters><uri>tel:+1-303-308-3282</uri></tel>
      <email><parameters><type><text>home</text></type></parameters><text>stpeter@jabber.org</text></email>
      <impp><uri>xmpp:stpeter@jabber.org</uri></impp>
      <lang><language-tag>en</language-tag></lang>
      <geo><uri>geo:39.59,-105.01</uri></geo>
      <title><text>Executive Director</text></title>
      <org><text>XMPP Standards Foundation</text></org>
      <url><uri>https://stpeter.im/</uri></url>
    </vcard>`,
    makeVCard({
      fullNames: ['Peter Saint-Andre'],
      name: { surnames: ['Saint-Andre'], givens: ['Peter'], additionals: [''], prefixes: [], suffixes: [] },
      nicknames: ['stpeter', 'psa'],
      photos: ['https://stpeter.im/images/stpeter_oscon.jpg'],
      birthday: '1966-08-06',
      addresses: [
        {
          parameters: { types: ['work', 'voice'], pref: 1 },
          extended: 'Suite 600',
          street: '1899 Wynkoop Street',
          locality: 'Denver',
          region: 'CO',
          code: '80202',
          country: 'USA',
        },
      ],
      phones: [{ parameters: { types: ['work'] }, uri: 'tel:+1-303-308-3282' }],
      emails: [{ parameters: { types: ['home'] }, text: 'stpeter@jabber.org' }],
      impps: [{ uri: 'xmpp:stpeter@jabber.org' }],
      languages: ['en'],
      geo: 'geo:39.59,-105.01',
      titles: ['Executive Director'],
      organizations: [['XMPP Standards Foundation']],
      urls: ['https://stpeter.im/'],
    }),
  ],
  [
    `<vcard xmlns='${NS}'><bday><date-time>--0806T1200</date-time></bday></vcard>`,
    makeVCard({ birthday: '--0806T1200' }),
  ],
  [`<vcard xmlns='${NS}'><bday><text>circa 1800</text></bday></vcard>`, makeVCard({ birthday: 'circa 1800' })], // RFC 6350 §6.2.5
]);
rejects(test, vcard.vcard, [
  [`<vcard xmlns='${NS}'><fn/></vcard>`, 'missing-child', '/vcard/fn[1]/text'],
  [
    `<vcard xmlns='${NS}'><tel><parameters><pref><integer>first</integer></pref></parameters></tel></vcard>`,
    'invalid-text',
    '/vcard/tel[1]/parameters/pref/integer',
  ],
]);

const parameters = a.object({ types: a.list(a.text) }, { pref: a.count });
const texts = a.list(a.text);
laws(test, vcard, {
  vcard: a.object(
    {
      fullNames: texts,
      nicknames: texts,
      photos: a.list(a.url),
      addresses: a.list(a.object({}, { parameters, street: a.text, locality: a.text, country: a.text })),
      phones: a.list(a.object({}, { parameters, uri: a.text, text: a.text })),
      emails: a.list(a.object({ text: a.text }, { parameters })),
      impps: a.list(a.object({ uri: a.text }, { parameters })),
      languages: a.list(a.lang),
      titles: texts,
      roles: texts,
      organizations: a.list(texts),
      categories: texts,
      notes: texts,
      urls: a.list(a.url),
    },
    {
      kind: a.text,
      name: a.object({ surnames: texts, givens: texts, additionals: texts, prefixes: texts, suffixes: texts }),
      birthday: fc.constantFrom('1966-08-06', '--0415', '19531015T231000Z', 'circa 1800', ''),
      gender: a.object({}, { sex: a.text, identity: a.text }),
      timeZone: a.text,
      geo: a.text,
      revision: a.text,
      uid: a.text,
    },
  ),
});

test('fetchVCard, publishVCard', async () => {
  const PUBSUB = 'http://jabber.org/protocol/pubsub';
  const card = `<vcard xmlns='${NS}'><fn><text>Juliet</text></fn></vcard>`;
  const items = (inner: string) => `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:vcard4'>${inner}</items></pubsub>`;
  const iq = new Asked([items(`<item id='x'>${card}</item>`), items(''), undefined]);
  assert.equal((await vcard.fetchVCard(iq, 'juliet@capulet.lit'))?.fullNames, ['Juliet']);
  assert.is(await vcard.fetchVCard(iq, 'juliet@capulet.lit'), undefined);
  await vcard.publishVCard(iq, makeVCard({ fullNames: ['Juliet'] }));
  const asked = `get juliet@capulet.lit <pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:vcard4' max_items='1'/></pubsub>`;
  iq.expect(
    asked,
    asked,
    `set - <pubsub xmlns='${PUBSUB}'><publish node='urn:xmpp:vcard4'><item id='current'>${card}</item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field type='hidden' var='FORM_TYPE'><value>${PUBSUB}#publish-options</value></field><field var='pubsub#access_model'><value>open</value></field></x></publish-options></pubsub>`,
  );
});

test.run();
