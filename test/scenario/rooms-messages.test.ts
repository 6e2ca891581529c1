/** What is said in rooms, both ways. XEP-0045 §7.4, XEP-0308, XEP-0359, XEP-0424, XEP-0425, XEP-0444, XEP-0461. */

import * as assert from 'uvu/assert';
import type { LegacyParticipant, SendTextOptions } from '../../src/gateway/index.ts';
import { type Element, find, StanzaError } from '../../src/stanza/index.ts';
import { delay } from '../../src/xep/0203-delay.ts';
import { replace } from '../../src/xep/0308-correction.ts';
import { displayed } from '../../src/xep/0333-markers.ts';
import { stanzaIdBy } from '../../src/xep/0359-stanza-ids.ts';
import { mention } from '../../src/xep/0372-references.ts';
import { retract } from '../../src/xep/0424-retraction.ts';
import { reactions } from '../../src/xep/0444-reactions.ts';
import { reply } from '../../src/xep/0461-replies.ts';
import type { GroupsSession } from '../support/groups-plugin.ts';
import { enter, occupant, occupantIdOf, playInRooms, room, roomJid } from '../support/rooms.ts';
import type { Stage, User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('rooms: messages');
const GROUP = roomJid('group');
const say = (user: User, id: string, payloads: string, to = GROUP) =>
  user.sends(`<message type='groupchat' to='${to}' id='${id}'>${payloads}</message>`);
const calls = async (stage: Stage, user: User) => {
  await user.settle();
  return stage.session().calls;
};
const LETTER = Buffer.from('A letter');
const LETTER_NAME = { fileName: 'letter.txt' };
const has = (text: string) => (s: Element) => s.getChildText('body') === text;

/** romeo is in the group, with two clients if need be. */
const inside = (scene: (stage: Stage, romeo: User) => Promise<void>) =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    await scene(stage, romeo);
  });

test('to a room :: the echo goes to all clients, once, with the id of the client and one of the room', () =>
  inside(async (stage, romeo) => {
    const phone = await stage.logIn('romeo', 'phone');
    await enter(phone);
    const fake = `<stanza-id xmlns='urn:xmpp:sid:0' by='${GROUP}' id='fake'/><stanza-id xmlns='urn:xmpp:sid:0' by='romeo@localhost' id='his'/>`;
    const spoofed = `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='fake'/><x xmlns='http://jabber.org/protocol/muc#user'/>`;
    say(romeo, 'c1', `<body>hello</body><origin-id xmlns='urn:xmpp:sid:0' id='c1'/>${fake}${spoofed}`);
    for (const client of [romeo, phone]) {
      const echo = await client.receives(has('hello'));
      assert.equal([echo.attrs.from, echo.attrs.id, stanzaIdBy(echo, GROUP)], [`${GROUP}/romeo`, 'c1', 'legacy-1']);
      assert.is(stanzaIdBy(echo, 'romeo@localhost'), 'his');
      assert.ok(echo.getChild('origin-id'));
      assert.not(String(echo).includes('fake'));
      assert.is(echo.getChild('x', 'http://jabber.org/protocol/muc#user'), undefined);
      assert.not((await client.all('message')).some((each) => each.includes('hello')));
    }
    assert.equal(await calls(stage, romeo), [['sendText', 'group', 'hello', undefined]]);
  }));

test('to a room :: only from those who are there, and only to the room', () =>
  playInRooms(async (stage, romeo) => {
    say(romeo, 'x', '<body>hello?</body>');
    const error = await romeo.receives((s) => s.attrs.type === 'error');
    assert.equal([error.attrs.id, StanzaError.fromStanza(error).condition], ['x', 'not-acceptable']);
    const gone = await romeo.receives((s) => s.attrs.type === 'unavailable');
    assert.equal(occupant(gone).slice(3), ['none', 'romeo@localhost', [110, 333]]);
    await enter(romeo);
    say(romeo, 'y', '<body>psst</body>', `${GROUP}/JULIET`);
    assert.is(StanzaError.fromStanza(await romeo.receives((s) => s.attrs.id === 'y')).condition, 'bad-request');
    assert.equal(await calls(stage, romeo), []);
  }));

