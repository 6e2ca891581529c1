import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parse, StanzaError } from '../../src/stanza/index.ts';
import { fieldValue, formTypeOf, makeForm } from '../../src/xep/0004-data-forms.ts';
import * as muc from '../../src/xep/0045-muc.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0045');
const NS = 'http://jabber.org/protocol/muc';

roundtrip(test, muc.join, [
  [`<x xmlns='${NS}'/>`, {}], // Example 18
  [`<x xmlns='${NS}'><password>cauldronburn</password></x>`, { password: 'cauldronburn' }], // Example 26
  [`<x xmlns='${NS}'><history maxchars='65000'/></x>`, { history: { maxChars: 65000 } }], // Example 35
  [`<x xmlns='${NS}'><history since='1970-01-01T00:00:00Z'/></x>`, { history: { since: new Date(0) } }], // Example 38
  [`<x xmlns='${NS}'><history maxchars='0'/></x>`, { history: { maxChars: 0 } }], // Example 39
]);
rejects(test, muc.join, [
  [`<x xmlns='${NS}'><history seconds='soon'/></x>`, 'invalid-attribute', '/x/history@seconds'],
]);

const user = (value: Partial<muc.User>): muc.User => ({ items: [], statuses: [], invites: [], ...value });
roundtrip(test, muc.user, [
  // Example 24.
  [
    `<x xmlns='${NS}#user'><item affiliation='member' role='participant'/><status code='100'/><status code='110'/><status code='210'/></x>`,
    user({ items: [{ affiliation: 'member', role: 'participant' }], statuses: [100, 110, 210] }),
  ],
  // Example 90.
  [
    `<x xmlns='${NS}#user'>
      <item affiliation='none' role='none'><actor nick='Fluellen'/><reason>Avaunt, you cullion!</reason></item>
      <status code='110'/><status code='307'/>
    </x>`,
    user({
      items: [{ affiliation: 'none', role: 'none', actor: { nick: 'Fluellen' }, reason: 'Avaunt, you cullion!' }],
      statuses: [muc.STATUS.self, muc.STATUS.kicked],
    }),
  ],
  // Example 64, without its body.
  [
    `<x xmlns='${NS}#user'><invite from='crone1@shakespeare.lit/desktop'><reason>Join us</reason><continue thread='e0ffe42b28561960c6b12b944a092794b9683a38'/></invite><password>cauldronburn</password></x>`,
    user({
      invites: [
        {
          from: 'crone1@shakespeare.lit/desktop',
          reason: 'Join us',
          continue: { thread: 'e0ffe42b28561960c6b12b944a092794b9683a38' },
        },
      ],
      password: 'cauldronburn',
    }),
  ],
  // Example 58.
  [
    `<x xmlns='${NS}#user'><decline to='crone1@shakespeare.lit'><reason>Sorry, I'm too busy right now.</reason></decline></x>`,
    user({ decline: { to: 'crone1@shakespeare.lit', reason: "Sorry, I'm too busy right now." } }),
  ],
  // Example 202.
  [
    `<x xmlns='${NS}#user'><item affiliation='none' role='none'/><destroy jid='coven@chat.shakespeare.lit'><reason>Macbeth doth come.</reason></destroy></x>`,
    user({
      items: [{ affiliation: 'none', role: 'none' }],
      destroy: { jid: 'coven@chat.shakespeare.lit', reason: 'Macbeth doth come.' },
    }),
  ],
]);
reads(test, muc.user, [
  // Archives of some servers name only the address.
  [
    `<x xmlns='${NS}#user'><item jid='Hag66@shakespeare.lit'/></x>`,
    user({ items: [{ jid: 'hag66@shakespeare.lit' }] }),
  ],
]);
rejects(test, muc.user, [
  [`<x xmlns='${NS}#user'><item affiliation='king'/></x>`, 'invalid-attribute', '/x/item[1]@affiliation'],
  [`<x xmlns='${NS}#user'><status/></x>`, 'missing-attribute', '/x/status[1]@code'],
  [`<x xmlns='${NS}#user'><invite to='@'/></x>`, 'invalid-attribute', '/x/invite[1]@to'],
]);

