/** The options of a gateway: one table from which flags, variables, file keys, `--help` and the docs page are made. */

import { join } from 'node:path';
import { JID } from '../stanza/index.ts';
import type { LogLevel } from './log.ts';
import { ConfigError, type OptionTable, type PluginOptions, type RawValues, resolveOptions } from './options.ts';
import { Secret } from './secret.ts';
import { MAX_WORKERS } from './store/journal-id.ts';
import { Keyring } from './store/keyring.ts';
import { isPostgresUrl } from './store/location.ts';

/** What a gateway is started with. */
export interface Config {
  /** The component's domain. */
  readonly jid: string;
  /** What component and server share. XEP-0114. */
  readonly secret: Secret;
  /** The host of the XMPP server. */
  readonly server: string;
  /** Its port for components. */
  readonly port: number;
  /** Where the database and other files are; `undefined` keeps everything in memory. */
  readonly homeDir: string | undefined;
  /** The PostgreSQL database to use instead of an SQLite file in `homeDir`. */
  readonly databaseUrl: Secret | undefined;
  /** Connections to it at most. */
  readonly databasePoolSize: number;
  /** How many processes serve the component together. */
  readonly workers: number;
  /** What credentials in the database are encrypted with; nothing leaves them as they are. */
  readonly keyring: Keyring;
  /** Which bare JIDs may register. */
  readonly userJidValidator: RegExp;
  /** Bare JIDs of those who may use the commands for administrators. */
  readonly admins: readonly string[];
  /** Whether rosters of users are left alone, and nobody is asked for a subscription. */
  readonly noRosterPush: boolean;
  /** Messages that are not older than this many seconds count as sent now. */
  readonly ignoreDelayThreshold: number;
  /** Whether the status of a contact says when they were last seen, for clients that do not know XEP-0319. */
  readonly lastSeenFallback: boolean;
  /** The JID of the upload service; `undefined` for the one that the user's server has. */
  readonly uploadService: string | undefined;
  /** The folder for files, when they are not uploaded; with it goes `noUploadUrlPrefix`. */
  readonly noUploadPath: string | undefined;
  /** What stands before the name of a file in that folder in its URL. */
  readonly noUploadUrlPrefix: string;
  /** How files get into that folder. */
  readonly noUploadMethod: 'copy' | 'move' | 'hardlink' | 'symlink';
  /** Whether files in that folder are readable for everybody. */
  readonly noUploadFileReadOthers: boolean;
  /** Whether clients get the network's own URLs of files, not copies. */
  readonly useAttachmentOriginalUrls: boolean;
  /** Bytes of a file at most, in either direction. */
  readonly attachmentMaxSize: number;
  /** Seconds that fetching a file may take. */
  readonly attachmentTimeout: number;
  /** Whether files are fetched from private addresses too. */
  readonly allowPrivateUrls: boolean;
  /** Pixels of the longer side of an avatar at most. */
  readonly avatarSize: number;
  /** How many avatars are worked on at the same time. */
  readonly avatarResamplingThreads: number;
  /** Participants of a room that are shown at most for being there; beyond, those who are active. */
  readonly roomPresenceLimit: number;
  /** Seconds until a registration that nobody goes on with is forgotten. */
  readonly partialRegistrationTimeout: number;
  /** Seconds that a QR code waits to be scanned. */
  readonly qrTimeout: number;
  /** Days that what was said in rooms is kept; 0 for ever. */
  readonly mamMaxDays: number;
  /** Days that ids of messages, threads and files are kept; 0 for ever. */
  readonly messageMaxDays: number;
  /** What one person may do within a minute, from messages to files, and within an hour; 0 for no limit. */
  readonly limitMessages: number;
  readonly limitBytes: number;
  readonly limitRequests: number;
  readonly limitJoins: number;
  readonly limitUploads: number;
  readonly limitPeople: number;
  readonly limitLogins: number;
  readonly limitRegistrations: number;
  /** Requests and commands of one person at a time. */
  readonly limitPending: number;
  readonly limitCommands: number;
  /** Seconds that a plugin may take for what a user does; where a file is fetched, `attachmentTimeout` comes on top. */
  readonly hookTimeout: number;
  /** Days that the journal of messages is kept. */
  readonly journalMaxDays: number;
  /** From which importance on something is logged. */
  readonly logLevel: LogLevel;
  /** The address on which numbers and health can be asked for by HTTP; nothing listens without `httpPort`. */
  readonly httpHost: string;
  /** The port for that; 0 for any that is free, `undefined` for none. */
  readonly httpPort: number | undefined;
  /** Who knows it may ask about messages and users too; `undefined` to make one and keep it in `homeDir`. */
  readonly httpToken: Secret | undefined;
  /** The latest messages of which `explain` can tell everything. */
  readonly explainMessages: number;
  /** What was given for the plugin's own options: read it with `PluginOptions.of`. */
  readonly pluginOptions: RawValues;
}

