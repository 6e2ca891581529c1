/**
 * Service administration: the commands by which admins run a service.
 * XEP-0133 v1.3.1 <https://xmpp.org/extensions/xep-0133.html>
 */

import { dateTime, unsigned, type Value } from '../stanza/value.ts';
import { multi, optionalSingle, type Shape, shape } from './0068-form-types.ts';

/** The FORM_TYPE of the forms of all these commands; their nodes begin with it. */
export const NS = 'http://jabber.org/protocol/admin';

/** The nodes of the commands (XEP-0050). */
export const NODES = {
  addUser: `${NS}#add-user`,
  deleteUser: `${NS}#delete-user`,
  disableUser: `${NS}#disable-user`,
  reenableUser: `${NS}#reenable-user`,
  endUserSession: `${NS}#end-user-session`,
  changeUserPassword: `${NS}#change-user-password`,
  getUserRoster: `${NS}#get-user-roster`,
  getUserLastLogin: `${NS}#get-user-lastlogin`,
  userStats: `${NS}#user-stats`,
  editBlacklist: `${NS}#edit-blacklist`,
  editWhitelist: `${NS}#edit-whitelist`,
  getRegisteredUsersNumber: `${NS}#get-registered-users-num`,
  getDisabledUsersNumber: `${NS}#get-disabled-users-num`,
  getOnlineUsersNumber: `${NS}#get-online-users-num`,
  getActiveUsersNumber: `${NS}#get-active-users-num`,
  getIdleUsersNumber: `${NS}#get-idle-users-num`,
  getRegisteredUsersList: `${NS}#get-registered-users-list`,
  getDisabledUsersList: `${NS}#get-disabled-users-list`,
  getOnlineUsersList: `${NS}#get-online-users-list`,
  getActiveUsers: `${NS}#get-active-users`,
  getIdleUsers: `${NS}#get-idle-users`,
  announce: `${NS}#announce`,
  setMotd: `${NS}#set-motd`,
  editMotd: `${NS}#edit-motd`,
  deleteMotd: `${NS}#delete-motd`,
  setWelcome: `${NS}#set-welcome`,
  deleteWelcome: `${NS}#delete-welcome`,
  editAdmin: `${NS}#edit-admin`,
  restart: `${NS}#restart`,
  shutdown: `${NS}#shutdown`,
} as const;

/** The fields of all these forms; each command uses some of them. */
export interface Administration {
  readonly account?: string;
  readonly accounts: readonly string[];
  readonly password?: string;
  readonly passwordVerify?: string;
  readonly email?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly registeredUsers: readonly string[];
  readonly disabledUsers: readonly string[];
  readonly onlineUsers: readonly string[];
  readonly activeUsers: readonly string[];
  readonly registeredUsersNumber?: number;
  readonly disabledUsersNumber?: number;
  readonly onlineUsersNumber?: number;
  readonly activeUsersNumber?: number;
  readonly idleUsersNumber?: number;
  /** How many users to list at most. */
  readonly maxItems?: number | 'none';
  readonly lastLogin?: Date;
  readonly ipAddresses: readonly string[];
  readonly rosterSize?: number;
  readonly onlineResources?: number;
  readonly stanzasPerSecond?: number;
  readonly loginsPerMinute?: number;
  readonly blacklist: readonly string[];
  readonly whitelist: readonly string[];
  readonly admins: readonly string[];
  readonly announcement: readonly string[];
  readonly motd: readonly string[];
  readonly welcome: readonly string[];
  /** Seconds until the service stops or starts again. */
  readonly delay?: number;
}

const maxItems: Value<number | 'none'> = {
  expected: 'an integer from 0, or none',
  parse: (text) => (text === 'none' ? 'none' : unsigned.parse(text)),
  format: String,
};
export const administration: Shape<Administration> = shape(NS, {
  account: optionalSingle('accountjid'),
  accounts: multi('accountjids', 'jid-multi'),
  password: optionalSingle('password'),
  passwordVerify: optionalSingle('password-verify'),
  email: optionalSingle('email'),
  givenName: optionalSingle('given_name'),
  surname: optionalSingle('surname'),
  registeredUsers: multi('registereduserjids', 'jid-multi'),
  disabledUsers: multi('disableduserjids', 'jid-multi'),
  onlineUsers: multi('onlineuserjids', 'jid-multi'),
  activeUsers: multi('activeuserjids', 'jid-multi'),
  registeredUsersNumber: optionalSingle('registeredusersnum', unsigned),
  disabledUsersNumber: optionalSingle('disabledusersnum', unsigned),
  onlineUsersNumber: optionalSingle('onlineusersnum', unsigned),
  activeUsersNumber: optionalSingle('activeusersnum', unsigned),
  idleUsersNumber: optionalSingle('idleusersnum', unsigned),
  maxItems: optionalSingle('max_items', maxItems),
  lastLogin: optionalSingle('lastlogin', dateTime),
  ipAddresses: multi('ipaddresses', 'list-multi'),
  rosterSize: optionalSingle('rostersize', unsigned),
  onlineResources: optionalSingle('onlineresources', unsigned),
  stanzasPerSecond: optionalSingle('stanzaspersecond', unsigned),
  loginsPerMinute: optionalSingle('loginsperminute', unsigned),
  blacklist: multi('blacklistjids', 'jid-multi'),
  whitelist: multi('whitelistjids', 'jid-multi'),
  admins: multi('adminjids', 'jid-multi'),
  announcement: multi('announcement'),
  motd: multi('motd'),
  welcome: multi('welcome'),
  delay: optionalSingle('delay', unsigned),
});

/** Those who support commands announce those alone. */
export const features: readonly string[] = [];
