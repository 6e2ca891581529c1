import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import { type Info, info as infoCodec } from '../../src/xep/0030-disco.ts';
import * as caps from '../../src/xep/0115-caps.ts';
import * as a from '../support/arbitraries.ts';
import { compact, laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0115');
const NS = 'http://jabber.org/protocol/caps';

roundtrip(test, caps.c, [
  // Example 1.
  [
    `<c xmlns='${NS}' hash='sha-1' node='http://code.google.com/p/exodus' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>`,
    { hash: 'sha-1', node: 'http://code.google.com/p/exodus', ver: 'QgayPKawpkPSDYmwT/WM94uAlu0=' },
  ],
]);
reads(test, caps.c, [
  // §13, the legacy format.
  [
    `<c xmlns='${NS}' node='http://code.google.com/p/exodus' ver='0.9' ext='ftrans xhtml'/>`,
    { node: 'http://code.google.com/p/exodus', ver: '0.9', ext: 'ftrans xhtml' },
  ],
]);
rejects(test, caps.c, [[`<c xmlns='${NS}' node='n'/>`, 'missing-attribute', '/c@ver']]);

laws(test, caps, { c: a.object({ node: a.text, ver: a.text, hash: a.text }, { ext: a.text }) });

// §5.2
const SIMPLE: Info = {
  identities: [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }],
  features: [
    'http://jabber.org/protocol/muc',
    'http://jabber.org/protocol/disco#items',
    'http://jabber.org/protocol/disco#info',
    'http://jabber.org/protocol/caps',
  ],
  forms: [],
};
// §5.3
const COMPLEX = infoCodec.parse(
  compact(
    parse(`<query xmlns='http://jabber.org/protocol/disco#info' node='http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w='>
      <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
      <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
      <feature var='http://jabber.org/protocol/caps'/>
      <feature var='http://jabber.org/protocol/disco#info'/>
      <feature var='http://jabber.org/protocol/disco#items'/>
      <feature var='http://jabber.org/protocol/muc'/>
      <x xmlns='jabber:x:data' type='result'>
        <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
        <field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>
        <field var='os'><value>Mac</value></field>
        <field var='os_version'><value>10.5.1</value></field>
        <field var='software'><value>Psi</value></field>
        <field var='software_version'><value>0.11</value></field>
      </x>
    </query>`),
  ),
) as Info;
const COMPLEX_CAPS = { hash: 'sha-1', node: 'http://psi-im.org', ver: 'q07IKJEyjvHSyhy//CH0CxmKi8w=' };

test('verification :: the examples of the XEP', () => {
  assert.is(caps.verification(SIMPLE), 'QgayPKawpkPSDYmwT/WM94uAlu0=');
  assert.is(caps.verification(COMPLEX), COMPLEX_CAPS.ver);
  assert.ok(caps.isGenuine(COMPLEX_CAPS, COMPLEX));
});

test('verification :: the order of what is said does not matter', () => {
  const form = COMPLEX.forms[0] as Info['forms'][number];
  const turned: Info = {
    identities: COMPLEX.identities.toReversed(),
    features: COMPLEX.features.toReversed(),
    forms: [
      { ...form, fields: form.fields.map((each) => ({ ...each, values: each.values.toReversed() })).toReversed() },
    ],
  };
  assert.is(caps.verification(turned), COMPLEX_CAPS.ver);
});

test('verification :: sorted by bytes, not by UTF-16', () => {
  // U+FF5E comes before U+1F600 in UTF-8, after its surrogates in UTF-16.
  const info: Info = { identities: [], features: ['\u{1f600}', '\uff5e'], forms: [] };
  const other: Info = { identities: [], features: ['\uff5e', '\u{1f600}'], forms: [] };
  assert.is(caps.verification(info), 'XhWoSAi5cguDGtJ5nhA8P0X+HL4=');
  assert.is(caps.verification(other), caps.verification(info));
});

test('verification :: other hashes, but not any', () => {
  assert.is(caps.verification(SIMPLE, 'sha-256').length, 44);
  assert.throws(() => caps.verification(SIMPLE, 'md5'), /not a known hash/);
  assert.throws(() => caps.verification(SIMPLE, 'constructor'), /not a known hash/);
});

const capsFor = (info: Info) => caps.capsOf('n', info);

test('isGenuine :: another hash, an unknown hash, no hash', () => {
  assert.not(caps.isGenuine({ ...COMPLEX_CAPS, ver: 'q07IKJEyjvHSyhy//CH0CxmKi8W=' }, COMPLEX));
  assert.not(caps.isGenuine({ ...COMPLEX_CAPS, hash: 'md5' }, COMPLEX));
  assert.not(caps.isGenuine({ ...COMPLEX_CAPS, hash: 'toString' }, COMPLEX));
  assert.not(caps.isGenuine({ node: 'n', ver: COMPLEX_CAPS.ver }, COMPLEX));
});

test('isGenuine :: what is ill-formed is not, though the hash agrees', () => {
  const form = COMPLEX.forms[0] as Info['forms'][number];
  const [formType, ...fields] = form.fields as [Info['forms'][number]['fields'][number]];
  const wrong: Info[] = [
    { ...SIMPLE, identities: [...SIMPLE.identities, ...SIMPLE.identities] },
    { ...SIMPLE, features: [...SIMPLE.features, 'http://jabber.org/protocol/muc'] },
    { ...COMPLEX, forms: [form, form] },
    { ...COMPLEX, forms: [{ ...form, fields: [{ ...formType, values: ['a', 'b'] }, ...fields] }] },
    // A name that holds a list of features, and one that holds an identity.
    { ...SIMPLE, features: ['http://jabber.org/protocol/caps<http://jabber.org/protocol/muc'] },
    { ...SIMPLE, identities: [{ category: 'client/pc', type: 'x' }] },
  ];
  for (const info of wrong) assert.not(caps.isGenuine(capsFor(info), info));
  assert.ok(caps.isGenuine(capsFor(SIMPLE), SIMPLE));
});

test('isGenuine :: forms without a hidden FORM_TYPE do not count', () => {
  const form = { ...(COMPLEX.forms[0] as Info['forms'][number]) };
  const open = { ...form, fields: form.fields.map(({ type: _, ...each }) => each) };
  const info = { ...SIMPLE, forms: [open, open] };
  assert.is(caps.verification(info), caps.verification(SIMPLE));
  assert.ok(caps.isGenuine(capsFor(SIMPLE), info));
});

test('discoNode :: what to ask for', () => {
  assert.is(caps.discoNode(COMPLEX_CAPS), 'http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w=');
});

test.run();
