/** What users do about their groups. */

import { byName } from '../directory.ts';
import { XmppError } from '../errors.ts';
import type { BaseSession } from '../session.ts';
import { addressList } from './address-list.ts';
import { GROUPS } from './categories.ts';
import { Command, type CommandContext, type CommandResult, Confirmation, Form } from './command.ts';

export class GroupList extends Command {
  readonly name = 'Groups';
  readonly help = 'Lists your groups.';
  readonly node = 'urn:slipway:command:groups';
  readonly chatCommand = 'groups';
  readonly access = 'user-logged';
  override readonly category = GROUPS;

  override get isOffered(): boolean {
    return this.gateway.groups;
  }

  run({ session }: CommandContext): CommandResult {
    return addressList('Your groups', session?.bookmarks ?? []);
  }
}

export class CreateGroup extends Command {
  readonly name = 'New group';
  readonly help = 'Makes a group with some of your contacts.';
  readonly node = 'urn:slipway:command:create-group';
  readonly chatCommand = 'create-group';
  readonly access = 'user-logged';
  override readonly category = GROUPS;

  override get isOffered(): boolean {
    return this.gateway.groups && this.gateway.hasHook('onCreateGroup');
  }

  run({ session }: CommandContext): CommandResult {
    const contacts = [...(session?.contacts ?? [])];
    return new Form({
      title: this.name,
      instructions: 'What is the group to be called, and who is to be in it?',
      fields: [
        { var: 'name', label: 'Name', required: true },
        {
          var: 'contacts',
          label: 'Contacts',
          type: 'list-multi',
          options: contacts.map(({ displayName, jid }) => ({ label: displayName, value: jid.bare })),
        },
      ],
      handler: (values: { name: string; contacts?: readonly string[] }, asking: CommandContext) =>
        this.#create(values, asking),
    });
  }

  async #create(values: { name: string; contacts?: readonly string[] }, { session }: CommandContext): Promise<string> {
    if (session?.onCreateGroup === undefined) throw new XmppError('feature-not-implemented');
    const contacts = await Promise.all((values.contacts ?? []).map((jid) => session.contacts.byJid(jid)));
    const legacyId = await session.onCreateGroup(values.name, contacts);
    const room = await session.bookmarks.byLegacyId(legacyId);
    await room.addToBookmarks({ invite: true });
    return `The group is there: ${room.jid.bare}`;
  }
}

export class LeaveGroup extends Command {
  readonly name = 'Leave a group';
  readonly help = 'Takes you out of a group, for good.';
  readonly node = 'urn:slipway:command:leave-group';
  readonly chatCommand = 'leave-group';
  readonly access = 'user-logged';
  override readonly category = GROUPS;

  override get isOffered(): boolean {
    return this.gateway.groups && this.gateway.hasHook('onLeaveGroup');
  }

  run({ session }: CommandContext): CommandResult {
    const options = byName(session?.bookmarks ?? []).map(({ displayName, jid }) => ({
      label: displayName,
      value: jid.bare,
    }));
    if (options.length === 0) return 'You are in no group.';
    return new Form({
      title: this.name,
      fields: [{ var: 'group', label: 'Group', type: 'list-single', required: true, options }],
      handler: ({ group }: { group: string }) =>
        new Confirmation({
          prompt: `Leave ${group}?`,
          success: 'You have left the group.',
          handler: (asking) => this.#leave(asking.session, group),
        }),
    });
  }

  async #leave(session: BaseSession | undefined, jid: string): Promise<void> {
    if (session?.onLeaveGroup === undefined) throw new XmppError('feature-not-implemented');
    await session.bookmarks.leave(await session.bookmarks.byJid(jid), 'You left this group.');
  }
}