/** What one person (a bare JID) may do, so that nobody harms the others. */
function limit<const N extends number>(number: N, what: string) {
  return { group: 'Limits', type: 'number', default: number, describe: `${what}; 0 for no limit` } as const;
}

/** By name of the flag; the environment variable is `SLIPWAY_` and the name in upper case with underscores. */
export const OPTIONS = {
  'legacy-network': {
    group: 'Server',
    type: 'string',
    alias: 'l',
    required: true,
    describe: 'The plugin: a module file or a package that exports a subclass of BaseGateway',
  },
  jid: {
    group: 'Server',
    type: 'string',
    alias: 'j',
    required: true,
    describe: 'The domain of the component, such as gw.example.com',
  },
  secret: {
    group: 'Server',
    type: 'string',
    required: true,
    secret: true,
    describe: 'The secret shared with the XMPP server',
  },
  server: { group: 'Server', type: 'string', alias: 's', default: 'localhost', describe: "The XMPP server's host" },
  port: {
    group: 'Server',
    type: 'number',
    alias: 'p',
    default: 5347,
    min: 1,
    max: 65_535,
    describe: "The XMPP server's component port",
  },
  'home-dir': {
    group: 'Server',
    type: 'string',
    defaultText: '.slipway/<jid> in the current folder',
    describe: 'The folder for the database and files',
  },
  'database-url': {
    group: 'Server',
    type: 'string',
    secret: true,
    defaultText: 'an SQLite file in home-dir',
    describe: 'A PostgreSQL database, as postgres://user@host/name',
  },
  'database-pool-size': {
    group: 'Server',
    type: 'number',
    default: 10,
    min: 1,
    describe: 'Connections to PostgreSQL at most',
  },
  workers: {
    group: 'Server',
    type: 'number',
    default: 1,
    min: 1,
    max: MAX_WORKERS,
    describe:
      'How many processes serve the component together, all with the same PostgreSQL database and behind a server that balances them',
  },
  'encryption-key': {
    group: 'Server',
    type: 'string',
    secret: true,
    defaultText: 'credentials are not encrypted',
    describe:
      'What the credentials of users are encrypted with: 32 bytes in Base64. Further keys behind a comma are for reading what was encrypted with them',
  },
  'user-jid-validator': {
    group: 'Users',
    type: 'string',
    defaultText: 'all users of the parent domain',
    describe: 'A regular expression for the bare JIDs that may register',
  },
  admins: { group: 'Users', type: 'array', describe: 'Bare JIDs of administrators' },
  'no-roster-push': {
    group: 'Users',
    type: 'boolean',
    default: false,
    describe: 'Never change the rosters of users, nor ask them to subscribe to contacts',
  },
  'ignore-delay-threshold': {
    group: 'Users',
    type: 'number',
    default: 300,
    describe: 'Seconds: messages that are not older count as sent now',
  },
  'last-seen-fallback': {
    group: 'Users',
    type: 'boolean',
    default: false,
    describe: 'Say in the status when contacts were last seen, for clients that do not know XEP-0319',
  },
  'upload-service': {
    group: 'Files',
    type: 'string',
    defaultText: 'what the server has',
    describe: 'The JID of the HTTP upload service',
  },
  'no-upload-path': {
    group: 'Files',
    type: 'string',
    describe: 'A folder to put files into, instead of uploading them',
  },
  'no-upload-url-prefix': {
    group: 'Files',
    type: 'string',
    default: '',
    describe: 'What stands before the name of a file there in its URL',
  },
  'no-upload-method': {
    group: 'Files',
    type: 'string',
    default: 'copy',
    choices: ['copy', 'move', 'hardlink', 'symlink'],
    describe: 'How files get into that folder',
  },
  'no-upload-file-read-others': {
    group: 'Files',
    type: 'boolean',
    default: false,
    describe: 'Make files in that folder readable for everybody',
  },
  'use-attachment-original-urls': {
    group: 'Files',
    type: 'boolean',
    default: false,
    describe: 'Give clients the URLs of the network for files, not copies; the network then sees their addresses',
  },
  'attachment-max-size': {
    group: 'Files',
    type: 'number',
    default: 1_073_741_824,
    describe: 'Bytes of a file at most',
  },
  'attachment-timeout': {
    group: 'Files',
    type: 'number',
    default: 600,
    describe: 'Seconds that fetching a file may take',
  },
  'allow-private-urls': {
    group: 'Files',
    type: 'boolean',
    default: false,
    describe: 'Fetch files from private addresses too, as when everything runs on one machine',
  },
  'avatar-size': {
    group: 'Files',
    type: 'number',
    default: 200,
    describe: 'Pixels of the longer side of an avatar at most',
  },
  'avatar-resampling-threads': {
    group: 'Files',
    type: 'number',
    default: 2,
    describe: 'Avatars that are worked on at the same time',
  },
  'room-presence-limit': {
    group: 'Rooms',
    type: 'number',
    default: 1000,
    describe: 'Participants of a room that are shown at most; beyond, only those who say something, and moderators',
  },
  'partial-registration-timeout': {
    group: 'Users',
    type: 'number',
    default: 3600,
    describe: 'Seconds until a registration that nobody goes on with is forgotten',
  },
  'qr-timeout': { group: 'Users', type: 'number', default: 60, describe: 'Seconds that a QR code waits to be scanned' },
  'mam-max-days': {
    group: 'Rooms',
    type: 'number',
    default: 7,
    describe: 'Days that the history of rooms is kept; 0 for ever',
  },
  'message-max-days': {
    group: 'Server',
    type: 'number',
    default: 90,
    describe:
      'Days that it is known which message of the network is which, for replies and changes, and which files have been uploaded; 0 for ever',
  },
  'limit-messages': limit(600, 'Messages, changes of presence and subscription requests of a person in a minute'),
  'limit-bytes': limit(8_388_608, 'Characters of messages and requests of a person in a minute'),
  'limit-requests': limit(6000, 'Requests (iq) of a person in a minute'),
  'limit-joins': limit(120, 'Attempts of a person to join rooms in a minute'),
  'limit-uploads': limit(60, 'Files that a person sends in a minute'),
  'limit-people': limit(3000, 'Contacts and rooms that a person asks for in an hour and that were not known'),
  'limit-logins': limit(30, 'Logins to the network that a person asks for in an hour'),
  'limit-registrations': limit(30, 'Answers to questions of registrations by a person in an hour'),
  'limit-pending': limit(100, 'Requests of a person that are worked on at a time'),
  'limit-commands': limit(20, 'Commands that a person has begun and not ended'),
  'hook-timeout': {
    group: 'Limits',
    type: 'number',
    default: 60,
    describe: 'Seconds that the plugin may take for what a user does, besides fetching a file; then the user is told',
  },
  'journal-max-days': {
    group: 'Server',
    type: 'number',
    default: 7,
    describe: 'Days that it is known what became of a message, and that one waits for a server that is away',
  },
  'log-level': {
    group: 'Server',
    type: 'string',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    describe: 'What to log',
  },
  'http-port': {
    group: 'Watching',
    type: 'number',
    max: 65_535,
    defaultText: 'nothing listens',
    describe: 'The port for /metrics, /healthz and /readyz, and for what `slipway explain` asks',
  },
  'http-host': {
    group: 'Watching',
    type: 'string',
    default: '127.0.0.1',
    describe: 'The address it listens on; the default is reached from this machine only',
  },
  'http-token': {
    group: 'Watching',
    type: 'string',
    secret: true,
    defaultText: 'a new one at each start, kept in the file `http-token` of `home-dir`',
    describe: 'What those must know who ask about messages and users by HTTP',
  },
  'explain-messages': {
    group: 'Watching',
    type: 'number',
    default: 10_000,
    min: 1,
    max: 10_000_000,
    describe: 'The latest messages of which `slipway explain` can tell everything',
  },
} as const satisfies OptionTable;