test('to a room :: what the plugin refuses is not echoed', () =>
  inside(async (_stage, romeo) => {
    say(romeo, 'x', '<body>refuse</body>');
    const error = await romeo.receives((s) => s.attrs.id === 'x');
    assert.equal(
      [error.attrs.type, error.attrs.from, StanzaError.fromStanza(error).condition],
      ['error', GROUP, 'policy-violation'],
    );
    assert.equal(await romeo.all('message'), []);
  }));

test('to a room :: private messages are refused, and it is said where to write instead', () =>
  inside(async (_stage, romeo) => {
    romeo.sends(`<message type='chat' id='pm' to='${GROUP}/JULIET'><body>psst</body></message>`);
    const error = StanzaError.fromStanza(await romeo.receives((s) => s.attrs.id === 'pm'));
    assert.equal([error.condition, error.text.includes('juliet@gw.localhost')], ['not-allowed', true]);
    romeo.sends(`<message type='chat' id='wrong' to='${GROUP}'><body>psst</body></message>`);
    assert.is(StanzaError.fromStanza(await romeo.receives((s) => s.attrs.id === 'wrong')).condition, 'bad-request');
  }));

test('to a room :: corrections name the id of the client, the rest names that of the room', () =>
  inside(async (stage, romeo) => {
    say(romeo, 'c1', '<body>helo</body>');
    await romeo.receives(has('helo'));
    say(romeo, 'c2', "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='c1'/>");
    const corrected = await romeo.receives(has('hello'));
    assert.equal(
      [find(corrected, replace)?.id, corrected.attrs.id, stanzaIdBy(corrected, GROUP)],
      ['c1', 'c2', 'edit-1'],
    );
    say(
      romeo,
      'c3',
      "<reactions xmlns='urn:xmpp:reactions:0' id='legacy-1'><reaction>👋</reaction></reactions><store xmlns='urn:xmpp:hints'/>",
    );
    const reaction = await romeo.receives((s) => s.attrs.id === 'c3');
    assert.ok(stanzaIdBy(reaction, GROUP));
    assert.equal(find(reaction, reactions)?.emojis, ['👋']);
    say(romeo, 'c4', "<retract xmlns='urn:xmpp:message-retract:1' id='legacy-1'/>");
    assert.is(find(await romeo.receives((s) => s.attrs.id === 'c4'), retract)?.id, 'legacy-1');
    say(romeo, 'c5', "<displayed xmlns='urn:xmpp:chat-markers:0' id='hers'/>");
    assert.is(find(await romeo.receives((s) => s.attrs.id === 'c5'), displayed)?.id, 'hers');
    say(romeo, 'c6', "<composing xmlns='http://jabber.org/protocol/chatstates'/>");
    assert.equal((await calls(stage, romeo)).slice(1), [
      ['correct', 'group', 'hello', 'legacy-1'],
      ['react', 'group', 'legacy-1', ['👋']],
      ['retract', 'group', 'legacy-1'],
      ['displayed', 'group', 'hers'],
      ['composing', 'group'],
    ]);
  }));

test('to a room :: a reply names who wrote what is answered', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const juliet = await group.getParticipant('JULIET');
    juliet.sendText('Who is there?', { legacyMsgId: 'hers' });
    await romeo.receives(has('Who is there?'));
    const quoted = `<body>&gt; Who is there?\nI am</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='16'/></fallback>`;
    say(romeo, 'c1', `${quoted}<reply xmlns='urn:xmpp:reply:0' id='hers' to='${GROUP}/JULIET'/>`);
    await romeo.receives((s) => s.attrs.id === 'c1');
    assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'group', 'I am', undefined]);
    const { replyToMsgId, replyToFallbackText, replyTo } = (stage.session() as GroupsSession).options;
    assert.equal([replyToMsgId, replyToFallbackText, replyTo === juliet], ['hers', 'Who is there?', true]);
    say(romeo, 'c2', `<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='legacy-1' to='${GROUP}/romeo'/>`);
    await romeo.receives((s) => s.attrs.id === 'c2');
    assert.is((stage.session() as GroupsSession).options.replyTo, undefined);
  }));

