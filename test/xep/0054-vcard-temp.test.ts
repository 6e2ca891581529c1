import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { StanzaError } from '../../src/stanza/index.ts';
import * as vcard from '../../src/xep/0054-vcard-temp.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0054');
const { makeVCard } = vcard;

roundtrip(test, vcard.vCard, [
  ["<vCard xmlns='vcard-temp'/>", makeVCard({})], // Example 1
  // Example 2, shortened and in the order of the XEP's DTD.
  [
    `<vCard xmlns='vcard-temp'>
      <FN>Peter Saint-Andre</FN>
      <N><FAMILY>Saint-Andre</FAMILY><GIVEN>Peter</GIVEN><MIDDLE/></N>
      <NICKNAME>stpeter</NICKNAME>
      <BDAY>1966-08-06</BDAY>
      <ADR><WORK/><EXTADD>Suite 600</EXTADD><STREET>1899 Wynkoop Street</STREET><LOCALITY>Denver</LOCALITY><REGION>CO</REGION><PCODE>80202</PCODE><CTRY>USA</CTRY></ADR>
      <TEL><WORK/><VOICE/><NUMBER>303-308-3282</NUMBER></TEL>
      <TEL><WORK/><FAX/><NUMBER/></TEL>
      <EMAIL><INTERNET/><PREF/><USERID>stpeter@jabber.org</USERID></EMAIL>
      <JABBERID>stpeter@jabber.org</JABBERID>
      <TITLE>Executive Director</TITLE>
      <ROLE>Patron Saint</ROLE>
      <ORG><ORGNAME>XMPP Standards Foundation</ORGNAME><ORGUNIT/></ORG>
      <URL>http://www.xmpp.org/xsf/people/stpeter.shtml</URL>
    </vCard>`,
    makeVCard({
      fullName: 'Peter Saint-Andre',
      name: { family: 'Saint-Andre', given: 'Peter', middle: '' },
      nickname: 'stpeter',
      birthday: '1966-08-06',
      addresses: [
        {
          types: ['work'],
          extended: 'Suite 600',
          street: '1899 Wynkoop Street',
          locality: 'Denver',
          region: 'CO',
          postalCode: '80202',
          country: 'USA',
        },
      ],
      phones: [
        { types: ['work', 'voice'], number: '303-308-3282' },
        { types: ['work', 'fax'], number: '' },
      ],
      emails: [{ types: ['internet', 'pref'], address: 'stpeter@jabber.org' }],
      jid: 'stpeter@jabber.org',
      title: 'Executive Director',
      role: 'Patron Saint',
      organization: { name: 'XMPP Standards Foundation', units: [''] },
      url: 'http://www.xmpp.org/xsf/people/stpeter.shtml',
    }),
  ],
]);
reads(test, vcard.vCard, [
  // White space in pictures, a telephone without a number, a class that says nothing.
  [
    "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>\nQU\n JD\n</BINVAL></PHOTO><TEL><HOME/></TEL><CLASS/></vCard>",
    makeVCard({
      photos: [{ type: 'image/png', data: Buffer.from('ABC') }],
      phones: [{ types: ['home'], number: '' }],
      confidentiality: 'confidential',
    }),
  ],
]);
rejects(test, vcard.vCard, [
  ["<vCard xmlns='vcard-temp'><PHOTO><BINVAL>?</BINVAL></PHOTO></vCard>", 'invalid-text', '/vCard/PHOTO[1]/BINVAL'],
]);

const image = a.object({}, { type: a.text, data: a.bytes, url: a.text });
const places = a.list(fc.constantFrom('home', 'work', 'postal', 'parcel', 'dom', 'intl', 'pref'));
laws(test, vcard, {
  vCard: a.object(
    {
      photos: a.list(image),
      addresses: a.list(
        a.object({ types: places }, { postOfficeBox: a.text, street: a.text, locality: a.text, country: a.text }),
      ),
      labels: a.list(a.object({ types: places, lines: a.list(a.text) })),
      phones: a.list(a.object({ types: a.list(fc.constantFrom('home', 'cell', 'fax')), number: a.text })),
      emails: a.list(a.object({ types: a.list(fc.constantFrom('internet', 'x400')), address: a.text })),
      categories: a.list(a.text),
    },
    {
      fullName: a.text,
      name: a.object({}, { family: a.text, given: a.text, middle: a.text, prefix: a.text, suffix: a.text }),
      nickname: a.text,
      birthday: a.text,
      jid: a.text,
      geo: a.object({ latitude: a.text, longitude: a.text }),
      logo: image,
      organization: a.object({ units: a.list(a.text) }, { name: a.text }),
      note: a.text,
      confidentiality: fc.constantFrom('public', 'private', 'confidential'),
      description: a.text,
    },
  ),
});

test('fetchVCard :: a card, or none in each of the ways to say so', async () => {
  const iq = new Asked([
    "<vCard xmlns='vcard-temp'><FN>JeremieMiller</FN></vCard>",
    "<vCard xmlns='vcard-temp'/>", // Example 4
    undefined,
    StanzaError.of('item-not-found'), // Example 3
    StanzaError.of('service-unavailable'), // Example 10
  ]);
  assert.is((await vcard.fetchVCard(iq, 'jer@jabber.org'))?.fullName, 'JeremieMiller');
  for (let i = 0; i < 4; i++) assert.is(await vcard.fetchVCard(iq), undefined);
  const own = "get - <vCard xmlns='vcard-temp'/>";
  iq.expect("get jer@jabber.org <vCard xmlns='vcard-temp'/>", own, own, own, own);
});

test('fetchVCard :: other errors are errors', async () => {
  const iq = new Asked([StanzaError.of('forbidden')]);
  assert.is((await refused(vcard.fetchVCard(iq, 'jer@jabber.org'))).condition, 'forbidden');
});

test('publishVCard :: the whole card', async () => {
  const iq = new Asked([undefined]);
  await vcard.publishVCard(iq, makeVCard({ nickname: 'stpeter' }));
  iq.expect("set - <vCard xmlns='vcard-temp'><NICKNAME>stpeter</NICKNAME></vCard>");
});

test.run();
