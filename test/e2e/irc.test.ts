/** The gateway to IRC, with ngircd on the one side and the development server on the other. */

import * as assert from 'uvu/assert';
import { body, find, StanzaError, subject } from '../../src/stanza/index.ts';
import { user as mucUser } from '../../src/xep/0045-muc.ts';
import { occupant } from '../support/rooms.ts';
import { suite } from '../support/test.ts';
import { RawUser } from './support/irc-people.ts';
import { ngircdWorld } from './support/irc-world.ts';
import { until } from './support/process.ts';

const test = suite('irc', { timeout: 180_000 });
const play = ngircdWorld;

test('channel :: join, talk, topic, modes, nicks, kick, part, both ways', () =>
  play(async ({ romeo, room, ii, raw, enter }) => {
    const juliet = await ii('Juliet');
    const tybalt = await raw('Tybalt');
    tybalt.sends('JOIN #verona');
    await tybalt.sees(/ 366 /);
    await juliet.joins('#verona');
    const came = await enter('#verona');
    const here = came.filter((each) => each.name === 'presence').map((each) => occupant(each).slice(0, 4));
    assert.equal(here.slice(0, 2).sort(), [
      ['Juliet', undefined, 'none', 'participant'],
      ['Tybalt', undefined, 'admin', 'moderator'],
    ]);
    assert.equal(here[2], ['romeo', undefined, 'none', 'participant']);

    romeo.sends(
      `<message to='${room('#verona')}' type='groupchat' id='m1'><body>But *soft*, what light?</body></message>`,
    );
    const echo = await romeo.receives((s) => s.name === 'message' && s.attrs.id === 'm1');
    assert.is(echo.attrs.from, `${room('#verona')}/romeo`);
    await juliet.sees('<romeo> But \x02soft\x02, what light?', '#verona');
    juliet.types('Ay me!', '#verona');
    const said = await romeo.receives((s) => find(s, body) === 'Ay me!');
    assert.is(said.attrs.from, `${room('#verona')}/Juliet`);
    tybalt.sends(
      'PRIVMSG #verona :\x01ACTION draws\x01',
      'PRIVMSG #verona :\x034,1what\x03, \x02drawn\x02 and talk of \x1dpeace\x1d',
    );
    await romeo.receives((s) => find(s, body) === '/me draws');
    await romeo.receives((s) => find(s, body) === 'what, *drawn* and talk of _peace_');
    romeo.sends(`<message to='${room('#verona')}' type='groupchat'><body>/me sighs</body></message>`);
    await tybalt.sees('PRIVMSG #verona :\x01ACTION sighs\x01');

    tybalt.sends('TOPIC #verona :Peace');
    const topic = await romeo.receives((s) => find(s, subject) === 'Peace');
    assert.is(topic.attrs.from, `${room('#verona')}/Tybalt`);
    tybalt.sends('MODE #verona +o romeo', 'MODE #verona +v Juliet');
    const promoted = await romeo.receives((s) => occupant(s)[0] === 'romeo' && occupant(s)[2] === 'admin');
    assert.is(occupant(promoted)[3], 'moderator');
    await romeo.receives((s) => occupant(s)[0] === 'Juliet' && occupant(s)[2] === 'member');
    romeo.sends(`<message to='${room('#verona')}' type='groupchat'><subject>Love</subject></message>`);
    await tybalt.sees(/^:romeo!\S+ TOPIC #verona :?Love$/);
    await romeo.receives((s) => find(s, subject) === 'Love');

    juliet.types('/n Giulietta');
    await romeo.receives((s) => s.attrs.type === 'unavailable' && occupant(s)[0] === 'Juliet');
    await romeo.receives((s) => occupant(s)[0] === 'Giulietta');
    romeo.sends(`<presence to='${room('#verona')}/Tybalt' id='p1'/>`);
    const taken = await romeo.receives((s) => s.attrs.id === 'p1' && s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(taken).condition, 'conflict');
    romeo.sends(`<presence to='${room('#verona')}/Montague'/>`);
    await tybalt.sees(/^:romeo!\S+ NICK :?Montague$/);
    const renamed = await romeo.receives((s) => occupant(s)[0] === 'Montague');
    assert.equal(find(renamed, mucUser)?.statuses, [110]);

    await romeo.asks(
      'set',
      room('#verona'),
      "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Giulietta' affiliation='admin'/></query>",
    );
    await romeo.receives((s) => occupant(s)[0] === 'Giulietta' && occupant(s)[2] === 'admin');
    await romeo.asks(
      'set',
      room('#verona'),
      "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Tybalt' role='none'><reason>Villain</reason></item></query>",
    );
    await tybalt.sees(/ KICK #verona Tybalt :?Villain/);
    const kicked = await romeo.receives((s) => s.attrs.type === 'unavailable' && occupant(s)[0] === 'Tybalt');
    assert.equal(find(kicked, mucUser)?.statuses, [307]);

    juliet.types('/KICK #verona Montague :Banished');
    const banished = await romeo.receives((s) => s.attrs.type === 'unavailable' && occupant(s)[0] === 'Montague');
    assert.equal([...(find(banished, mucUser)?.statuses ?? [])].sort(), [110, 307]);
    const back = await enter('#verona', 'Montague');
    assert.ok(back.some((s) => occupant(s)[0] === 'Giulietta'));
    juliet.types('/l bye', '#verona');
    await romeo.receives((s) => s.attrs.type === 'unavailable' && occupant(s)[0] === 'Giulietta');
  }));

test('people :: are written to and write; who is not there, and who cannot be reached, is said', () =>
  play(async ({ romeo, person, room, ii, raw, enter }) => {
    const juliet = await ii('Juliet');
    const nurse = await raw('Nurse');
    romeo.sends(
      `<message to='${person('juliet')}' type='chat' id='m1'><request xmlns='urn:xmpp:receipts'/><body>Lady?</body></message>`,
    );
    await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === 'm1');
    await juliet.sees(/<romeo> Lady\?/, 'romeo');
    juliet.types('My lord?', 'romeo');
    const said = await romeo.receives((s) => find(s, body) === 'My lord?');
    assert.is(said.attrs.from?.split('/')[0], person('juliet'));
    romeo.sends(`<message to='${person('nobody')}' type='chat' id='m2'><body>?</body></message>`);
    const error = await romeo.receives((s) => s.attrs.id === 'm2' && s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(error).condition, 'item-not-found');
    const long = 'wherefore '.repeat(100).trim();
    romeo.sends(`<message to='${person('nurse')}' type='chat'><body>${long}</body></message>`);
    const heard: string[] = [];
    while (heard.join(' ').length < long.length)
      heard.push((await nurse.sees(/PRIVMSG Nurse :/)).replace(/^.*?PRIVMSG Nurse :/, ''));
    assert.is(heard.join(' '), long);
    assert.is(heard.length, 3);

    const vcard = await romeo.asks('get', person('nurse'), "<vCard xmlns='vcard-temp'/>");
    assert.match(String(vcard), /<FN>Nurse of Verona<\/FN>/);

    nurse.sends('JOIN #private', 'MODE #private +i');
    await nurse.sees(/MODE #private/);
    const refused = await enter('#private');
    assert.is(StanzaError.fromStanza(refused.at(-1) as never).condition, 'registration-required');
    nurse.sends('INVITE romeo #private');
    await romeo.receives((s) => find(s, body)?.includes('Nurse invites you to #private') === true);
    await enter('#private');
    nurse.sends('MODE #private +m');
    await nurse.sees(/MODE #private \+m/);
    romeo.sends(`<message to='${room('#private')}' type='groupchat' id='m3'><body>May I?</body></message>`);
    const silenced = await romeo.receives((s) => s.attrs.id === 'm3' && s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(silenced).condition, 'forbidden');
  }));

test('server :: goes and comes back; the user is told, and is in the channel again', () =>
  play(async ({ romeo, room, raw, enter, server, clock }) => {
    const juliet = await raw('Juliet');
    juliet.sends('JOIN #verona');
    await juliet.sees(/ 366 /);
    await enter('#verona');
    await server.restart();
    await romeo.receives((s) => s.attrs.type === 'unavailable' && occupant(s)[0] === 'Juliet');
    await romeo.receives((s) => find(s, body)?.startsWith('The connection to') === true);
    const again = await raw('Juliet');
    again.sends('JOIN #verona');
    clock.advance(20_000);
    await again.sees(/^:romeo!\S+ JOIN/);
    await romeo.receives((s) => s.attrs.type === undefined && occupant(s)[0] === 'Juliet');
    again.sends('PRIVMSG #verona :Romeo, Romeo');
    const said = await romeo.receives((s) => find(s, body) === 'Romeo, Romeo');
    assert.is(said.attrs.from, `${room('#verona')}/Juliet`);
  }));

/** Resolves when the other server is part of the network. */
async function linked(someone: RawUser): Promise<void> {
  await until(async () => {
    someone.lines.length = 0;
    someone.sends('LINKS');
    await someone.sees(/ 365 /);
    return someone.lines.some((line) => line.includes('364') && line.includes('other.test'));
  }, 'the servers are linked');
}

test('network :: is split and joined again', () =>
  play(async ({ romeo, raw, enter, server, room }) => {
    const other = await server.another();
    try {
      const near = await raw('Benvolio');
      near.sends('JOIN #verona');
      await near.sees(/ 366 /);
      await enter('#verona');
      await linked(near);
      const far = await Promise.all(['Tybalt', 'Juliet', 'Nurse'].map((nick) => RawUser.connect(nick, other.port)));
      for (const each of far) each.sends('JOIN #verona');
      const here = () => romeo.receives((s) => s.attrs.type === undefined && occupant(s)[3] === 'participant', 20_000);
      assert.equal([occupant(await here())[0], occupant(await here())[0], occupant(await here())[0]].sort(), [
        'Juliet',
        'Nurse',
        'Tybalt',
      ]);
      await other.restart();
      const gone = () => romeo.receives((s) => s.attrs.type === 'unavailable' && s.attrs.from !== room('#verona'));
      assert.equal([occupant(await gone())[0], occupant(await gone())[0], occupant(await gone())[0]].sort(), [
        'Juliet',
        'Nurse',
        'Tybalt',
      ]);
      await linked(near);
      const back = await RawUser.connect('Juliet', other.port);
      back.sends('JOIN #verona');
      assert.is(occupant(await here())[0], 'Juliet');
      near.sends('PRIVMSG #verona :still here');
      await romeo.receives((s) => find(s, body) === 'still here');
    } finally {
      await other.stop();
    }
  }));

test('channel :: of a thousand', () =>
  play(async ({ romeo, raw, enter, room }) => {
    const crowd: RawUser[] = [];
    // As many at once as ngircd lets wait at its door.
    while (crowd.length < 1000) {
      crowd.push(...(await Promise.all(Array.from({ length: 10 }, (_, i) => raw(`guest${crowd.length + i}`)))));
    }
    for (const each of crowd) each.sends('JOIN #ball');
    for (const each of crowd) await each.sees(/ 366 /);
    const came = await enter('#ball');
    const shown = came.filter((s) => s.name === 'presence' && s.attrs.from !== room('#ball'));
    assert.is(new Set(shown.map((s) => occupant(s)[0])).size, 1001);
    crowd[999]?.sends('PRIVMSG #ball :hello');
    const said = await romeo.receives((s) => find(s, body) === 'hello');
    assert.match(said.attrs.from ?? '', /guest999$/);
  }));

test.run();
