/** The network for the conformance suite: `npm run conformance` plays more than a hundred scenes with it. */

import type { FakeNetwork } from 'slipway/testing';
import { NetworkClient } from './network.ts';
import type { __Class__Session } from './plugin.ts';

export const network: FakeNetwork<__Class__Session> = {
  //#if password
  account: (username) => ({ username, password: 'secret' }),
  wrongAccount: { username: 'romeo', password: 'wrong' },
  //#end
  //#if code
  account: (username) => ({ username, password: 'secret', code: '123456' }),
  wrongAccount: { username: 'romeo', password: 'wrong', code: '123456' },
  //#end
  //#if qr
  account: (name) => ({ device: name }),
  wrongAccount: { device: 'much too long a name for a device, which nobody would like to read' },
  //#end
  people: ['anna', 'otto'],
  //#if groups
  groups: ['palindromes'],
  //#end
  nobody: 'nobody',

  heard: ({ client }) => client.deeds,

  says({ client }, { from, group = from }, text) {
    const id = NetworkClient.newId();
    client.happen({ kind: 'text', chat: group, from, id, text });
    return id;
  },
  edits: ({ client }, { from, group = from }, id, text) => client.happen({ kind: 'edit', chat: group, from, id, text }),
  deletes: ({ client }, { from, group = from }, id) => client.happen({ kind: 'removal', chat: group, from, id }),
  types: ({ client }, { from, group = from }) => client.happen({ kind: 'typing', chat: group, from }),
};
