/** Two users of XMPP, at Converse.js and at slixmpp, and two of IRC, one of them at `ii`: in a channel, and in private. */

import * as assert from 'uvu/assert';
import * as irc from '../../examples/irc/irc.ts';
import { pluginClasses } from '../../src/gateway/index.ts';
import { suite } from '../support/test.ts';
import { playInConverse } from './support/converse.ts';
import { IiUser, RawUser } from './support/irc-people.ts';
import { Ngircd } from './support/ngircd.ts';
import { until } from './support/process.ts';
import { PROSODY, type ServerKind } from './support/servers.ts';
import { Slixmpp } from './support/slixmpp.ts';

const test = suite('irc and clients', { timeout: 240_000 });
const DOMAIN = 'irc.localhost';

async function withNetwork(play: (ngircd: Ngircd, juliet: IiUser, tybalt: RawUser) => Promise<void>): Promise<void> {
  const ngircd = await Ngircd.start();
  try {
    const tybalt = await RawUser.connect('Tybalt', ngircd.port);
    tybalt.sends('JOIN #verona', 'TOPIC #verona :Ancient grudge');
    const juliet = await IiUser.connect('Juliet', ngircd.port);
    await juliet.joins('#verona');
    await play(ngircd, juliet, tybalt);
    tybalt.leaves();
    await juliet.leaves();
  } finally {
    await ngircd.stop();
  }
}

test('Prosody :: Converse.js, slixmpp, ii and a fourth talk in a channel and in private', () =>
  withNetwork(async (ngircd, juliet, tybalt) => {
    const form = (nick: string) => ({ host: '127.0.0.1', port: String(ngircd.port), tls: '0', nick });
    const network = `127.0.0.1-${ngircd.port}`;
    const options = {
      ...{ name: 'converse-irc', jid: DOMAIN, classes: pluginClasses(irc, 'irc') },
      ...{ registered: form('romeo'), others: ['mercutio'] },
    };
    await playInConverse(PROSODY[0] as ServerKind, options, async ({ converse, server }) => {
      const { page } = converse;
      const mercutio = await Slixmpp.logIn('mercutio@localhost/slixmpp', 'mercutio', server.clientPort, true);
      try {
        const verona = `#verona%${network}@${DOMAIN}`;
        await mercutio.do('command', { to: DOMAIN, node: 'jabber:iq:register', answers: [form('mercutio'), {}] });
        await mercutio.do('send', {
          xml: `<presence to='${verona}/mercutio'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
        });
        await juliet.sees(/mercutio.*has joined/, '#verona');

        // By the command: the channel comes among the bookmarks, and there is an invitation.
        const join = await converse.command(DOMAIN, 'Join an IRC channel');
        await join.locator('input[name="channel"]').fill('#verona');
        await join.locator('input[data-action="next"]').click();
        await join.getByText('You are in #verona').waitFor();
        await page.getByRole('button', { name: 'Confirm' }).click();
        await converse.closeDialog();
        const room = await converse.openRoom(verona, '#verona');
        await page.getByText('Ancient grudge').waitFor();
        const people = room.view.locator('converse-muc-sidebar .occupant-nick');
        await until(async () => (await people.count()) === 4, 'all four are shown');

        await room.say('Good *morrow* 👋');
        await juliet.sees('<romeo> Good \x02morrow\x02 👋', '#verona');
        await tybalt.sees('PRIVMSG #verona :Good');
        const heard = await mercutio.expect('groupchat', ({ body }) => body === 'Good *morrow* 👋');
        assert.is(heard.from, `${verona}/romeo`);
        juliet.types('Is the day so young?', '#verona');
        await room.message('Is the day so young?').waitFor();
        await mercutio.expect('groupchat', ({ body }) => body === 'Is the day so young?');
        await mercutio.do('send', {
          xml: `<message to='${verona}' type='groupchat' id='s1'><body>But new struck nine</body></message>`,
        });
        await room.message('But new struck nine').waitFor();
        await juliet.sees('<mercutio> But new struck nine', '#verona');
        tybalt.sends('PRIVMSG #verona :\x01ACTION turns away\x01');
        await room.message('turns away').waitFor();
        await converse.picture('converse-irc-channel');

        // In private, both ways.
        juliet.types('/j romeo Art thou not Romeo?');
        const chat = await converse.open(`juliet%${network}@${DOMAIN}`, 'Juliet');
        await chat.message('Art thou not Romeo?').waitFor();
        await chat.say('Neither, fair saint');
        await juliet.sees('<romeo> Neither, fair saint', 'romeo');
        await converse.picture('converse-irc-private');
        await mercutio.do('say', { to: `tybalt%${network}@${DOMAIN}`, body: 'Tybalt, you rat-catcher' });
        await tybalt.sees('PRIVMSG Tybalt :Tybalt, you rat-catcher');
        tybalt.sends('PRIVMSG mercutio :What wouldst thou have with me?');
        await mercutio.expect('message', ({ body }) => body === 'What wouldst thou have with me?');
      } finally {
        await mercutio.stop();
      }
    });
  }));

test.run();
