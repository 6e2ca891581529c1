/** What users can do by command: see their networks, add one, remove one, join a channel that has a key. */

import { Command, type CommandContext, Form, type FormField, type FormValues, TableResult, XmppError } from 'slipway';
import type { IrcSession } from './irc.ts';
import { isChannel, legacyIdOf } from './names.ts';
import { NETWORK_FIELDS } from './settings.ts';

const of = ({ session }: CommandContext) => session as IrcSession;

/** Asks which one. */
function networkField(context: CommandContext): FormField {
  const names = [...of(context).networks.keys()];
  const options = names.map((value) => ({ label: value, value }));
  return { var: 'network', label: 'Network', type: 'list-single', required: true, value: names[0] ?? '', options };
}

export class Networks extends Command {
  override readonly name = 'IRC networks';
  override readonly help = 'Shows the IRC networks you are connected to.';
  override readonly node = 'irc:networks';
  override readonly chatCommand = 'networks';
  override readonly access = 'user';

  override run(context: CommandContext): TableResult {
    return new TableResult({
      description: 'Your IRC networks',
      fields: [
        { var: 'name', label: 'Network' },
        { var: 'nick', label: 'Nick' },
        { var: 'state', label: 'State' },
      ],
      items: [...of(context).networks.values()].map(({ name, nick, isUp }) => ({
        name,
        nick,
        state: isUp ? 'connected' : 'not connected',
      })),
    });
  }
}

export class AddNetwork extends Command {
  override readonly name = 'Add an IRC network';
  override readonly help = 'Connects you to another IRC network.';
  override readonly node = 'irc:add-network';
  override readonly chatCommand = 'add-network';
  override readonly access = 'user';

  override run(): Form {
    return new Form({
      title: this.name,
      fields: NETWORK_FIELDS,
      handler: async (form: FormValues, context) => {
        const network = await of(context).addNetwork(form);
        return `Connected to ${network.name} as ${network.nick}. Join #channel%${network.name}@${this.gateway.jid}.`;
      },
    });
  }
}

export class RemoveNetwork extends Command {
  override readonly name = 'Remove an IRC network';
  override readonly help = 'Disconnects you from an IRC network, for good.';
  override readonly node = 'irc:remove-network';
  override readonly chatCommand = 'remove-network';
  override readonly access = 'user';

  override run(context: CommandContext): Form {
    return new Form({
      title: this.name,
      fields: [networkField(context)],
      handler: async ({ network }: { network: string }, asking) => {
        await of(asking).removeNetwork(network);
        return `You are no longer connected to ${network}.`;
      },
    });
  }
}

export class JoinChannel extends Command {
  override readonly name = 'Join an IRC channel';
  override readonly help = 'Brings you into a channel, also one that has a key.';
  override readonly node = 'irc:join';
  override readonly chatCommand = 'join';
  override readonly access = 'user-logged';

  override run(context: CommandContext): Form {
    return new Form({
      title: this.name,
      fields: [
        networkField(context),
        { var: 'channel', label: 'Channel', required: true, value: '#' },
        { var: 'key', label: 'Key, if it has one', private: true },
      ],
      handler: async ({ network, channel, key }: { network: string; channel: string; key?: string }, asking) => {
        if (!isChannel(channel)) throw new XmppError('not-acceptable', 'Names of channels begin with #.');
        const room = await of(asking).bookmarks.byLegacyId(legacyIdOf(channel, of(asking).network(network)));
        await room.enter(key === '' ? undefined : key);
        // Not every client joins by itself when a bookmark comes.
        await room.addToBookmarks({ invite: true });
        return `You are in ${channel}: ${room.jid.bare}`;
      },
    });
  }
}
