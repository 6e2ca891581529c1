/** What users do about their contacts. */

import { XmppError } from '../errors.ts';
import { addressList } from './address-list.ts';
import { CONTACTS } from './categories.ts';
import { Command, type CommandContext, type CommandResult, Confirmation, Form } from './command.ts';
import type { FormValues } from './form.ts';

export class Find extends Command {
  readonly name = 'Find somebody';
  readonly help = 'Searches the network for people.';
  readonly node = 'urn:slipway:command:find';
  readonly chatCommand = 'find';
  readonly access = 'user-logged';
  override readonly category = CONTACTS;

  override get isOffered(): boolean {
    return this.gateway.hasHook('search');
  }

  run(context: CommandContext, ...args: string[]): CommandResult | Promise<CommandResult> {
    const { searchFields, searchTitle, searchInstructions } = this.gateway;
    const [first] = searchFields;
    if (args.length > 0 && first !== undefined) return this.#search({ [first.var]: args.join(' ') }, context);
    return new Form({
      title: searchTitle,
      instructions: searchInstructions,
      fields: searchFields,
      handler: (values, asking) => this.#search(values, asking),
    });
  }

  async #search(values: FormValues, { session }: CommandContext): Promise<CommandResult> {
    const found = await session?.search?.(values);
    return found === undefined || found.items.length === 0 ? 'Nobody was found.' : found;
  }
}

export class ContactList extends Command {
  readonly name = 'Contacts';
  readonly help = 'Lists your contacts.';
  readonly node = 'urn:slipway:command:contacts';
  readonly chatCommand = 'contacts';
  readonly access = 'user-logged';
  override readonly category = CONTACTS;

  run({ session }: CommandContext): CommandResult {
    return addressList('Your contacts', session?.contacts ?? []);
  }
}

export class SyncContacts extends Command {
  readonly name = 'Synchronise contacts';
  readonly help = 'Makes the contacts in your roster the same as on the network.';
  readonly node = 'urn:slipway:command:sync-contacts';
  readonly chatCommand = 'sync-contacts';
  readonly access = 'user-logged';
  override readonly category = CONTACTS;

  run(): CommandResult {
    return new Confirmation({
      prompt: `Synchronise the group "${this.gateway.rosterGroup}" of your roster with ${this.gateway.componentName}?`,
      handler: async ({ session }) => {
        if (session === undefined) throw new XmppError('registration-required');
        const { added, removed, updated } = await this.gateway.rosters.sync(session);
        return `${added} added, ${removed} removed, ${updated} updated.`;
      },
    });
  }
}