test('to a room :: who is named is told apart, not oneself', () =>
  inside(async (stage, romeo) => {
    await (await room(stage)).getParticipant('🎉 Ann');
    say(romeo, 'c1', '<body>👋 JULIET and 🎉 Ann, says romeo</body>');
    await romeo.receives((s) => s.attrs.id === 'c1');
    const { mentions = [] } = (stage.session() as GroupsSession).options as SendTextOptions;
    const text = '👋 JULIET and 🎉 Ann, says romeo';
    assert.equal((await room(stage)).parseMentions(text), mentions);
    assert.equal(
      mentions.map(({ participant, start, end }) => [participant.nickname, text.slice(start, end)]),
      [
        ['JULIET', 'JULIET'],
        ['🎉 Ann', '🎉 Ann'],
      ],
    );
  }));

test('to a room :: whom the client has marked is named, whatever the text says; not oneself, nor nobody', () =>
  inside(async (stage, romeo) => {
    const text = '👋 she, Ann and I';
    await (await room(stage)).getParticipant('Ann');
    const marked = [
      mention(`${GROUP}/JULIET`, { begin: 2, end: 5 }),
      mention(`${GROUP}/nobody`, { begin: 7, end: 10 }),
      mention(`${GROUP}/romeo`, { begin: 15, end: 16 }),
    ];
    say(romeo, 'c1', `<body>${text}</body>${marked.join('')}`);
    await romeo.receives((s) => s.attrs.id === 'c1');
    const { mentions = [] } = (stage.session() as GroupsSession).options as SendTextOptions;
    assert.equal(
      mentions.map(({ participant, start, end }) => [participant.nickname, text.slice(start, end)]),
      [
        ['JULIET', 'she'],
        ['Ann', 'Ann'],
      ],
    );
  }));

test('to a room :: a file', () =>
  playInRooms(
    async (stage, romeo) => {
      await enter(romeo);
      const url = await (await room(stage))
        .getParticipant('JULIET')
        .then((juliet) => juliet.sendFile(LETTER, LETTER_NAME));
      await romeo.receives((s) => s.getChild('x', 'jabber:x:oob') !== undefined);
      say(romeo, 'f', `<body>${url}</body><x xmlns='jabber:x:oob'><url>${url}</url></x>`);
      const echo = await romeo.receives((s) => s.attrs.id === 'f');
      assert.equal(
        [echo.attrs.type, echo.getChild('x', 'jabber:x:oob')?.getChildText('url'), stanzaIdBy(echo, GROUP)],
        ['groupchat', url, 'file-1'],
      );
      assert.equal(await calls(stage, romeo), [['sendFile', 'group', 'letter.txt']]);
    },
    { config: { 'allow-private-urls': true } },
  ));

