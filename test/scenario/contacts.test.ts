/** Who contacts are: friendship, names, pictures, vCards, last activity; and which clients are told. */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { BaseSession, type LegacyContact, LegacyRoster, XmppError } from '../../src/gateway/index.ts';
import { type Element, JID, presence, StanzaError } from '../../src/stanza/index.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { fetchVCard as fetchVCardTemp } from '../../src/xep/0054-vcard-temp.ts';
import { fetchItems } from '../../src/xep/0060-pubsub.ts';
import { fetchAvatar, fetchMetadata } from '../../src/xep/0084-avatar.ts';
import { c, capsOf } from '../../src/xep/0115-caps.ts';
import { fetchVCard } from '../../src/xep/0292-vcard4.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { FULL_PLUGIN, FullContact, FullGateway } from '../support/full-plugin.ts';
import { type Call, TestContact } from '../support/plugin.ts';
import { Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('contacts');
const JULIET = 'juliet@gw.localhost';
const STRANGER = 'stranger@gw.localhost';
const NICK = 'http://jabber.org/protocol/nick';
const AVATAR = 'urn:xmpp:avatar:metadata';
const VCARD = 'urn:xmpp:vcard4';

const play = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  Stage.with({ ...options, plugin: { ...FULL_PLUGIN, ...options.plugin } }, async (stage) => {
    await scene(stage, await stage.registered());
  });
const contactOf = (stage: Stage, id: string) => stage.session().contacts.byLegacyId(id);
const callsOf = (stage: Stage): Call[] => stage.session().calls.slice(1);
const condition = (answer: unknown) => (answer instanceof StanzaError ? answer.condition : String(answer));

/** The presences and events that have come, in a few words each. */
async function came(romeo: User): Promise<string[]> {
  await romeo.settle();
  return inWords(romeo.received.splice(0));
}

function inWords(stanzas: readonly Element[]): string[] {
  return stanzas
    .filter(({ name }) => name !== 'iq')
    .map((stanza) => {
      const [from = ''] = (stanza.attrs.from ?? '').split('@');
      if (stanza.name === 'presence') return `${from} ${stanza.attrs.type ?? stanza.getChildText('show') ?? 'online'}`;
      const items = stanza.getChild('event')?.getChild('items');
      return `${from} ${items?.attrs.node}: ${items?.getChild('item')?.getChildElements()[0]?.text() ?? ''}`;
    });
}

// --- friendship

test('friends :: a friend’s subscription is accepted without asking', () =>
  play(async (stage, romeo) => {
    romeo.sends(`<presence to='${JULIET}' type='subscribe'/>`);
    await romeo.settle();
    // The server keeps it from the client, which has the subscription already.
    assert.ok(stage.routed.some((s) => s.attrs.from === JULIET && s.attrs.type === 'subscribed'));
    assert.equal(callsOf(stage), [['onSubscribe', JULIET]]);
  }));

test('friends :: the user asks; the contact accepts later', () =>
  play(async (stage, romeo) => {
    const stranger = await contactOf(stage, 'stranger');
    stranger.online();
    romeo.sends(`<presence to='${STRANGER}' type='subscribe'><status>it is me</status></presence>`);
    assert.equal(await came(romeo), []);
    assert.equal(callsOf(stage), [
      ['onSubscribe', STRANGER],
      ['onFriendRequest', 'stranger', 'it is me'],
    ]);
    assert.not(stranger.isFriend);
    stranger.acceptFriendRequest('welcome');
    assert.ok(stranger.isFriend);
    assert.equal(await came(romeo), ['stranger subscribed', 'stranger online', `stranger ${NICK}: STRANGER`]);
  }));

test('friends :: the user asks; the contact refuses', () =>
  play(async (stage, romeo) => {
    const stranger = await contactOf(stage, 'stranger');
    romeo.sends(`<presence to='${STRANGER}' type='subscribe'/>`);
    await romeo.settle();
    stranger.rejectFriendRequest('no, thanks');
    const answer = await romeo.receives((s) => s.attrs.from === STRANGER);
    assert.equal([answer.attrs.type, answer.getChildText('status')], ['unsubscribed', 'no, thanks']);
    assert.equal(await came(romeo), []);
    assert.not(stranger.isFriend);
  }));

test('friends :: the contact asks; each time, under its name; and the user accepts', () =>
  play(async (stage, romeo) => {
    const stranger = await contactOf(stage, 'stranger');
    stranger.sendFriendRequest('remember me?');
    stranger.sendFriendRequest();
    const first = await romeo.receives((s) => s.attrs.type === 'subscribe');
    assert.equal(
      [first.attrs.from, first.getChildText('status'), first.getChildText('nick')],
      [STRANGER, 'remember me?', 'STRANGER'],
    );
    // The server shows the user one request, however many there are.
    assert.is(stage.routed.filter((s) => s.attrs.type === 'subscribe' && s.attrs.from === STRANGER).length, 2);
    romeo.sends(`<presence to='${STRANGER}' type='subscribed'/>`);
    await romeo.settle();
    assert.equal(callsOf(stage), [
      ['onSubscribed', STRANGER],
      ['onFriendAccept', 'stranger'],
    ]);
    assert.ok(stranger.isFriend);
  }));

test('friends :: the user ends the friendship; that is told once, and only of friends', () =>
  play(async (stage, romeo) => {
    const server = (type: string, to: string) => romeo.sends(`<presence to='${to}' type='${type}'/>`);
    server('unsubscribed', JULIET);
    server('unsubscribe', JULIET);
    server('unsubscribed', STRANGER);
    await romeo.settle();
    assert.equal(callsOf(stage), [['onFriendDelete', 'juliet', '']]);
    assert.not((await contactOf(stage, 'juliet')).isFriend);
    // A presence from now on would be for nobody.
    await came(romeo);
    (await contactOf(stage, 'juliet')).away();
    assert.equal(await came(romeo), []);
  }));

test('friends :: by default a contact accepts everybody', () =>
  play(
    async (stage, romeo) => {
      romeo.sends(`<presence to='${STRANGER}' type='subscribe'/>`);
      await romeo.receives((s) => s.attrs.from === STRANGER && s.attrs.type === 'subscribed');
      assert.ok((await contactOf(stage, 'stranger')).isFriend);
    },
    { plugin: { contact: TestContact } },
  ));

test('friends :: with isFriend the roster follows', () =>
  play(async (stage, romeo) => {
    const juliet = await contactOf(stage, 'juliet');
    const subscription = async () => {
      await romeo.settle();
      const roster = await romeo.asks('get', 'romeo@localhost', "<query xmlns='jabber:iq:roster'/>");
      return /jid='juliet@[^>]*subscription='(\w+)'/.exec(String(roster))?.[1];
    };
    juliet.isFriend = false;
    assert.is(await subscription(), 'none');
    juliet.isFriend = true;
    assert.is(await subscription(), 'both');
  }));

// --- what a contact is called

test('names :: a new name goes to the roster and to the clients, of friends only', () => {
  class Grouped extends FullGateway {
    override readonly rosterGroup = 'The network';
  }
  return play(
    async (stage, romeo) => {
      (await contactOf(stage, 'stranger')).name = 'Somebody else';
      assert.equal(await came(romeo), []);
      const juliet = await contactOf(stage, 'juliet');
      juliet.name = 'Juliet C.';
      juliet.name = 'Juliet C.';
      assert.equal(
        (await came(romeo)).filter((line) => line.includes(NICK)),
        [`juliet ${NICK}: Juliet C.`],
      );
      const roster = await romeo.asks('get', 'romeo@localhost', "<query xmlns='jabber:iq:roster'/>");
      assert.match(String(roster), /jid='juliet@gw\.localhost' name='Juliet C\.'/);
      assert.match(String(roster), '<group>The network</group>');
    },
    { plugin: { gateway: Grouped } },
  );
});

test('info :: is fetched once, by however many look-ups; what it finds is sent afterwards, once', () => {
  class Informed extends TestContact {
    override async updateInfo(): Promise<void> {
      await super.updateInfo();
      this.isFriend = true;
      this.online({ status: 'hello' });
      this.setVcard({ fullName: 'Tybalt Capulet' });
    }
  }
  return play(
    async (stage, romeo) => {
      const { contacts } = stage.session();
      await came(romeo);
      const found = await Promise.all([
        contacts.byLegacyId('tybalt'),
        contacts.byLegacyId('tybalt'),
        contacts.byJid(JID.parse('tybalt@gw.localhost/any')),
        contacts.byStanza(presence({ to: 'tybalt@gw.localhost' })),
      ]);
      assert.is(new Set<LegacyContact>(found).size, 1);
      assert.is((found[0] as TestContact).updates, 1);
      assert.equal(await came(romeo), ['tybalt online', `tybalt ${NICK}: TYBALT`, `tybalt ${VCARD}: `]);
      await contacts.byLegacyId('tybalt');
      assert.equal(await came(romeo), []);
    },
    { plugin: { contact: Informed } },
  );
});

test('addresses :: any id of the network can be one; the plugin may write it as it likes', () => {
  class Odd extends LegacyRoster<FullContact> {
    override async legacyIdToJidUsername(legacyId: string): Promise<string> {
      if (legacyId === 'forbidden') throw new XmppError('bad-request', 'Not that one.');
      return legacyId.startsWith('+') ? `tel.${legacyId.slice(1)}` : super.legacyIdToJidUsername(legacyId);
    }
    override async jidUsernameToLegacyId(username: string): Promise<string> {
      return username.startsWith('tel.') ? `+${username.slice(4)}` : super.jidUsernameToLegacyId(username);
    }
  }
  return play(
    async (stage) => {
      const { contacts } = stage.session();
      const odd = await contacts.byLegacyId('a b@c/"d"');
      assert.is(odd.jid.local, 'a\\20b\\40c\\2f\\22d\\22');
      assert.is(await contacts.byJid(odd.jid), odd);
      assert.is((await contacts.byLegacyId('+4930')).jid.bare, 'tel.4930@gw.localhost');
      assert.is((await contacts.byJid(JID.parse('tel.4930@gw.localhost'))).legacyId, '+4930');
      // What the plugin itself writes is checked, too.
      assert.is(condition(await contacts.byLegacyId('+49 30').catch((e) => e)), 'jid-malformed');
      assert.is(condition(await contacts.byLegacyId('forbidden').catch((e) => e)), 'bad-request');
      assert.is(condition(await contacts.byLegacyId(' x').catch((e) => e)), 'item-not-found');
    },
    { plugin: { roster: Odd } },
  );
});

test('addresses :: another way to write one is refused, with the one that it has; whether it is in use or not', () => {
  class Folding extends LegacyRoster<FullContact> {
    override async jidUsernameToLegacyId(username: string): Promise<string> {
      return username.replaceAll('{', '[');
    }
  }
  return play(
    async (stage) => {
      const { contacts } = stage.session();
      const refused = (): Promise<StanzaError> => contacts.byJid('a{@gw.localhost').catch((error) => error);
      const text = 'The address of this contact is a[@gw.localhost.';
      assert.is((await refused()).text, text);
      await contacts.byJid('a[@gw.localhost');
      assert.is((await refused()).text, text);
    },
    { plugin: { roster: Folding } },
  );
});

test('arguments :: what byLegacyId is given reaches the constructor', () => {
  class Described extends FullContact {
    readonly about: string;
    constructor(...[session, legacyId, jidUsername, about = 'nothing']: [never, string, string, string?]) {
      super(session, legacyId, jidUsername);
      this.about = about;
    }
  }
  return play(
    async (stage) => {
      const contact = await stage.session().contacts.byLegacyId('paris', 'a count');
      assert.is((contact as unknown as Described).about, 'a count');
    },
    { plugin: { contact: Described as never } },
  );
});

test('names :: said by a constructor, they count, also for a contact that is stored, and nothing else is lost', () =>
  withFolder((homeDir) => {
    class Named extends FullContact {
      constructor(...[session, legacyId, jidUsername, name]: [never, string, string, string?]) {
        super(session, legacyId, jidUsername);
        this.name = name;
      }
      override async updateInfo(): Promise<void> {}
    }
    class Unfilled extends LegacyRoster<Named> {
      override async fill(): Promise<void> {
        await this.byLegacyId('paris', filled);
      }
    }
    let filled = 'Count Paris';
    return play(
      async (stage) => {
        const paris = await contactOf(stage, 'paris');
        assert.is(paris.name, 'Count Paris');
        await paris.addToRoster();
        filled = 'Paris';
        await stage.restart();
        await eventually(() => void stage.session());
        await stage.session().waitForReady();
        const again = await contactOf(stage, 'paris');
        assert.equal([again.name, again.isFriend, again.inRoster], ['Paris', true, true]);
        await stage.session().contacts.flush();
        const [stored] = await stage.gateway.store.contacts.all(stage.session().userId);
        assert.equal([stored?.name, stored?.isFriend, stored?.inRoster], ['Paris', true, true]);
        // The roster follows.
        const written = stage.routed.filter(
          (s) => s.getChild('query', 'jabber:iq:roster')?.getChild('item')?.attrs.name,
        );
        assert.is(written.at(-1)?.getChild('query')?.getChild('item')?.attrs.name, 'Paris');
      },
      { homeDir, plugin: { contact: Named as never, roster: Unfilled } },
    );
  }));

// --- presence

test('presence :: when somebody was last seen, also for clients that do not know how to ask', () =>
  play(
    async (stage, romeo) => {
      const juliet = await contactOf(stage, 'juliet');
      const recent = new Date(Date.now() - 3_600_000);
      juliet.away({ status: 'out', lastSeen: recent });
      const { status, since } = await lastSeen(romeo);
      assert.is(since, recent.toISOString());
      assert.match(status, /^out -- last seen (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d\d:\d\d$/);
      juliet.offline({ lastSeen: new Date('2001-02-03T04:05:06Z') });
      assert.equal(await lastSeen(romeo), { status: 'Last seen 2001-02-03', since: '2001-02-03T04:05:06Z' });
    },
    { config: { 'last-seen-fallback': true } },
  ));

async function lastSeen(romeo: User) {
  const stanza = await romeo.receives((s) => s.name === 'presence');
  return {
    status: stanza.getChildText('status') ?? '',
    since: stanza.getChild('idle', 'urn:xmpp:idle:1')?.attrs.since,
  };
}

test('capabilities :: stand in the presence, are true, and differ where contacts differ', () => {
  class Simple extends TestContact {
    override readonly correction = false;
    override readonly reactionsSingleEmoji = true;
    override readonly clientType = 'phone';
  }
  const capsIn = async (stage: Stage, romeo: User): Promise<[Element, Element]> => {
    (await contactOf(stage, 'juliet')).away();
    const stanza = await romeo.receives((s) => s.name === 'presence' && s.getChildText('show') === 'away');
    const caps = stanza.getChild('c', 'http://jabber.org/protocol/caps') as Element;
    const info = await discoInfo(romeo.client, `${JULIET}/slipway`, `${caps.attrs.node}#${caps.attrs.ver}`);
    assert.is(capsOf(caps.attrs.node ?? '', info).ver, caps.attrs.ver);
    return [
      caps,
      (await romeo.asks(
        'get',
        `${JULIET}/slipway`,
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
      )) as Element,
    ];
  };
  const vers: string[] = [];
  const all = async () => {
    await play(async (stage, romeo) => {
      const [caps, info] = await capsIn(stage, romeo);
      vers.push(caps.attrs.ver ?? '');
      assert.match(String(info), "<identity category='client' type='pc' name='Test'/>");
      assert.match(String(info), "<feature var='urn:xmpp:message-correct:0'/>");
    });
    await play(
      async (stage, romeo) => {
        const [caps, info] = await capsIn(stage, romeo);
        vers.push(caps.attrs.ver ?? '');
        assert.match(String(info), "type='phone'");
        assert.not.match(String(info), 'urn:xmpp:message-correct:0');
      },
      { plugin: { contact: Simple } },
    );
    assert.is(new Set(vers).size, 2);
  };
  return all();
});

// --- what a contact rules out

const RULED_OUT: [flag: string, feature: string, payload: string, hook: string][] = [
  [
    'chatStates',
    'http://jabber.org/protocol/chatstates',
    "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
    'composing',
  ],
  ['marks', 'urn:xmpp:chat-markers:0', "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>", 'displayed'],
  ['receipts', 'urn:xmpp:receipts', "<body>x</body><request xmlns='urn:xmpp:receipts'/>", 'received'],
];
for (const [flag, feature, payload, hook] of RULED_OUT) {
  test(`flags :: without ${flag} it is neither advertised nor done, and no error`, async () => {
    for (const isOn of [true, false]) {
      class Flagged extends FullContact {}
      Object.defineProperty(Flagged.prototype, flag, { value: isOn });
      await play(
        async (stage, romeo) => {
          const { features } = await discoInfo(romeo.client, `${JULIET}/slipway`);
          assert.is(features.includes(feature), isOn);
          romeo.sends(`<message to='${JULIET}' type='chat' id='1'>${payload}</message>`);
          const receipts = (await romeo.all('message')).map((xml) => /<(received|error) /.exec(xml)?.[1]);
          const done = [...receipts, ...callsOf(stage).map(([name]) => name)];
          assert.is(done.includes(hook), isOn);
          assert.not(done.includes('error'));
        },
        { plugin: { contact: Flagged } },
      );
    }
  });
}

test('facts :: who a contact is, and from which resource it speaks', () => {
  class Placed extends FullContact {
    override readonly resource = 'balcony';
  }
  return play(
    async (stage, romeo) => {
      const juliet = await contactOf(stage, 'juliet');
      const { mtype, isGroup, session, legacyId, jidUsername } = juliet;
      assert.equal(
        [mtype, isGroup, session, legacyId, jidUsername],
        ['chat', false, stage.session(), 'juliet', 'juliet'],
      );
      assert.equal([stage.gateway.mtype, stage.gateway.isGroup, session.xmpp], ['chat', false, stage.gateway]);
      juliet.sendText('here');
      assert.is((await romeo.receives((s) => s.name === 'message')).attrs.from, `${JULIET}/balcony`);
      const stanza = presence({ from: 'romeo@localhost/test', to: JULIET });
      assert.is(BaseSession.fromStanza(stanza, stage.gateway), session);
      assert.is(stage.gateway.getSessionFromStanza(stanza), session);
      assert.is(stage.gateway.getSessionFromJid('romeo@localhost/any'), session);
      assert.is(stage.gateway.getSessionFromUser(session.user), session);
    },
    { plugin: { contact: Placed } },
  );
});

test('roster :: what a plugin does instead, where the server does not let us write', async () => {
  const asked: string[] = [];
  class Silent extends FullContact {
    override async onAddedToRosterNoPrivilege(): Promise<void> {
      asked.push(this.legacyId);
    }
  }
  await play(
    async (stage) => {
      assert.equal(asked, ['juliet', 'nurse']);
      assert.not(stage.routed.some((s) => s.attrs.type === 'subscribe' && s.attrs.from === JULIET));
    },
    { plugin: { contact: Silent }, server: { privileges: false } },
  );
});

// --- pictures

const picture = (colour: string, size = 20) =>
  sharp({ create: { width: size, height: size, channels: 3, background: colour } })
    .png()
    .toBuffer();
const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');
const avatarEvents = async (romeo: User) => {
  await romeo.settle();
  const events = romeo.received.splice(0).filter((s) => s.getChild('event')?.getChild('items')?.attrs.node === AVATAR);
  return events.map((s) => /<info [^>]*id='(\w+)'/.exec(String(s))?.[1] ?? 'none');
};

test('roster :: a login writes what differs, and leaves contacts in the groups that the user has put them into', async () => {
  await withFolder((homeDir) =>
    play(
      async (stage, romeo) => {
        const writes = () =>
          stage.routed
            .filter((s) => s.name === 'iq' && s.attrs.type === 'set' && s.attrs.from === 'gw.localhost')
            .flatMap((s) => s.getChild('query', 'jabber:iq:roster')?.getChildren('item') ?? [])
            .map((item) => [
              item.attrs.jid,
              item.attrs.name,
              ...item.getChildren('group').map((group) => group.text()),
            ]);
        const juliet = await contactOf(stage, 'juliet');
        const own = `<item jid='${JULIET}' name='JULIET'><group>slipway</group><group>Capulet</group></item>`;
        romeo.sends(`<iq type='set' id='own'><query xmlns='jabber:iq:roster'>${own}</query></iq>`);
        await romeo.settle();
        assert.is(juliet.name, 'JULIET');
        stage.routed.length = 0;
        await stage.restart();
        await stage.gateway.lifecycle.firstLogins;
        assert.not(writes().some(([jid]) => jid === JULIET));
        // The user has called her something else: the network decides, but not on the groups.
        romeo.sends(
          `<iq type='set' id='own2'><query xmlns='jabber:iq:roster'>${own.replace("'JULIET'", "'J.'")}</query></iq>`,
        );
        await romeo.settle();
        stage.routed.length = 0;
        await stage.session().reLogin();
        assert.equal(
          writes().filter(([jid]) => jid === JULIET),
          [[JULIET, 'JULIET', 'slipway', 'Capulet']],
        );
      },
      { homeDir },
    ),
  );
});

test('pictures :: presence says which picture is in the vCard', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.registered();
    const photo = async () => {
      const presence = await romeo.receives((s) => s.name === 'presence');
      return presence.getChild('x', 'vcard-temp:x:update')?.getChildText('photo');
    };
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.away();
    assert.is(await photo(), '');
    await juliet.setAvatar(await picture('red'), { blocking: true });
    assert.is(await photo(), juliet.avatarHash);
    juliet.online();
    assert.is(await photo(), juliet.avatarHash);
    await juliet.setAvatar(undefined);
    assert.is(await photo(), '');
    // Who is not there says nothing.
    juliet.offline();
    assert.is(await photo(), undefined);
    await juliet.setAvatar(await picture('blue'), { blocking: true });
    assert.equal(await romeo.all('presence'), []);
  }));

