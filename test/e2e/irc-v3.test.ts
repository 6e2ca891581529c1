/** The gateway to IRC with InspIRCd, which has ids, echoes and tags, and beside ngircd, which compares names otherwise. */

import * as assert from 'uvu/assert';
import { body, type Element, find, StanzaError } from '../../src/stanza/index.ts';
import { chatState } from '../../src/xep/0085-chat-states.ts';
import { stanzaIdBy } from '../../src/xep/0359-stanza-ids.ts';
import { reactions } from '../../src/xep/0444-reactions.ts';
import { reply } from '../../src/xep/0461-replies.ts';
import { occupant } from '../support/rooms.ts';
import { suite } from '../support/test.ts';
import { RawUser } from './support/irc-people.ts';
import { inspircdWorld } from './support/irc-world.ts';
import { Ngircd } from './support/ngircd.ts';

const test = suite('irc, version 3', { timeout: 180_000 });
const saying = (text: string) => (stanza: Element) => find(stanza, body) === text;

/** The tags of a line. */
function tagsOf(line: string): Readonly<Record<string, string>> {
  const [tags = ''] = /(?<=^@)\S+/.exec(line) ?? [];
  return Object.fromEntries(tags.split(';').map((tag) => tag.split(/=(.*)/, 2)));
}

