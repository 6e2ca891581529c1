import * as assert from 'uvu/assert';
import * as mds from '../../src/xep/0490-mds.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0490');
const NS = 'urn:xmpp:mds:displayed:0';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const ID = { id: '0f710f2b-52ed-4d52-b928-784dad74a52b', by: 'juliet@capulet.lit' };
// Example 1.
const DISPLAYED = `<displayed xmlns='${NS}'><stanza-id xmlns='urn:xmpp:sid:0' by='juliet@capulet.lit' id='0f710f2b-52ed-4d52-b928-784dad74a52b'/></displayed>`;

roundtrip(test, mds.displayed, [[DISPLAYED, { stanzaId: ID }]]);
rejects(test, mds.displayed, [[`<displayed xmlns='${NS}'/>`, 'missing-child', '/displayed/stanza-id']]);

laws(test, mds, { displayed: a.object({ stanzaId: a.object({ id: a.text, by: a.text }) }) });

test('fetchDisplayed :: by chat', async () => {
  const iq = new Asked([
    `<pubsub xmlns='${PUBSUB}'><items node='${NS}'><item id='romeo@montegue.lit'>${DISPLAYED}</item><item id='x'/></items></pubsub>`, // Example 4, shortened
  ]);
  assert.equal([...(await mds.fetchDisplayed(iq))], [['romeo@montegue.lit', ID]]);
});

test('publishDisplayed', async () => {
  const iq = new Asked([undefined]);
  await mds.publishDisplayed(iq, 'romeo@montegue.lit', ID);
  const option = (name: string, value: string) => `<field var='pubsub#${name}'><value>${value}</value></field>`;
  iq.expect(
    `set - <pubsub xmlns='${PUBSUB}'><publish node='${NS}'><item id='romeo@montegue.lit'>${DISPLAYED}</item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${PUBSUB}#publish-options</value></field>${option('access_model', 'whitelist')}${option('max_items', 'max')}${option('persist_items', 'true')}${option('send_last_published_item', 'never')}</x></publish-options></pubsub>`,
  );
});

test.run();
