import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { leaf, parse, StanzaError } from '../../src/stanza/index.ts';
import * as ps from '../../src/xep/0060-pubsub.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0060');
const NS = 'http://jabber.org/protocol/pubsub';
const NODE = 'princely_musings';
const entry = parse("<entry xmlns='http://www.w3.org/2005/Atom'><title>Soliloquy</title></entry>");

roundtrip(test, ps.pubsub, [
  // Example 1, shortened.
  [
    `<pubsub xmlns='${NS}'><publish node='${NODE}'><item id='bnd81g37d61f49fgn581'>${entry}</item></publish></pubsub>`,
    { publish: { node: NODE, item: { id: 'bnd81g37d61f49fgn581', payload: entry } } },
  ],
  // Example 99.
  [
    `<pubsub xmlns='${NS}'><publish node='${NODE}'><item id='ae890ac52d0df67ed7cfdf51b644e901'/></publish></pubsub>`,
    { publish: { node: NODE, item: { id: 'ae890ac52d0df67ed7cfdf51b644e901' } } },
  ],
  [
    `<pubsub xmlns='${NS}'><items node='${NODE}' max_items='2'/></pubsub>`,
    { items: { node: NODE, maxItems: 2, items: [] } },
  ], // Example 80
  [
    `<pubsub xmlns='${NS}'><subscribe node='${NODE}' jid='francisco@denmark.lit'/></pubsub>`,
    { subscribe: { node: NODE, jid: 'francisco@denmark.lit' } },
  ], // Example 28
  // Example 43.
  [
    `<pubsub xmlns='${NS}'><subscription node='${NODE}' jid='francisco@denmark.lit' subscription='unconfigured'><subscribe-options><required/></subscribe-options></subscription></pubsub>`,
    {
      subscription: {
        node: NODE,
        jid: 'francisco@denmark.lit',
        state: 'unconfigured',
        configurable: { required: true },
      },
    },
  ],
  [
    `<pubsub xmlns='${NS}'><retract node='${NODE}' notify='true'><item id='ae890ac52d0df67ed7cfdf51b644e901'/></retract></pubsub>`,
    { retract: { node: NODE, notify: true, items: [{ id: 'ae890ac52d0df67ed7cfdf51b644e901' }] } },
  ],
  // Example 23, shortened.
  [
    `<pubsub xmlns='${NS}'><affiliations><affiliation node='node1' affiliation='owner'/><affiliation node='node2' affiliation='publish-only'/></affiliations></pubsub>`,
    {
      affiliations: {
        affiliations: [
          { node: 'node1', affiliation: 'owner' },
          { node: 'node2', affiliation: 'publish-only' },
        ],
      },
    },
  ],
  [`<pubsub xmlns='${NS}'><create/></pubsub>`, { create: {} }], // Example 131
]);
rejects(test, ps.pubsub, [
  [`<pubsub xmlns='${NS}'><publish/></pubsub>`, 'missing-attribute', '/pubsub/publish@node'],
  [`<pubsub xmlns='${NS}'><subscribe node='a' jid='@'/></pubsub>`, 'invalid-attribute', '/pubsub/subscribe@jid'],
]);
roundtrip(test, ps.owner, [
  // Example 158.
  [
    `<pubsub xmlns='${NS}#owner'><delete node='${NODE}'><redirect uri='xmpp:hamlet@denmark.lit?;node=blog'/></delete></pubsub>`,
    { delete: { node: NODE, redirect: 'xmpp:hamlet@denmark.lit?;node=blog' } },
  ],
  [`<pubsub xmlns='${NS}#owner'><purge node='${NODE}'/></pubsub>`, { purge: { node: NODE } }], // Example 163
]);
roundtrip(test, ps.event, [
  // Example 117.
  [
    `<event xmlns='${NS}#event'><items node='${NODE}'><retract id='ae890ac52d0df67ed7cfdf51b644e901'/></items></event>`,
    { items: { node: NODE, items: [], retracted: ['ae890ac52d0df67ed7cfdf51b644e901'] } },
  ],
  // Example 220, shortened.
  [
    `<event xmlns='${NS}#event'><items node='${NODE}'><item id='a' publisher='hamlet@denmark.lit'>${entry}</item></items></event>`,
    {
      items: { node: NODE, items: [{ id: 'a', publisher: 'hamlet@denmark.lit', payload: entry }], retracted: [] },
    },
  ],
]);
roundtrip(test, ps.unsupported, [
  [`<unsupported xmlns='${NS}#errors' feature='subscribe'/>`, { feature: 'subscribe' }],
]);