test('to a room :: invitations, through the room and directly; elsewhere, and with a password, there is nothing to do', () =>
  inside(async (stage, romeo) => {
    romeo.sends(
      `<message type='chat' to='juliet@gw.localhost'><x xmlns='jabber:x:conference' jid='${GROUP}' reason='Come'/></message>`,
    );
    await romeo.settle();
    romeo.sends(
      `<message to='${GROUP}'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='nurse@gw.localhost'><reason>You too</reason></invite></x></message>`,
    );
    const refusals: [where: string, condition: string][] = [
      ["jid='room@elsewhere.example' password='x'", 'bad-request'],
      [`jid='${GROUP}' password='x'`, 'bad-request'],
      ["jid='room@elsewhere.example'", 'item-not-found'],
      [`jid='#nowhere@gw.localhost'`, 'item-not-found'],
    ];
    for (const [where, expected] of refusals) {
      romeo.sends(`<message id='p' to='juliet@gw.localhost'><x xmlns='jabber:x:conference' ${where}/></message>`);
      const error = StanzaError.fromStanza(await romeo.receives((s) => s.attrs.id === 'p'));
      assert.is(error.condition, expected, where);
    }
    assert.equal(await calls(stage, romeo), [
      ['onInvitation', 'juliet', 'group', 'Come'],
      ['onInvitation', 'nurse', 'group', 'You too'],
    ]);
    (await stage.session().contacts.byLegacyId('juliet')).inviteTo(await room(stage), { reason: 'Do come' });
    const invitation = await romeo.receives((s) => s.getChild('x', 'jabber:x:conference') !== undefined);
    assert.equal(
      [invitation.attrs.from, invitation.getChild('x')?.attrs.jid, invitation.getChild('x')?.attrs.reason],
      ['juliet@gw.localhost/slipway', GROUP, 'Do come'],
    );
  }));

test('from a room :: a text has one id everywhere; a correction another', () =>
  inside(async (stage, romeo) => {
    const juliet = await (await room(stage)).getParticipant('JULIET');
    juliet.sendText('helo', { legacyMsgId: 'm1' });
    const said = await romeo.receives(has('helo'));
    assert.equal(
      [said.attrs.from, said.attrs.id, said.attrs.type, stanzaIdBy(said, GROUP)],
      [`${GROUP}/JULIET`, 'm1', 'groupchat', 'm1'],
    );
    assert.is(occupantIdOf(said), juliet.occupantId);
    juliet.correct('m1', 'hello');
    const corrected = await romeo.receives(has('hello'));
    assert.is(find(corrected, replace)?.id, 'm1');
    assert.is.not(stanzaIdBy(corrected, GROUP), 'm1');
    juliet.correct('m1', 'hello!', { correctionEventId: 'e1' });
    const again = await romeo.receives(has('hello!'));
    assert.equal([again.attrs.id, stanzaIdBy(again, GROUP)], ['e1', 'e1']);
    juliet.react('m1', ['👍']);
    const reaction = await romeo.receives((s) => find(s, reactions) !== undefined);
    assert.equal([find(reaction, reactions)?.id, reaction.getChild('store')?.ns], ['m1', 'urn:xmpp:hints']);
    assert.ok(stanzaIdBy(reaction, GROUP));
    juliet.displayed('m1');
    assert.is(find(await romeo.receives((s) => find(s, displayed) !== undefined), displayed)?.id, 'm1');
    juliet.retract('m1');
    assert.is(find(await romeo.receives((s) => find(s, retract) !== undefined), retract)?.id, 'm1');
    juliet.received('m1');
    juliet.ack('m1');
    assert.equal(await romeo.all('message'), []);
  }));

test('from a room :: reactions and corrections of what the user wrote name the right id', () =>
  inside(async (stage, romeo) => {
    say(romeo, 'c1', '<body>mine</body>');
    await romeo.receives(has('mine'));
    const group = await room(stage);
    (await group.getParticipant('JULIET')).react('legacy-1', ['❤️']);
    assert.is(find(await romeo.receives((s) => find(s, reactions) !== undefined), reactions)?.id, 'legacy-1');
    (await group.getUserParticipant()).correct('legacy-1', 'mine, changed elsewhere');
    const corrected = await romeo.receives((s) => find(s, replace) !== undefined);
    assert.equal([corrected.attrs.from, find(corrected, replace)?.id], [`${GROUP}/romeo`, 'c1']);
  }));

