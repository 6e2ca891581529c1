/** IRC for the conformance suite: a small server on a free port. `slipway test ./irc.ts` finds this file. */

import { systemClock } from 'slipway/stanza';
import type { FakeNetwork, UserAct, Where } from 'slipway/testing';
import { FakeIrcServer } from './fake-server.ts';
import type { IrcSession } from './irc.ts';
import { legacyIdOf, nameOf } from './names.ts';
import { Reactions } from './reactions.ts';
import { replyTags } from './said.ts';

const PASSWORD = 'wherefore';
const CHANNEL = '#verona';

/** What clients have said, by user name. */
const heard = new Map<string, UserAct[]>();

const server = new FakeIrcServer({
  people: ['Mercutio', 'Nurse'],
  channels: { [CHANNEL]: ['Mercutio'] },
  password: PASSWORD,
  async onText({ user }, target, text, { msgid: id = '', '+reply': answers }) {
    const acts = actsOf(user);
    const about = { chat: idOf(target), id };
    if (!/^https?:\/\/\S+$/.test(text)) return acts.push({ ...about, kind: 'text', text, answers });
    // A file is a link on IRC: whoever follows it gets the file.
    const { byteLength: size } = await (await fetch(text)).arrayBuffer();
    acts.push({ ...about, kind: 'file', name: decodeURIComponent(text.split('/').at(-1) as string), size });
  },
  onTags({ user }, target, tags) {
    const { '+reply': id, '+typing': typing, '+draft/react': more, '+draft/unreact': less } = tags;
    const acts = actsOf(user);
    const chat = idOf(target);
    if (typing === 'active') acts.push({ kind: 'typing', chat });
    const emoji = more ?? less;
    if (id === undefined || emoji === undefined) return;
    acts.push({ kind: 'reaction', chat, id, emojis: reactions.change(id, user, emoji, emoji === more) });
  },
});

function actsOf(user: string): UserAct[] {
  const acts = heard.get(user) ?? [];
  heard.set(user, acts);
  return acts;
}

/** What there is of clients and people. */
const reactions = new Reactions();

const idOf = (name: string) => legacyIdOf(name, { name: `127.0.0.1-${server.port}` });
const nickOf = ({ data }: IrcSession) => data.networks[0]?.nick ?? '';
const targetOf = (session: IrcSession, { group }: Where) =>
  group === undefined ? nickOf(session) : nameOf(group).name;

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

  says: (session, where, text, { answers } = {}) =>
    server.says(
      nameOf(where.from).name,
      targetOf(session, where),
      text,
      answers === undefined ? {} : replyTags(answers),
    ),
  types: (session, where) => server.tags(nameOf(where.from).name, targetOf(session, where), { '+typing': 'active' }),
  reacts(session, where, id, emojis) {
    const { more, less } = reactions.replace(id, where.from, emojis);
    const send = (tag: string, emoji: string) =>
      server.tags(nameOf(where.from).name, targetOf(session, where), { [tag]: emoji, ...replyTags(id) });
    for (const emoji of less) send('+draft/unreact', emoji);
    for (const emoji of more) send('+draft/react', emoji);
  },
  setsSubject: (_session, { from }, subject) => server.setsTopic(nameOf(from).name, CHANNEL, subject),
  refusesNext: (session) => server.refusesNext(nickOf(session)),
  disconnects: (session) => server.cuts(nickOf(session)),
};