export type OptionName = keyof typeof OPTIONS;

/** Values by option name, as they come from the command line, the environment or a file. */
export type RawConfig = { readonly [K in OptionName]?: unknown };

/**
 * Checks and completes.
 * @param plugin the options of the plugin, if it declares some: their values are checked too.
 * @throws ConfigError.
 */
export function resolveConfig(raw: RawConfig, plugin?: PluginOptions): Config {
  // Which plugin it is, is known to whoever has loaded it.
  const { legacyNetwork: _, encryptionKey, ...values } = resolveOptions(OPTIONS, { 'legacy-network': '-', ...raw });
  const jid = domainOf(values.jid);
  if (values.noUploadPath !== undefined && values.noUploadUrlPrefix === '') {
    throw new ConfigError('--no-upload-path needs --no-upload-url-prefix', 'no-upload-path');
  }
  if (values.workers > 1 && values.databaseUrl === undefined) {
    throw ConfigError.of('workers', 'several processes need a PostgreSQL database that they share: --database-url');
  }
  return {
    ...values,
    jid,
    homeDir: values.homeDir ?? join('.slipway', jid),
    secret: new Secret(values.secret),
    databaseUrl: databaseUrlOf(values.databaseUrl),
    keyring: keyringOf(encryptionKey),
    httpToken: values.httpToken === undefined ? undefined : new Secret(values.httpToken),
    userJidValidator: validatorOf(values.userJidValidator, jid),
    admins: values.admins.map((admin) => jidOf('admins', admin)),
    uploadService: values.uploadService === undefined ? undefined : jidOf('upload-service', values.uploadService),
    pluginOptions: plugin === undefined ? {} : pluginValues(plugin, raw),
  };
}

