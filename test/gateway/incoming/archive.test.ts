import * as assert from 'uvu/assert';
import type { BaseGateway } from '../../../src/gateway/gateway.ts';
import { archiveMetadata, archiveQuery } from '../../../src/gateway/incoming/archive.ts';
import type { IqRoute } from '../../../src/gateway/incoming/route.ts';
import { type Element, find, JID } from '../../../src/stanza/index.ts';
import { fin, type Metadata, metadata, NS, type Query, query, result } from '../../../src/xep/0313-mam.ts';
import { asking, condition, entry, NOW, ROOM, setup } from '../../support/room-archive.ts';
import { suite } from '../../support/test.ts';
import { assertValid, hasValidator } from '../../support/validator.ts';
import { canonical, stanza } from '../../support/xml.ts';

const test = suite('archive routes');

/** Asks a room with three messages, of which the plugin knew the first. */
async function asked(
  route: IqRoute,
  type: 'get' | 'set',
  payload: Element,
): Promise<{ sent: Element[]; answer: Element | undefined }> {
  const { archive } = await setup();
  for (const i of [1, 2]) archive.add(entry(`text ${i}`, { id: `m${i}`, at: i }));
  const room = {
    jid: JID.parse(ROOM),
    async archiveReady() {
      archive.add(entry('text 0', { legacyId: 'm0', backfilled: true }));
      return archive;
    },
  };
  const sent: Element[] = [];
  const session = { bookmarks: { ifKnownLocal: () => room } };
  const gateway = {
    sendTransient: (each: Element) => sent.push(each),
    sessions: { get: () => session },
    getSessionFromStanza: () => session,
  } as unknown as BaseGateway;
  const xml = stanza(`<iq type='${type}' id='1' from='romeo@example/orchard' to='${ROOM}'>${payload}</iq>`);
  const incoming = { gateway, stanza: xml, from: JID.parse('romeo@example/orchard'), to: room.jid, payload, type };
  assert.ok(route.kind.ns === payload.ns && route.kind.names.includes(payload.name));
  return { sent, answer: await route.handle(incoming) };
}

test('query :: results from the room to the asker, then what is to be said of them', async () => {
  const { sent, answer } = await asked(
    archiveQuery,
    'set',
    query.build({ queryId: 'q', set: { max: 2 }, flipPage: false }),
  );
  if (hasValidator) assertValid(sent, { component: true });
  assert.equal(sent.map(canonical), [
    canonical(
      stanza(
        `<message from='${ROOM}' to='romeo@example/orchard'><result xmlns='${NS}' queryid='q' id='m0'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-10T00:00:00Z'/><message xmlns='jabber:client' type='groupchat' from='${ROOM}/juliet' id='m0'><body>text 0</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o-juliet'/></message></forwarded></result></message>`,
      ),
    ),
    canonical(sent[1] as Element),
  ]);
  assert.is(find(sent[1] as Element, result)?.id, 'm1');
  assert.equal(fin.parse(answer as Element), { set: { first: { id: 'm0' }, last: 'm1', count: 3 } });
});

test('query :: the fields of the filter', async () => {
  const { sent, answer } = await asked(archiveQuery, 'get', query.build({ flipPage: false }));
  assert.equal(sent, []);
  const { form } = query.parse(answer as Element) as Query;
  assert.is(form?.type, 'form');
  assert.equal(
    form?.fields.map((field) => `${field.var} ${field.type} ${field.values}`),
    [
      `FORM_TYPE hidden ${NS}`,
      'with jid-single ',
      'start text-single ',
      'end text-single ',
      'before-id text-single ',
      'after-id text-single ',
      'ids list-multi ',
    ],
  );
  assert.match(
    String(answer),
    /<validate xmlns='http:\/\/jabber.org\/protocol\/xdata-validate' datatype='xs:string'><open\/>/,
  );
});

test('query :: an error, and nothing else, for what is not there', async () => {
  assert.is(await condition(asked(archiveQuery, 'set', query.build(asking({}, { after: 'x' })))), 'item-not-found');
});

test('metadata :: what the archive has, with what the plugin knew', async () => {
  const { answer } = await asked(archiveMetadata, 'get', metadata.build({}));
  const wanted: Metadata = {
    start: { id: 'm0', timestamp: new Date(NOW) },
    end: { id: 'm2', timestamp: new Date(NOW + 2) },
  };
  assert.equal(metadata.parse(answer as Element), wanted);
  assert.is(await condition(asked(archiveMetadata, 'set', metadata.build({}))), 'bad-request');
});

test.run();