test('from a room :: replies name the author’s JID in the room, and quote the name', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const juliet = await group.getParticipant('JULIET');
    const ann = await group.getParticipant('🎉 Ann');
    juliet.sendText('1', { replyTo: { legacyId: 'a', author: 'user', body: 'mine' } });
    juliet.sendText('2', { replyTo: { legacyId: 'b', author: ann, body: 'hers' } });
    ann.sendText('3', { replyTo: { legacyId: 'c', author: await group.getUserParticipant() } });
    const replies = [
      await romeo.receives(has('> romeo:\n> mine\n1')),
      await romeo.receives(has('> 🎉 Ann:\n> hers\n2')),
      await romeo.receives(has('3')),
    ];
    assert.equal(
      replies.map((each) => find(each, reply)?.to),
      [`${GROUP}/romeo`, ann.jid, `${GROUP}/romeo`],
    );
    assert.ok(ann.jid !== `${GROUP}/🎉 Ann`);
  }));

test('from a room :: a reply of which the plugin knows the id only is put together from the history', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const juliet = await group.getParticipant('JULIET');
    say(romeo, 'c1', '<body>mine</body>');
    await romeo.receives(has('mine'));
    juliet.sendText('hers', { legacyMsgId: 'n1' });
    juliet.sendText('1', { replyTo: { legacyId: 'legacy-1' }, legacyMsgId: 'n2' });
    juliet.sendText('2', { replyTo: { legacyId: 'n1' } });
    juliet.sendText('3', { replyTo: { legacyId: 'n2' } });
    juliet.sendText('4', { replyTo: { legacyId: 'n4' } });
    const replies = [
      await romeo.receives(has('> romeo:\n> mine\n1')),
      await romeo.receives(has('> JULIET:\n> hers\n2')),
      await romeo.receives(has('> JULIET:\n> 1\n3')),
      await romeo.receives(has('4')),
    ];
    assert.equal(
      replies.map((each) => find(each, reply)?.to),
      [`${GROUP}/romeo`, `${GROUP}/JULIET`, `${GROUP}/JULIET`, undefined],
    );
    juliet.retract('n1');
    juliet.sendText('5', { replyTo: { legacyId: 'n1' } });
    await romeo.receives(has('5'));
  }));

test('from a room :: who speaks from outside is heard, and not seen', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const outside = { isThere: false };
    assert.is(await group.getParticipant('JULIET', outside), await group.getParticipant('JULIET'), 'she is there');
    (await group.getParticipant('Rosaline', outside)).sendText('over the wall', { legacyMsgId: 'n1' });
    (await group.getParticipant('Rosaline', outside)).react('n1', ['👋']);
    const heard = await romeo.receives(has('over the wall'));
    const waved = await romeo.receives((s) => find(s, reactions) !== undefined);
    assert.is(heard.attrs.from, `${GROUP}/Rosaline`);
    assert.is(occupantIdOf(waved), occupantIdOf(heard));
    await romeo.settle();
    assert.not.ok(romeo.received.some((s) => s.name === 'presence' && s.attrs.from === `${GROUP}/Rosaline`));
    // When she comes she is the same, and one of them.
    (await group.getParticipant('Rosaline')).sendText('here I am');
    await romeo.receives((s) => s.name === 'presence' && s.attrs.from === `${GROUP}/Rosaline`);
    assert.is(occupantIdOf(await romeo.receives(has('here I am'))), occupantIdOf(heard));
  }));

test('from a room :: late messages say when; recent ones do not', () =>
  inside(async (stage, romeo) => {
    const juliet = await (await room(stage)).getParticipant('JULIET');
    const when = new Date('2024-01-01T00:00:00Z');
    juliet.sendText('old', { when });
    assert.equal(find(await romeo.receives(has('old')), delay), { stamp: when, from: GROUP });
    juliet.sendText('new', { when: new Date() });
    assert.is(find(await romeo.receives(has('new')), delay), undefined);
  }));

