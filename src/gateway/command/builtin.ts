/** The commands that every gateway has. */

import { Announce, DeleteUser, Explain, Info, ListUsers, LogLevel, ReLoginUser } from './admin-commands.ts';
import type { CommandClass } from './command.ts';
import { ContactList, Find, SyncContacts } from './contact-commands.ts';
import { CreateGroup, GroupList, LeaveGroup } from './group-commands.ts';
import { ParkedMessages } from './parked-command.ts';
import { PreferencesCommand, Register, ReLogin, ReRegister, Unregister } from './user-commands.ts';

/** Put these, and your own, into `BaseGateway.commands`. */
export const BUILTIN_COMMANDS: readonly CommandClass[] = [
  Register,
  ReRegister,
  Unregister,
  ReLogin,
  PreferencesCommand,
  Find,
  ContactList,
  SyncContacts,
  GroupList,
  CreateGroup,
  LeaveGroup,
  Info,
  ListUsers,
  DeleteUser,
  Announce,
  ReLoginUser,
  Explain,
  LogLevel,
  ParkedMessages,
];