test('pictures :: from bytes: announced, to be fetched, the same one not announced again, taken away', () =>
  play(async (stage, romeo) => {
    const juliet = await contactOf(stage, 'juliet');
    const red = await picture('red');
    await juliet.setAvatar(red, { blocking: true });
    assert.equal(await avatarEvents(romeo), [sha1(red)]);
    assert.is(juliet.avatar, sha1(red));
    await juliet.setAvatar(red, { blocking: true });
    assert.equal(await avatarEvents(romeo), []);
    assert.equal(Buffer.from((await fetchAvatar(romeo.client, JULIET, sha1(red))) ?? []), red);
    const [info] = (await fetchMetadata(romeo.client, JULIET))?.infos ?? [];
    assert.equal(
      [info?.id, info?.type, info?.bytes, info?.width, info?.height],
      [sha1(red), 'image/png', red.length, 20, 20],
    );
    assert.is((await fetchVCardTemp(romeo.client, JULIET))?.photos[0]?.data?.length, red.length);
    await juliet.setAvatar(undefined);
    assert.equal(await avatarEvents(romeo), ['none']);
    assert.is(juliet.avatar, undefined);
    assert.is(condition(await fetchAvatar(romeo.client, JULIET, sha1(red)).catch((e) => e)), 'item-not-found');
  }));