const item = a.object({}, { id: a.text, publisher: a.text, payload: a.foreign });
const node = { node: a.text };
const subscriber = a.object({ jid: a.jid }, { node: a.text });
const state = fc.constantFrom('none', 'pending', 'subscribed', 'unconfigured');
const subscription = a.object(
  { jid: a.jid },
  {
    node: a.text,
    subId: a.text,
    state,
    expiry: a.date,
  },
);
const newSubscription = fc
  .tuple(subscription, a.object({}, { configurable: a.object({ required: a.flag }) }))
  .map(([given, more]) => ({ ...given, ...more }));
const subscriptions = a.object({ subscriptions: a.list(subscription) }, node);
const affiliation = fc.constantFrom('member', 'none', 'outcast', 'owner', 'publisher', 'publish-only');
const affiliations = a.object({ ...node, affiliations: a.list(a.object({ jid: a.jid, affiliation })) });
const ownAffiliations = a.object({ affiliations: a.list(a.object({ affiliation }, node)) }, node);
const configuration = a.object({}, { node: a.text, form: a.form });
const named = a.object(node);
const deleted = a.object(node, { redirect: a.url });
const config = a.object(
  { rosterGroups: a.list(a.text) },
  {
    accessModel: fc.constantFrom('authorize', 'open', 'presence', 'roster', 'whitelist'),
    maxItems: fc.oneof(a.count, fc.constant('max' as const)),
    notifyRetract: a.flag,
    persistItems: a.flag,
    sendLastPublishedItem: fc.constantFrom('never', 'on_sub', 'on_sub_and_presence'),
    title: a.text,
  },
);
laws(test, ps, {
  item,
  pubsub: fc.oneof(
    a.object({ publish: a.object(node, { item }) }, { publishOptions: a.form }),
    a.object(
      { items: a.object({ ...node, items: a.list(item) }, { maxItems: a.count, subId: a.text }) },
      { set: a.set },
    ),
    a.object({ create: a.object({}, node) }, { configure: a.form }),
    a.object({ subscribe: subscriber }, { options: a.object({}, { form: a.form }) }),
    a.oneOf({
      retract: a.object({ ...node, items: fc.tuple(item) }, { notify: a.flag }),
      unsubscribe: a.object({ jid: a.jid }, { node: a.text, subId: a.text }),
      options: a.object({ jid: a.jid }, { node: a.text, subId: a.text, form: a.form }),
      subscription: newSubscription,
      subscriptions,
      affiliations: ownAffiliations,
      default: configuration,
    }),
  ),
  owner: a.oneOf({
    affiliations,
    configure: configuration,
    default: a.object({}, { form: a.form }),
    delete: deleted,
    purge: named,
    subscriptions: a.object({ ...node, subscriptions: a.list(a.object({ jid: a.jid, state }, { subId: a.text })) }),
  }),
  event: a.oneOf({
    items: fc.oneof(
      a.object({ ...node, items: a.list(item), retracted: fc.constant([]) }),
      a.object({ ...node, items: fc.constant([]), retracted: a.list(a.text) }),
    ),
    purge: named,
    delete: deleted,
    configuration,
    collection: fc.oneof(a.object({}, { node: a.text, associated: a.text }), a.object({ disassociated: a.text })),
    subscription,
  }),
  errorCondition: fc.constantFrom('closed-node', 'precondition-not-met'),
  unsupported: a.object({ feature: a.text }),
  nodeConfig: config,
  publishOptions: config,
});

const at = { service: 'pubsub.shakespeare.lit', node: NODE };
const title = leaf('urn:example', 'title');