roundtrip(test, muc.admin, [
  // Example 111.
  [
    `<query xmlns='${NS}#admin'><item affiliation='outcast' jid='earlofcambridge@shakespeare.lit'><reason>Treason</reason></item></query>`,
    { items: [{ affiliation: 'outcast', jid: 'earlofcambridge@shakespeare.lit', reason: 'Treason' }] },
  ],
]);
roundtrip(test, muc.owner, [
  [`<query xmlns='${NS}#owner'/>`, {}], // Example 156
  [
    `<query xmlns='${NS}#owner'><x xmlns='jabber:x:data' type='cancel'/></query>`,
    { form: makeForm({ type: 'cancel' }) },
  ], // Example 162
]);

const reason = { reason: a.text };
const history = a.object({}, { maxChars: a.count, maxStanzas: a.count, seconds: a.count, since: a.date });
const item = a.object(
  {},
  {
    affiliation: fc.constantFrom('owner', 'admin', 'member', 'none', 'outcast'),
    role: fc.constantFrom('moderator', 'participant', 'visitor', 'none'),
    jid: a.jid,
    nick: a.text,
    actor: a.object({}, { jid: a.jid, nick: a.text }),
    ...reason,
  },
);
const invite = a.object({}, { to: a.jid, from: a.jid, continue: a.object({}, { thread: a.text }), ...reason });
const decline = a.object({}, { to: a.jid, from: a.jid, ...reason });
const destroy = a.object({}, { jid: a.jid, password: a.text, ...reason });
laws(test, muc, {
  history,
  join: a.object({}, { history, password: a.text }),
  invite,
  decline,
  user: a.object(
    { items: a.list(item), statuses: a.list(fc.integer({ min: 100, max: 999 })), invites: a.list(invite) },
    { decline, destroy, password: a.text },
  ),
  admin: a.object({ items: a.list(item, 1) }),
  owner: a.oneOf({ form: a.form, destroy }),
  roomInfo: a.object(
    { contactJids: a.list(a.jid) },
    { description: a.text, occupants: a.count, subjectModifiable: a.flag, lang: a.lang, maxHistoryFetch: a.count },
  ),
  roomConfig: a.object(
    {
      getMemberList: a.list(a.text),
      presenceBroadcast: a.list(a.text),
      admins: a.list(a.jid),
      owners: a.list(a.jid),
    },
    { name: a.text, membersOnly: a.flag, maxUsers: a.text, whois: fc.constantFrom('anyone', 'moderators') },
  ),
  roomRegistration: a.object({ faqEntry: a.list(a.text) }, { nick: a.text, allow: a.flag }),
  voiceRequest: a.object({}, { role: fc.constant('participant'), jid: a.jid, nick: a.text, allow: a.flag }),
});

test('roomInfo :: is read from what disco tells', () => {
  // Example 10, shortened.
  const form = makeForm({
    type: 'result',
    fields: [
      ['FORM_TYPE', 'http://jabber.org/protocol/muc#roominfo'],
      ['muc#roominfo_description', 'The place for all good witches!'],
      ['muc#roominfo_occupants', '3'],
      ['muc#roominfo_subjectmod', 'true'],
    ].map(([name, value]) => ({
      var: name as string,
      values: [value as string],
      options: [],
      extensions: [],
      required: false,
    })),
  });
  assert.equal(muc.roomInfo.read(form), {
    contactJids: [],
    description: 'The place for all good witches!',
    occupants: 3,
    subjectModifiable: true,
  });
});

test('subjectChange :: a subject with nothing to say beside it', () => {
  const change = (inner: string) => muc.subjectChange(parse(`<message xmlns='jabber:client'>${inner}</message>`));
  assert.is(change('<subject>Fire Burn and Cauldron Bubble!</subject>'), 'Fire Burn and Cauldron Bubble!');
  assert.is(change('<subject/>'), '');
  assert.is(change('<subject>a</subject><body>b</body>'), undefined);
  assert.is(change('<subject>a</subject><thread>b</thread>'), undefined);
  assert.is(change('<body>b</body>'), undefined);
});