test('pictures :: with a name of the network: fetched only when that changes', () =>
  play(async (stage, romeo) =>
    withFolder(async (folder) => {
      const juliet = await contactOf(stage, 'juliet');
      const path = join(folder, 'a.png');
      const [red, blue] = [await picture('red'), await picture('blue')];
      writeFileSync(path, red);
      await juliet.setAvatar(path, { avatarUniqueId: 'v1', blocking: true });
      writeFileSync(path, blue);
      await juliet.setAvatar(path, { avatarUniqueId: 'v1', blocking: true });
      assert.equal(await avatarEvents(romeo), [sha1(red)]);
      assert.is(juliet.avatar, 'v1');
      await juliet.setAvatar(path, { avatarUniqueId: 'v2', blocking: true });
      assert.equal(await avatarEvents(romeo), [sha1(blue)]);
    }),
  ));

test('pictures :: from the web: made small, and not fetched again while they are the same', async () => {
  const large = await picture('green', 600);
  const served: number[] = [];
  const server = createServer((request, response) => {
    const status = request.headers['if-none-match'] === '"1"' ? 304 : 200;
    served.push(status);
    response.writeHead(status, { etag: '"1"' }).end(status === 200 ? large : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/juliet`;
  try {
    await play(
      async (stage, romeo) => {
        const juliet = await contactOf(stage, 'juliet');
        juliet.avatar = url;
        await juliet.setAvatar(url, { blocking: true });
        assert.equal(served, [200, 304]);
        const [hash = '', ...more] = await avatarEvents(romeo);
        assert.equal(more, []);
        const small = (await fetchAvatar(romeo.client, JULIET, hash)) as Uint8Array;
        const { width, height, format } = await sharp(small).metadata();
        assert.equal([width, height, format], [200, 200, 'png']);
      },
      { config: { 'allow-private-urls': true } },
    );
    served.length = 0;
    // Private addresses are not asked unless that is allowed.
    await play(async (stage, romeo) => {
      await (await contactOf(stage, 'juliet')).setAvatar(url, { blocking: true });
      assert.equal([served, await avatarEvents(romeo)], [[], []]);
    });
  } finally {
    server.close();
  }
});

test('pictures :: what is none changes nothing', () =>
  play(async (stage, romeo) => {
    const juliet = await contactOf(stage, 'juliet');
    const red = await picture('red');
    await juliet.setAvatar(red, { blocking: true });
    await juliet.setAvatar(new TextEncoder().encode('not a picture'), { blocking: true });
    await juliet.setAvatar('/no/such/file', { blocking: true });
    assert.equal(await avatarEvents(romeo), [sha1(red)]);
    assert.equal(stage.gateway.errors, []);
  }));

test('pictures :: survive a restart, without being set again', () =>
  withFolder((homeDir) =>
    play(
      async (stage, romeo) => {
        const red = await picture('red');
        await (await contactOf(stage, 'juliet')).setAvatar(red, { avatarUniqueId: 'v1', blocking: true });
        await stage.restart();
        await eventually(() => void stage.session());
        await stage.session().waitForReady();
        const juliet = await contactOf(stage, 'juliet');
        assert.is(juliet.avatar, 'v1');
        assert.equal(Buffer.from((await fetchAvatar(romeo.client, JULIET, sha1(red))) ?? []), red);
      },
      { homeDir },
    ),
  ));

// --- vCards

test('vCards :: in both forms, by request and as an event', () =>
  play(async (stage, romeo) => {
    const juliet = await contactOf(stage, 'juliet');
    juliet.setVcard({
      fullName: 'Juliet Capulet',
      given: 'Juliet',
      surname: 'Capulet',
      birthday: '1581-09-11',
      phone: '+39 045 1',
      phones: ['045 2'],
      note: 'At the balcony',
      url: 'https://capulet.example',
      email: 'juliet@capulet.example',
      country: 'Italy',
      locality: 'Verona',
    });
    const event = await romeo.receives((s) => String(s).includes(VCARD));
    assert.match(String(event), '<text>Juliet Capulet</text>');
    const four = await fetchVCard(romeo.client, JULIET);
    assert.equal(four?.fullNames, ['Juliet Capulet']);
    assert.equal([four?.name?.givens, four?.name?.surnames], [['Juliet'], ['Capulet']]);
    assert.equal(
      four?.phones.map(({ uri, text }) => uri ?? text),
      ['tel:+39-045-1', '045 2'],
    );
    assert.equal(
      four?.emails.map(({ text }) => text),
      ['juliet@capulet.example'],
    );
    assert.equal(
      four?.impps.map(({ uri }) => uri),
      [`xmpp:${JULIET}`],
    );
    assert.equal(
      [four?.notes, four?.urls, four?.birthday],
      [['At the balcony'], ['https://capulet.example'], '1581-09-11'],
    );
    assert.equal(await fetchItems(romeo.client, { service: JULIET, node: VCARD }).then((items) => items.length), 1);
    const temp = String(await romeo.asks('get', JULIET, "<vCard xmlns='vcard-temp'/>"));
    for (const part of [
      '<FN>Juliet Capulet</FN>',
      '<GIVEN>Juliet</GIVEN>',
      '<BDAY>1581-09-11</BDAY>',
      '<NUMBER>+39 045 1</NUMBER>',
      '<LOCALITY>Verona</LOCALITY>',
      '<CTRY>Italy</CTRY>',
    ]) {
      assert.match(temp, part);
    }
    assert.equal(callsOf(stage), []);
  }));

test('vCards :: are fetched when a client asks, once; of those who have none little is said', () =>
  play(async (stage, romeo) => {
    const temp = String(await romeo.asks('get', JULIET, "<vCard xmlns='vcard-temp'/>"));
    assert.is(temp, "<vCard xmlns='vcard-temp'/>");
    assert.is(
      await romeo.asks('get', JULIET, "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>").then(String),
      "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>",
    );
    assert.is(
      condition(await fetchItems(romeo.client, { service: JULIET, node: VCARD }).catch((e) => e)),
      'item-not-found',
    );
    assert.equal(callsOf(stage), [['fetchVcard', 'juliet']]);
    const refused = await romeo.asks('set', JULIET, "<vCard xmlns='vcard-temp'/>");
    assert.is(condition(refused), 'forbidden');
    const nobody = await romeo.asks('get', 'nobody@gw.localhost', "<vCard xmlns='vcard-temp'/>");
    assert.is(condition(nobody), 'item-not-found');
  }));

// --- which clients are told

test('clients :: are told what they want to know when they come online, and asked once what that is', () =>
  play(async (stage) => {
    const juliet = await contactOf(stage, 'juliet');
    await juliet.setAvatar(await picture('red'), { blocking: true });
    juliet.setVcard({ fullName: 'Juliet' });
    const curious = await stage.logIn('romeo', 'curious', { features: [`${NICK}+notify`, `${AVATAR}+notify`] });
    const nodes = (lines: string[]) =>
      lines.filter((line) => /^juliet (http|urn)/.test(line)).map((line) => line.split(' ')[1]);
    assert.equal(nodes(inWords(curious.justReceived)), [`${NICK}:`, `${AVATAR}:`]);
    curious.sends(`<presence to='${JULIET}'><show>away</show></presence>`);
    curious.sends("<presence to='nurse@gw.localhost'/>");
    assert.equal(nodes(await came(curious)), []);
    assert.is(curious.asked, 1);
    // One that does not want to know is not told.
    const plain = await stage.logIn('romeo', 'plain');
    assert.equal(nodes(inWords(plain.justReceived)), []);
  }));

test('clients :: of which the capabilities are known are not asked at all', () =>
  play(async (stage) => {
    const info = {
      identities: [{ category: 'client', type: 'pc', name: 'Test' }],
      features: [`${NICK}+notify`],
      forms: [],
    };
    const options = { features: info.features, payloads: [c.build(capsOf('urn:test', info))] };
    const first = await stage.logIn('romeo', 'first', options);
    const second = await stage.logIn('romeo', 'second', options);
    for (const user of [first, second]) {
      assert.is(inWords(user.justReceived).filter((line) => line === `juliet ${NICK}: JULIET`).length, 1);
    }
    assert.equal([first.asked, second.asked], [1, 0]);
  }));

test('requests :: a contact is a small publish-subscribe service, for its user only', () =>
  play(async (stage, romeo) => {
    const info = await discoInfo(romeo.client, JULIET);
    assert.equal(
      info.identities.map(({ category, type }) => `${category}/${type}`),
      ['account/registered', 'pubsub/pep'],
    );
    const nick = await fetchItems(romeo.client, { service: JULIET, node: NICK });
    assert.match(String(nick[0]?.payload), 'JULIET');
    assert.is(
      condition(await fetchItems(romeo.client, { service: JULIET, node: 'odd' }).catch((e) => e)),
      'item-not-found',
    );
    const mercutio = await stage.logIn('mercutio');
    for (const to of [JULIET, `${JULIET}/slipway`]) {
      assert.is(condition(await discoInfo(mercutio.client, to).catch((e) => e)), 'registration-required');
    }
    const commands = await romeo.asks(
      'get',
      JULIET,
      "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>",
    );
    assert.not.match(String(commands), '<item ');
  }));

test.run();