test('publish :: with options, and the id that the service made', async () => {
  const iq = new Asked([
    `<pubsub xmlns='${NS}'><publish node='${NODE}'><item id='made'/></publish></pubsub>`,
    undefined,
  ]);
  assert.is(await ps.publish(iq, at, { payload: title.build('x') }), 'made');
  assert.is(
    await ps.publish(iq, { node: NODE }, { id: 'own', payload: title.build('y') }, { accessModel: 'open' }),
    'own',
  );
  iq.expect(
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}'><publish node='${NODE}'><item><title xmlns='urn:example'>x</title></item></publish></pubsub>`,
    `set - <pubsub xmlns='${NS}'><publish node='${NODE}'><item id='own'><title xmlns='urn:example'>y</title></item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field type='hidden' var='FORM_TYPE'><value>${NS}#publish-options</value></field><field var='pubsub#access_model'><value>open</value></field></x></publish-options></pubsub>`,
  );
});

test('fetchItems :: some of them, and their values', async () => {
  const iq = new Asked([
    `<pubsub xmlns='${NS}'><items node='${NODE}'><item id='1'><title xmlns='urn:example'>a</title></item><item id='2'><other xmlns='urn:other'/></item><item id='3'/></items></pubsub>`,
    `<pubsub xmlns='${NS}'/>`,
  ]);
  const items = await ps.fetchItems(iq, at, { ids: ['1', '2'] });
  assert.is(items.length, 3);
  assert.equal(ps.valuesOf(items, title), [{ id: '1', value: 'a' }]);
  assert.equal(await ps.fetchItems(iq, at, { maxItems: 1, set: { max: 1 } }), []);
  iq.expect(
    `get pubsub.shakespeare.lit <pubsub xmlns='${NS}'><items node='${NODE}'><item id='1'/><item id='2'/></items></pubsub>`,
    `get pubsub.shakespeare.lit <pubsub xmlns='${NS}'><items node='${NODE}' max_items='1'/><set xmlns='http://jabber.org/protocol/rsm'><max>1</max></set></pubsub>`,
  );
});

test('nodes :: made, configured, shared, emptied of an item, removed', async () => {
  const iq = new Asked([undefined, undefined, undefined, undefined, undefined]);
  await ps.createNode(iq, at);
  await ps.configureNode(iq, at, { maxItems: 'max' });
  await ps.changeAffiliations(iq, at, { jid: 'bard@shakespeare.lit', affiliation: 'publisher' });
  await ps.retract(iq, at, '1');
  await ps.deleteNode(iq, at);
  iq.expect(
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}'><create node='${NODE}'/></pubsub>`, // Example 133
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}#owner'><configure node='${NODE}'><x xmlns='jabber:x:data' type='submit'><field type='hidden' var='FORM_TYPE'><value>${NS}#node_config</value></field><field var='pubsub#max_items'><value>max</value></field></x></configure></pubsub>`,
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}#owner'><affiliations node='${NODE}'><affiliation jid='bard@shakespeare.lit' affiliation='publisher'/></affiliations></pubsub>`, // Example 202
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}'><retract node='${NODE}' notify='true'><item id='1'/></retract></pubsub>`,
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}#owner'><delete node='${NODE}'/></pubsub>`, // Example 157
  );
});

test('subscriptions :: begun and ended', async () => {
  const iq = new Asked([
    `<pubsub xmlns='${NS}'><subscription node='${NODE}' jid='francisco@denmark.lit' subid='ba49' subscription='subscribed'/></pubsub>`,
    undefined,
  ]);
  const begun = await ps.subscribe(iq, at, 'francisco@denmark.lit');
  assert.is(begun?.state, 'subscribed');
  await ps.unsubscribe(iq, at, 'francisco@denmark.lit', begun?.subId);
  iq.expect(
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}'><subscribe node='${NODE}' jid='francisco@denmark.lit'/></pubsub>`,
    `set pubsub.shakespeare.lit <pubsub xmlns='${NS}'><unsubscribe node='${NODE}' jid='francisco@denmark.lit' subid='ba49'/></pubsub>`,
  );
});

test('pubsubError :: what exactly was wrong', () => {
  const error = StanzaError.of('conflict', '', { application: [ps.errorCondition.build('precondition-not-met')] });
  assert.is(ps.pubsubError(error), 'precondition-not-met');
  assert.is(ps.pubsubError(StanzaError.of('conflict')), undefined);
});

test.run();