test('channel :: ids, echoes, replies, reactions and typing, both ways', () =>
  inspircdWorld(async ({ romeo, room, raw, enter }) => {
    const juliet = await raw('Juliet', 'message-tags', 'echo-message');
    const verona = room('#verona');
    const group = (xml: string) => romeo.sends(`<message to='${verona}' type='groupchat' ${xml}</message>`);
    juliet.sends('JOIN #verona');
    await juliet.sees(/ 366 /);
    await enter('#verona');

    group("id='m1'><body>But *soft*\nwhat light?</body>");
    const echo = await romeo.receives((s) => s.attrs.id === 'm1');
    const first = tagsOf(await juliet.sees('PRIVMSG #verona :But \x02soft\x02')).msgid as string;
    const second = tagsOf(await juliet.sees('PRIVMSG #verona :what light?')).msgid as string;
    assert.is(stanzaIdBy(echo, verona), first, 'the id that all have');

    juliet.sends(`@+draft/reply=${second};+reply=${second} PRIVMSG #verona :Ay me!`);
    const ayMe = await romeo.receives((s) => find(s, body)?.endsWith('Ay me!') === true);
    assert.equal(find(ayMe, reply), { id: first, to: `${verona}/romeo` });
    assert.is(find(ayMe, body), '> romeo:\n> But *soft*\n> what light?\nAy me!');
    const { msgid: ayMeId } = tagsOf(await juliet.sees('PRIVMSG #verona :Ay me!'));
    assert.is(stanzaIdBy(ayMe, verona), ayMeId);
    group(`id='m2'><body>She speaks</body><reply xmlns='urn:xmpp:reply:0' id='${ayMeId}' to='${verona}/Juliet'/>`);
    const speaks = await juliet.sees('PRIVMSG #verona :Juliet: She speaks');
    assert.equal([tagsOf(speaks)['+reply'], tagsOf(speaks)['+draft/reply']], [ayMeId, ayMeId]);

    group(`id='m3'><reactions xmlns='urn:xmpp:reactions:0' id='${ayMeId}'><reaction>👍</reaction></reactions>`);
    const liked = tagsOf(await juliet.sees(/ TAGMSG :?#verona/));
    assert.equal([liked['+draft/react'], liked['+draft/reply']], ['👍', ayMeId]);
    group(`id='m4'><reactions xmlns='urn:xmpp:reactions:0' id='${ayMeId}'/>`);
    assert.is(tagsOf(await juliet.sees(/draft\/unreact/))['+draft/unreact'], '👍');
    juliet.sends(`@+draft/reply=${first};+draft/react=😢 TAGMSG #verona`);
    const sad = await romeo.receives((s) => s.attrs.from === `${verona}/Juliet` && find(s, reactions) !== undefined);
    assert.equal(find(sad, reactions), { id: first, emojis: ['😢'] });

    group("><composing xmlns='http://jabber.org/protocol/chatstates'/>");
    await juliet.sees(/\+typing=active.* TAGMSG :?#verona/);
    juliet.sends('@+typing=active TAGMSG #verona');
    await romeo.receives((s) => s.attrs.from === `${verona}/Juliet` && find(s, chatState) === 'composing');

    juliet.sends('PRIVMSG #verona :that is all');
    await romeo.receives(saying('that is all'));
    const own = romeo.received.filter((s) => s.attrs.from === `${verona}/romeo` && find(s, body) !== undefined);
    assert.equal(
      own.map(({ attrs }) => attrs.id),
      ['m2'],
      'nothing that romeo said came twice',
    );
  }));

test('people :: ids, replies, reactions and typing; a text to oneself', () =>
  inspircdWorld(async ({ romeo, person, raw }) => {
    const juliet = await raw('Juliet', 'message-tags', 'echo-message');
    const chat = (xml: string, to = person('juliet')) =>
      romeo.sends(`<message to='${to}' type='chat' ${xml}</message>`);
    chat("id='m1'><request xmlns='urn:xmpp:receipts'/><body>Lady?</body>");
    await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === 'm1');
    const { msgid: lady } = tagsOf(await juliet.sees('PRIVMSG Juliet :Lady?'));
    juliet.sends(`@+draft/reply=${lady} PRIVMSG romeo :My lord?`);
    const said = await romeo.receives(saying('My lord?'));
    assert.equal(find(said, reply), { id: 'm1', to: 'romeo@localhost' });
    const { msgid: lord } = tagsOf(await juliet.sees('PRIVMSG romeo :My lord?'));
    assert.is(said.attrs.id, lord);
    chat(`id='m2'><reactions xmlns='urn:xmpp:reactions:0' id='${lord}'><reaction>❤️</reaction></reactions>`);
    const loved = tagsOf(await juliet.sees(/ TAGMSG :?Juliet/));
    assert.equal([loved['+draft/react'], loved['+reply']], ['❤️', lord]);
    juliet.sends(`@+reply=${lady};+draft/react=❤️ TAGMSG romeo`);
    const back = await romeo.receives((s) => find(s, reactions) !== undefined);
    assert.equal(find(back, reactions), { id: 'm1', emojis: ['❤️'] });
    juliet.sends('@+typing=active TAGMSG romeo');
    await romeo.receives((s) => find(s, chatState) === 'composing');
    chat("id='m3'><body>note</body>", person('romeo'));
    await romeo.receives(saying('note'));
    chat("id='m4'><body>?</body>", person('nobody'));
    const error = await romeo.receives((s) => s.attrs.id === 'm4' && s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(error).condition, 'item-not-found');
    assert.equal(romeo.received.filter(saying('note')), [], 'once');
  }));

test('names :: are the same to one network and not to another', () =>
  inspircdWorld(async ({ romeo, room, raw, enter, server, session }) => {
    const ngircd = await Ngircd.start();
    const far: RawUser[] = [];
    try {
      await session().addNetwork({ host: '127.0.0.1', port: String(ngircd.port), tls: false, nick: 'romeo' });
      const mappings = session().data.networks.map(({ name, caseMapping }) => [name, caseMapping]);
      assert.equal(mappings, [
        // It announces another one.
        [`127.0.0.1-${server.port}`, 'strict-rfc1459'],
        [`127.0.0.1-${ngircd.port}`, 'ascii'],
      ]);

      // Here they are one channel, and one person, with one address.
      const juliet = await raw('Juliet{m}');
      juliet.sends('JOIN #a{b}~', 'JOIN #a[b]^');
      await juliet.sees(/ 366 \S+ #a\[b\]\^/);
      const refused = await enter('#a{b}~');
      const right = room('#a[b]~');
      assert.is(StanzaError.fromStanza(refused.at(-1) as Element).text, `The address of this room is ${right}.`);
      const came = await enter('#a[b]~');
      assert.ok(came.some((s) => occupant(s)[0] === 'Juliet{m}'));
      juliet.sends('PRIVMSG #A[b]~ :Ay me!', 'PRIVMSG Romeo :Psst');
      assert.is((await romeo.receives(saying('Ay me!'))).attrs.from, `${right}/Juliet{m}`);
      const [from] = (await romeo.receives(saying('Psst'))).attrs.from?.split('/') ?? [];
      assert.match(from ?? '', /^juliet\[m\]%/);
      romeo.sends(`<message to='${from}' type='chat' id='m1'><body>I am here</body></message>`);
      await juliet.sees('PRIVMSG Juliet{m} :I am here');
      juliet.sends('NICK JULIET[M]');
      await romeo.receives((s) => s.attrs.type === undefined && occupant(s)[0] === 'JULIET[M]');
      juliet.sends('KICK #a{b}~ ROMEO :away');
      await romeo.receives((s) => s.attrs.type === 'unavailable' && s.attrs.from === `${right}/romeo`);

      // There they are two.
      const there = (name: string) => `${name}%127.0.0.1-${ngircd.port}@gw.localhost`;
      far.push(await RawUser.connect('Juliet{m}', ngircd.port), await RawUser.connect('Juliet[m]', ngircd.port));
      far[0]?.sends('JOIN #a{b}', 'PRIVMSG romeo :one');
      far[1]?.sends('JOIN #a[b]', 'PRIVMSG romeo :other');
      const addressOf = async (text: string) => (await romeo.receives(saying(text))).attrs.from?.split('/')[0];
      assert.equal([await addressOf('one'), await addressOf('other')], [there('juliet{m}'), there('juliet[m]')]);
      for (const name of ['#a{b}', '#a[b]']) {
        romeo.sends(`<presence to='${there(name)}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
        const nick = name.replace(/#a(.)b(.)/, 'Juliet$1m$2');
        await romeo.receives((s) => s.attrs.from === `${there(name)}/${nick}`);
      }
      // Letters beyond ASCII have no capitals there, but on XMPP.
      far[0]?.sends('JOIN #Ä');
      await far[0]?.sees(/ 366 .*#Ä/);
      romeo.sends(`<presence to='${there('#%c3%84')}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
      await romeo.receives((s) => s.attrs.from === `${there('#%c3%84')}/Juliet{m}`);
      await far[0]?.sees(/^:romeo!\S+ JOIN :?#Ä/);
    } finally {
      for (const each of far) each.leaves();
      await ngircd.stop();
    }
  }));

test.run();