function pluginValues({ table }: PluginOptions, raw: RawValues): RawValues {
  resolveOptions(table, raw);
  return Object.fromEntries(Object.keys(table).map((name) => [name, raw[name]]));
}

function jidOf(name: OptionName, value: string): string {
  const parsed = JID.tryParse(value);
  if (parsed === undefined) throw ConfigError.of(name, `${JSON.stringify(value)} is not an XMPP address`);
  return parsed.bare;
}

function domainOf(jid: string): string {
  const parsed = JID.tryParse(jid);
  if (parsed === undefined || parsed.full !== parsed.domain) {
    throw ConfigError.of('jid', `${JSON.stringify(jid)} is not a domain such as gw.example.com`);
  }
  return parsed.domain;
}

function keyringOf(keys: string | undefined): Keyring {
  try {
    return Keyring.parse(keys ?? '');
  } catch (error) {
    throw ConfigError.of('encryption-key', (error as Error).message);
  }
}

function databaseUrlOf(url: string | undefined): Secret | undefined {
  if (url === undefined) return undefined;
  if (isPostgresUrl(url) && URL.canParse(url)) return new Secret(url);
  // Not shown: it may hold a password.
  throw ConfigError.of('database-url', 'this is not a URL as postgres://user@host/name');
}

/** By default the users of `example.com` may use `gw.example.com`. */
function validatorOf(pattern: string | undefined, jid: string): RegExp {
  const parent = jid.includes('.') ? jid.slice(jid.indexOf('.') + 1) : jid;
  const source = pattern ?? `.*@${parent.replace(/[.\\[\](){}*+?^$|]/g, '\\$&')}`;
  try {
    return new RegExp(`^(?:${source})$`);
  } catch (error) {
    throw ConfigError.of('user-jid-validator', (error as Error).message);
  }
}
