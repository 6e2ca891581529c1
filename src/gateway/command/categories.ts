/** What commands are shown together. */

import type { CommandCategory } from './command.ts';

export const ADMIN: CommandCategory = { name: 'Administration', node: 'urn:slipway:commands:admin' };
export const CONTACTS: CommandCategory = { name: 'Contacts', node: 'urn:slipway:commands:contacts' };
export const GROUPS: CommandCategory = { name: 'Groups', node: 'urn:slipway:commands:groups' };