const ROOM = 'coven@chat.shakespeare.lit';

test('standing :: lists, and changes to them', async () => {
  const iq = new Asked([
    `<query xmlns='${NS}#admin'><item affiliation='outcast' jid='earlofcambridge@shakespeare.lit'/></query>`,
    `<query xmlns='${NS}#admin'/>`,
    undefined,
  ]);
  assert.equal(await muc.fetchAffiliations(iq, ROOM, 'outcast'), [
    { affiliation: 'outcast', jid: 'earlofcambridge@shakespeare.lit' },
  ]);
  assert.equal(await muc.fetchRoles(iq, ROOM, 'participant'), []);
  await muc.changeStanding(iq, ROOM, { nick: 'pistol', role: 'none', reason: 'Avaunt, you cullion!' });
  iq.expect(
    `get ${ROOM} <query xmlns='${NS}#admin'><item affiliation='outcast'/></query>`, // Example 116
    `get ${ROOM} <query xmlns='${NS}#admin'><item role='participant'/></query>`, // Example 103
    `set ${ROOM} <query xmlns='${NS}#admin'><item nick='pistol' role='none'><reason>Avaunt, you cullion!</reason></item></query>`, // Example 89
  );
});

test('configuration :: fetched, changed, taken as it is', async () => {
  const iq = new Asked([
    `<query xmlns='${NS}#owner'><x xmlns='jabber:x:data' type='form'><title>Configuration</title></x></query>`,
    undefined,
    undefined,
    undefined,
  ]);
  assert.is((await muc.fetchRoomConfig(iq, ROOM)).title, 'Configuration');
  await muc.configureRoom(iq, ROOM, { name: 'A Dark Cave', membersOnly: true });
  await muc.configureRoom(iq, ROOM);
  await muc.destroyRoom(iq, ROOM, { reason: 'Macbeth doth come.' });
  iq.expect(
    `get ${ROOM} <query xmlns='${NS}#owner'/>`,
    `set ${ROOM} <query xmlns='${NS}#owner'><x xmlns='jabber:x:data' type='submit'><field type='hidden' var='FORM_TYPE'><value>${NS}#roomconfig</value></field><field var='muc#roomconfig_membersonly'><value>true</value></field><field var='muc#roomconfig_roomname'><value>A Dark Cave</value></field></x></query>`,
    `set ${ROOM} <query xmlns='${NS}#owner'><x xmlns='jabber:x:data' type='submit'/></query>`, // Example 155
    `set ${ROOM} <query xmlns='${NS}#owner'><destroy><reason>Macbeth doth come.</reason></destroy></query>`,
  );
});

test('configuration :: a room without a form has nothing to configure', async () => {
  const iq = new Asked([`<query xmlns='${NS}#owner'/>`]); // Example 158
  assert.is((await refused(muc.fetchRoomConfig(iq, ROOM))).condition, 'undefined-condition');
});

test('reserved nickname :: the name of the identity; none when the room cannot say', async () => {
  const DISCO = 'http://jabber.org/protocol/disco#info';
  const iq = new Asked([
    `<query xmlns='${DISCO}' node='x-roomuser-item'><identity category='conference' name='thirdwitch' type='text'/></query>`, // Example 78
    StanzaError.of('feature-not-implemented'),
  ]);
  assert.is(await muc.fetchReservedNick(iq, ROOM), 'thirdwitch');
  assert.is(await muc.fetchReservedNick(iq, ROOM), undefined);
  const asked = `get ${ROOM} <query xmlns='${DISCO}' node='x-roomuser-item'/>`;
  iq.expect(asked, asked);
});

test('voiceRequest :: as a message form', () => {
  const form = muc.voiceRequest.write('submit', { role: 'participant' }); // Example 79
  assert.is(formTypeOf(form), `${NS}#request`);
  assert.is(fieldValue(form, 'muc#role'), 'participant');
});

test.run();
