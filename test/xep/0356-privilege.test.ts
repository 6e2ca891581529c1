import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parse, StanzaError } from '../../src/stanza/index.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { publish } from '../../src/xep/0060-pubsub.ts';
import { nick } from '../../src/xep/0172-nick.ts';
import * as priv from '../../src/xep/0356-privilege.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0356');
const NS = 'urn:xmpp:privilege:2';
const PUBSUB = 'http://jabber.org/protocol/pubsub';

roundtrip(test, priv.privilege, [
  // Example 5.
  [
    `<privilege xmlns='${NS}'><perm access='roster' type='both' push='false'/><perm access='message' type='outgoing'/></privilege>`,
    {
      perms: [
        { access: 'roster', type: 'both', push: false, namespaces: [] },
        { access: 'message', type: 'outgoing', namespaces: [] },
      ],
    },
  ],
  // Example 8.
  [
    `<privilege xmlns='${NS}'><perm access='iq'><namespace ns='${PUBSUB}' type='set'/></perm></privilege>`,
    { perms: [{ access: 'iq', namespaces: [{ ns: PUBSUB, type: 'set' }] }] },
  ],
]);
reads(test, priv.privilege, [
  // What mod_privilege of 2023 sends: one namespace inside the other.
  [
    `<privilege xmlns='${NS}'><perm access='iq'><namespace ns='a' type='get'><namespace ns='b' type='both'/></namespace></perm></privilege>`,
    {
      perms: [
        {
          access: 'iq',
          namespaces: [
            { ns: 'a', type: 'get' },
            { ns: 'b', type: 'both' },
          ],
        },
      ],
    },
  ],
]);
roundtrip(test, priv.privilegeV1, [
  [
    "<privilege xmlns='urn:xmpp:privilege:1'><perm access='roster' type='get'/></privilege>",
    { perms: [{ access: 'roster', type: 'get', namespaces: [] }] },
  ],
]);
rejects(test, priv.privilege, [
  [`<privilege xmlns='${NS}'><perm/></privilege>`, 'missing-attribute', '/privilege/perm[1]@access'],
  [
    `<privilege xmlns='${NS}'><perm access='iq'><namespace ns='a' type='some'/></perm></privilege>`,
    'invalid-attribute',
    '/privilege/perm[1]/namespace@type',
  ],
]);
rejects(test, priv.privilegedIq, [
  // An iq that does not say that it is one.
  [`<privileged_iq xmlns='${NS}'><iq type='get' id='1'/></privileged_iq>`, 'missing-child', '/privileged_iq/iq'],
]);

const namespace = a.object({ ns: a.text, type: fc.constantFrom('none', 'get', 'set', 'both') });
const perm = a.object({ access: a.text, namespaces: a.list(namespace) }, { type: a.text, push: a.flag });
const privilege = fc.oneof(
  a.object({ perms: a.list(perm, 1) }),
  a.object({ perms: fc.constant([]), forwarded: a.forwarded }),
);
laws(test, priv, {
  privilege,
  privilegeV1: privilege,
  privilegedIq: a.object({
    iq: a.foreign.map((payload) => parse(`<iq xmlns='jabber:client' type='get' id='1'>${payload}</iq>`)),
  }),
});

const forwardedIq = (iq: string) =>
  `<privilege xmlns='${NS}'><forwarded xmlns='urn:xmpp:forward:0'>${iq}</forwarded></privilege>`;

test('onBehalfOf :: any request, in the name of a user', async () => {
  const component = new Asked([forwardedIq("<iq xmlns='jabber:client' type='result' id='1'/>")]);
  const juliet = priv.onBehalfOf(component, 'juliet@capulet.lit');
  await publish(juliet, { node: 'x' }, { id: '1', payload: nick.build('Jule') });
  const [outer] = component.requests;
  assert.is(outer?.type, 'set');
  assert.is(outer?.to, 'juliet@capulet.lit');
  const inner = outer && priv.privilegedIq.parse(outer.payload)?.iq;
  assert.equal(
    { ...inner?.attrs },
    { type: 'set', to: 'juliet@capulet.lit', from: 'juliet@capulet.lit', id: inner?.attrs.id },
  );
  assert.is(inner?.ns, 'jabber:client');
  assert.ok(inner?.getChild('pubsub', PUBSUB));
});

test('onBehalfOf :: somebody else is asked, and answers', async () => {
  const component = new Asked([
    forwardedIq(
      "<iq xmlns='jabber:client' type='result' id='1' from='example.com'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='f'/></query></iq>",
    ),
  ]);
  const info = await discoInfo(priv.onBehalfOf(component, 'juliet@capulet.lit'), 'example.com');
  assert.equal(info.features, ['f']);
  assert.is(component.requests[0]?.to, 'juliet@capulet.lit');
});

test('onBehalfOf :: errors of the user, of the server, and nonsense', async () => {
  const error = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  const component = new Asked([
    forwardedIq(`<iq xmlns='jabber:client' type='error' id='1'>${error}</iq>`),
    StanzaError.of('forbidden'),
    forwardedIq("<message xmlns='jabber:client'/>"),
    `<privilege xmlns='${NS}'/>`,
    undefined,
  ]);
  const juliet = priv.onBehalfOf(component, 'juliet@capulet.lit');
  const conditions = [];
  for (let i = 0; i < 5; i++) conditions.push((await refused(discoInfo(juliet, 'example.com'))).condition);
  assert.equal(conditions, [
    'item-not-found',
    'forbidden',
    'undefined-condition',
    'undefined-condition',
    'undefined-condition',
  ]);
});

test('privilegedMessage :: in the generation of the server', () => {
  const message = parse("<message xmlns='jabber:client' from='juliet@capulet.lit'/>");
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${message}</forwarded>`;
  assert.is(String(priv.privilegedMessage(message)), `<privilege xmlns='${NS}'>${forwarded}</privilege>`);
  assert.is(
    String(priv.privilegedMessage(message, priv.NS_V1)),
    `<privilege xmlns='urn:xmpp:privilege:1'>${forwarded}</privilege>`,
  );
});

test.run();
