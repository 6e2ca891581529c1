import { parse } from '../../src/stanza/index.ts';
import * as fastening from '../../src/xep/0422-fastening.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0422');
const NS = 'urn:xmpp:fasten:0';
const EDIT = "<edit xmlns='urn:example.edit'/>";

roundtrip(test, fastening.applyTo, [
  // Example 4.
  [
    `<apply-to xmlns='${NS}' id='origin-id-2'>${EDIT}<external name='body'/></apply-to>`,
    { id: 'origin-id-2', payloads: [parse(EDIT)], externals: [{ name: 'body' }] },
  ],
  // Example 7.
  [
    `<apply-to xmlns='${NS}' id='origin-id-1' shell='true'/>`,
    { id: 'origin-id-1', shell: true, payloads: [], externals: [] },
  ],
]);
rejects(test, fastening.applyTo, [[`<apply-to xmlns='${NS}'/>`, 'missing-attribute', '/apply-to@id']]);

const external = a.object({ name: a.text }, { ns: a.text });
laws(test, fastening, {
  external,
  applyTo: a.object(
    { id: a.text, payloads: a.list(a.foreign), externals: a.list(external) },
    { clear: a.flag, shell: a.flag },
  ),
});

test.run();
