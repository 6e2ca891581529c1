/** An IRC server, the gateway to IRC, a server for XMPP, and romeo, who is registered. */

import * as irc from '../../../examples/irc/irc.ts';
import { pluginClasses, resolveConfig, silentLog, startGateway } from '../../../src/gateway/index.ts';
import { LOOPBACK, XmppServer } from '../../../src/gateway/testing/index.ts';
import type { Element } from '../../../src/stanza/index.ts';
import { GATEWAY, User } from '../../support/stage.ts';
import { InspIrcd } from './inspircd.ts';
import { IiUser, RawUser } from './irc-people.ts';
import { Ngircd } from './ngircd.ts';

interface IrcServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** @typeParam S which server. */
export interface World<S extends IrcServer> {
  readonly server: S;
  readonly romeo: User;
  readonly session: () => irc.IrcSession;
  /** The address of a channel, and of somebody. */
  readonly room: (channel: string) => string;
  readonly person: (nick: string) => string;
  readonly ii: (nick: string) => Promise<IiUser>;
  /** @param capabilities of IRCv3. */
  readonly raw: (nick: string, ...capabilities: string[]) => Promise<RawUser>;
  /** Joins, and gives everything that comes up to the end of it. */
  readonly enter: (channel: string, nick?: string) => Promise<Element[]>;
  /** Real time, which can be made to pass faster. */
  readonly clock: HastyClock;
}

/** The real time, except that what waits for a later one can be called at once. */
class HastyClock {
  readonly #waiting = new Set<{ at: number; call: () => void; timer: NodeJS.Timeout }>();
  now = Date.now;

  after(ms: number, callback: () => void): () => void {
    const call = () => {
      clearTimeout(entry.timer);
      this.#waiting.delete(entry);
      callback();
    };
    const entry = { at: Date.now() + ms, call, timer: setTimeout(() => call(), ms) };
    this.#waiting.add(entry);
    return () => {
      clearTimeout(entry.timer);
      this.#waiting.delete(entry);
    };
  }

  /** Calls what is due within so many milliseconds and would wait for more than a second. */
  advance(ms: number): void {
    for (const { at, call } of [...this.#waiting]) {
      const left = at - Date.now();
      if (left > 1000 && left <= ms) call();
    }
  }
}

export async function ngircdWorld(scene: (world: World<Ngircd>) => Promise<void>): Promise<void> {
  return play(await Ngircd.start(), scene);
}

export async function inspircdWorld(scene: (world: World<InspIrcd>) => Promise<void>): Promise<void> {
  return play(await InspIrcd.start(), scene);
}

async function play<S extends IrcServer>(ircServer: S, scene: (world: World<S>) => Promise<void>): Promise<void> {
  const server = new XmppServer({ users: { romeo: 'romeo' }, components: { [GATEWAY]: 'secret' } });
  await server.start();
  const network = `127.0.0.1-${ircServer.port}`;
  const clock = new HastyClock();
  const plugin = pluginClasses(irc, 'irc');
  const common = { jid: GATEWAY, secret: 'secret', server: LOOPBACK, port: server.componentPort };
  const config = resolveConfig(Object.assign(common, { 'irc-flood-interval': 1 }), plugin.options);
  const gateway = await startGateway(plugin, { ...config, homeDir: undefined }, { log: silentLog, clock });
  const people: (IiUser | RawUser)[] = [];
  const romeo = await User.logIn(server, 'romeo', 'test', {});
  const add = async <P extends IiUser | RawUser>(coming: Promise<P>): Promise<P> => {
    const person = await coming;
    people.push(person);
    return person;
  };
  const room = (channel: string) => `${channel}%${network}@${GATEWAY}`;
  try {
    const form = [
      ['host', '127.0.0.1'],
      ['port', String(ircServer.port)],
      ['tls', '0'],
      ['nick', 'romeo'],
    ];
    const fields = form.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`).join('');
    const answer = await romeo.asks(
      'set',
      GATEWAY,
      `<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`,
    );
    if (answer instanceof Error) throw answer;
    await gateway.getSessionFromJid('romeo@localhost')?.waitForReady();
    await scene({
      server: ircServer,
      romeo,
      session: () => gateway.getSessionFromJid('romeo@localhost') as unknown as irc.IrcSession,
      room,
      clock,
      person: (nick) => `${nick}%${network}@${GATEWAY}`,
      ii: (nick) => add(IiUser.connect(nick, ircServer.port)),
      raw: (nick, ...capabilities) => add(RawUser.connect(nick, ircServer.port, capabilities)),
      async enter(channel, nick = 'romeo') {
        romeo.received.length = 0;
        romeo.sends(`<presence to='${room(channel)}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
        const end = await romeo.receives(
          (s) => s.name === 'presence' && (s.attrs.type === 'error' || s.attrs.from === room(channel)),
        );
        return [...romeo.received.splice(0), end].filter((each) => each.attrs.from?.startsWith(room(channel)));
      },
    });
  } finally {
    for (const person of people) await person.leaves();
    await romeo.client.stop();
    await gateway.shutdown();
    await server.stop();
    await ircServer.stop();
  }
}
