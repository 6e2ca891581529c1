/** IRC for the conformance suite: a small server on a free port. `slipway test ./irc.ts` finds this file. */

import { systemClock } from 'slipway/stanza';
import type { FakeNetwork, UserAct } from 'slipway/testing';
import { FakeIrcServer } from './fake-server.ts';
import type { IrcSession } from './irc.ts';
import { legacyIdOf, nameOf } from './names.ts';

const PASSWORD = 'wherefore';
const CHANNEL = '#verona';

/** What clients have said, by user name. */
const heard = new Map<string, UserAct[]>();

const server = new FakeIrcServer({
  people: ['Mercutio', 'Nurse'],
  channels: { [CHANNEL]: ['Mercutio'] },
  password: PASSWORD,
  async onText({ user }, target, text) {
    const acts = heard.get(user) ?? [];
    heard.set(user, acts);
    const about = { chat: idOf(target), id: String(acts.length) };
    if (!/^https?:\/\/\S+$/.test(text)) return acts.push({ ...about, kind: 'text', text });
    // A file is a link on IRC: whoever follows it gets the file.
    const { byteLength: size } = await (await fetch(text)).arrayBuffer();
    acts.push({ ...about, kind: 'file', name: decodeURIComponent(text.split('/').at(-1) as string), size });
  },
});

const idOf = (name: string) => legacyIdOf(name, `127.0.0.1-${server.port}`);
const nickOf = ({ data }: IrcSession) => data.networks[0]?.nick ?? '';

const account = (nick: string) => ({
  host: '127.0.0.1',
  port: String(server.port),
  tls: false,
  nick,
  account: nick,
  password: PASSWORD,
  channels: CHANNEL,
});

export const network: FakeNetwork<IrcSession> = {
  start: () => server.start(),
  stop: () => server.stop(),
  config: { 'irc-flood-interval': 1 },
  clock: systemClock,

  account,
  get wrongAccount() {
    return { ...account('romeo'), password: 'therefore' };
  },
  get people(): [string, string] {
    return [idOf('Mercutio'), idOf('Nurse')];
  },
  hasRoster: false,
  get groups() {
    return [idOf(CHANNEL)];
  },
  get nobody() {
    return idOf('Rosaline');
  },

  heard: (session) => heard.get(nickOf(session)) ?? [],

  says: (session, { from, group }, text) =>
    server.says(nameOf(from).name, group === undefined ? nickOf(session) : nameOf(group).name, text),
  setsSubject: (_session, { from }, subject) => server.setsTopic(nameOf(from).name, CHANNEL, subject),
  refusesNext: (session) => server.refusesNext(nickOf(session)),
  disconnects: (session) => server.cuts(nickOf(session)),
};
