/** The network of harbour for the conformance suite: it is a fake already. `slipway test ./harbour.ts` finds this file. */

import type { FakeNetwork, Where } from 'slipway/testing';
import type { HarbourSession } from './harbour.ts';
import type { HarbourEvent } from './network.ts';

/** What happens in a chat or in a group. */
function happen({ client }: HarbourSession, { from, group = from }: Where, event: HarbourEvent): void {
  client.happen(group, from, event);
}

export const network: FakeNetwork<HarbourSession> = {
  account: (username) => ({ username, password: 'ahoy' }),
  wrongAccount: { username: 'romeo', password: 'hello' },
  people: ['ada', 'bo'],
  groups: ['crew'],
  nobody: 'nobody',
  searchFor: { name: 'sail' },

  heard: ({ client }) => client.done,

  says(session, where, text, { answers } = {}) {
    const id = session.client.newId();
    happen(session, where, { kind: 'text', id, text, ...(answers && { answers: { id: answers, text: '…' } }) });
    return id;
  },
  sendsFile(session, where, { name, data }) {
    const id = session.client.newId();
    happen(session, where, { kind: 'picture', id, name, data });
    return id;
  },
  edits: (session, where, id, text) => happen(session, where, { kind: 'edit', id, text }),
  deletes: (session, where, id) => happen(session, where, { kind: 'retraction', id }),
  reacts: (session, where, id, emojis) => happen(session, where, { kind: 'reaction', id, emojis }),
  types: (session, where) => happen(session, where, { kind: 'typing' }),
  receives: (session, where, id) => happen(session, where, { kind: 'received', id }),
  reads: (session, where, id) => happen(session, where, { kind: 'read', id }),
  appears({ client }, person, state) {
    const kind = { online: 'there', away: 'away', offline: 'gone' } as const;
    client.happen(person, person, { kind: kind[state], status: 'As the wind blows' });
  },
  setsSubject: (session, where, text) => happen(session, where, { kind: 'subject', text }),
  refusesNext({ client }) {
    client.refusesNext = true;
  },
};