test('from a room :: a file, a caption, several at once', () =>
  inside(async (stage, romeo) => {
    const juliet = await (await room(stage)).getParticipant('JULIET');
    await juliet.sendFile(Buffer.from('A letter'), { fileName: 'letter.txt', legacyMsgId: 'f1', caption: 'Read it' });
    const file = await romeo.receives((s) => s.getChild('x', 'jabber:x:oob') !== undefined);
    assert.is(file.attrs.from, `${GROUP}/JULIET`);
    assert.is((await romeo.receives(has('Read it'))).attrs.id, 'f1');
    juliet.moderate('f1', 'Not here');
    const first = await romeo.receives((s) => find(s, retract) !== undefined);
    const second = await romeo.receives((s) => find(s, retract) !== undefined);
    const taken = [first, second].map((each) => find(each, retract)?.id);
    assert.equal(new Set(taken), new Set(['f1', stanzaIdBy(file, GROUP)]));
    const two = [
      { source: LETTER, ...LETTER_NAME },
      { source: LETTER, ...LETTER_NAME },
    ];
    await juliet.sendFiles(two, { body: 'Both', legacyMsgId: 'f2' });
    const parts = [];
    for (let i = 0; i < 3; i++) parts.push(stanzaIdBy(await romeo.receives((s) => s.name === 'message'), GROUP));
    assert.is(new Set(parts).size, 3);
    juliet.moderate('f2', 'Nor these');
    const gone = [];
    for (let i = 0; i < 3; i++) gone.push(find(await romeo.receives((s) => s.name === 'message'), retract)?.id);
    assert.equal(new Set(gone), new Set(parts));
  }));

test('moderation :: by the room or a moderator, in both versions', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const juliet = await group.getParticipant('JULIET');
    (await group.getParticipant('Stranger')).sendText('spam', { legacyMsgId: 's1' });
    juliet.moderate('s1', 'No spam');
    const taken = await romeo.receives((s) => find(s, retract) !== undefined);
    assert.is(taken.attrs.from, GROUP);
    const value = find(taken, retract);
    assert.equal(
      [value?.id, value?.moderated?.by, value?.moderated?.occupantId?.id, value?.reason],
      ['s1', `${GROUP}/JULIET`, juliet.occupantId, 'No spam'],
    );
    const old = taken.getChild('apply-to', 'urn:xmpp:fasten:0');
    assert.equal([old?.attrs.id, old?.getChild('moderated')?.attrs.by], ['s1', `${GROUP}/JULIET`]);
    assert.ok(stanzaIdBy(taken, GROUP));
  }));

test('from a room :: who was not shown is shown before the first word', () =>
  inside(async (stage, romeo) => {
    const nurse = await stage.session().contacts.byLegacyId('nurse');
    nurse.offline();
    await romeo.settle();
    romeo.received.length = 0;
    const there = await (await room(stage)).getParticipantByContact(nurse);
    there.affiliation = 'admin';
    await romeo.settle();
    const [told] = romeo.received.splice(0);
    assert.equal(
      [told?.name, told?.attrs.from, occupant(told as Element).slice(2, 5)],
      ['message', GROUP, ['admin', undefined, 'nurse@gw.localhost/slipway']],
    );
    there.sendText('I am coming');
    await romeo.receives(has('I am coming'));
    const [shown] = romeo.received;
    assert.equal(
      [shown?.name, shown?.attrs.type, ...occupant(shown as Element).slice(0, 1)],
      ['presence', undefined, 'NURSE'],
    );
  }));

test('order :: what is said while a client joins comes after what it must know', () =>
  playInRooms(async (stage, romeo) => {
    const group = await room(stage);
    const stranger: LegacyParticipant = await group.getParticipant('Stranger');
    const came = enter(romeo);
    const wait = async (): Promise<void> => {
      if (group.clients.isEmpty) return new Promise<void>((resolve) => setImmediate(resolve)).then(wait);
    };
    await wait();
    stranger.sendText('Hi', { legacyMsgId: 'hi' });
    const before = await came;
    await romeo.settle();
    const all = [...before, ...romeo.received];
    // Once: as history, or when the history is over.
    assert.is(all.filter(has('Hi')).length, 1);
    const self = all.findIndex((each) => each.attrs.from === `${GROUP}/romeo`);
    assert.ok(all.findIndex(has('Hi')) > self);
  }));

test.run();
