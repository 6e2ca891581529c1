/** The options of a gateway: one table from which flags, environment variables, file keys and `--help` are made. */

import { join } from 'node:path';
import { JID } from '../stanza/index.ts';
import type { LogLevel } from './log.ts';

/** What a gateway is started with. */
export interface Config {
  /** The component's domain. */
  readonly jid: string;
  readonly secret: string;
  readonly server: string;
  readonly port: number;
  /** Where the database and other files are; `undefined` keeps everything in memory. */
  readonly homeDir: string | undefined;
  /** Which bare JIDs may register. */
  readonly userJidValidator: RegExp;
  readonly admins: readonly string[];
  readonly noRosterPush: boolean;
  /** Messages that are not older than this many seconds count as sent now. */
  readonly ignoreDelayThreshold: number;
  /** Whether the status of a contact says when they were last seen, for clients that do not know XEP-0319. */
  readonly lastSeenFallback: boolean;
  /** The JID of the upload service; `undefined` for the one that the user's server has. */
  readonly uploadService: string | undefined;
  /** The folder for files, when they are not uploaded; with it goes `noUploadUrlPrefix`. */
  readonly noUploadPath: string | undefined;
  readonly noUploadUrlPrefix: string;
  readonly noUploadMethod: 'copy' | 'move' | 'hardlink' | 'symlink';
  readonly noUploadFileReadOthers: boolean;
  readonly useAttachmentOriginalUrls: boolean;
  /** Bytes of a file at most, in either direction. */
  readonly attachmentMaxSize: number;
  /** Seconds that fetching a file may take. */
  readonly attachmentTimeout: number;
  /** Whether files are fetched from private addresses too. */
  readonly allowPrivateUrls: boolean;
  /** Pixels of the longer side of an avatar at most. */
  readonly avatarSize: number;
  readonly avatarResamplingThreads: number;
  /** Participants of a room that are shown at most for being there; beyond, those who are active. */
  readonly roomPresenceLimit: number;
  /** Seconds until a registration that nobody goes on with is forgotten. */
  readonly partialRegistrationTimeout: number;
  /** Seconds that a QR code waits to be scanned. */
  readonly qrTimeout: number;
  /** Days that what was said in rooms is kept; 0 for ever. */
  readonly mamMaxDays: number;
  readonly logLevel: LogLevel;
}

interface Option {
  readonly type: 'string' | 'number' | 'boolean' | 'array';
  readonly describe: string;
  readonly alias?: string;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

/** By name of the flag; the environment variable is `SLIPWAY_` and the name in upper case with underscores. */
export const OPTIONS = {
  'legacy-network': {
    type: 'string',
    alias: 'l',
    required: true,
    describe: 'The plugin: a module file or a package that exports a subclass of BaseGateway',
  },
  jid: { type: 'string', alias: 'j', required: true, describe: 'The domain of the component, such as gw.example.com' },
  secret: { type: 'string', required: true, describe: 'The secret shared with the XMPP server' },
  server: { type: 'string', alias: 's', default: 'localhost', describe: "The XMPP server's host" },
  port: { type: 'number', alias: 'p', default: 5347, describe: "The XMPP server's component port" },
  'home-dir': {
    type: 'string',
    describe: 'The folder for the database and files [default: .slipway/<jid> in the current folder]',
  },
  'user-jid-validator': {
    type: 'string',
    describe: 'A regular expression for the bare JIDs that may register [default: all users of the parent domain]',
  },
  admins: { type: 'array', describe: 'Bare JIDs of administrators' },
  'no-roster-push': {
    type: 'boolean',
    default: false,
    describe: 'Never change the rosters of users, nor ask them to subscribe to contacts',
  },
  'ignore-delay-threshold': {
    type: 'number',
    default: 300,
    describe: 'Seconds: messages that are not older count as sent now',
  },
  'last-seen-fallback': {
    type: 'boolean',
    default: false,
    describe: 'Say in the status when contacts were last seen, for clients that do not know XEP-0319',
  },
  'upload-service': { type: 'string', describe: 'The JID of the HTTP upload service [default: what the server has]' },
  'no-upload-path': { type: 'string', describe: 'A folder to put files into, instead of uploading them' },
  'no-upload-url-prefix': {
    type: 'string',
    default: '',
    describe: 'What stands before the name of a file there in its URL',
  },
  'no-upload-method': {
    type: 'string',
    default: 'copy',
    choices: ['copy', 'move', 'hardlink', 'symlink'],
    describe: 'How files get into that folder',
  },
  'no-upload-file-read-others': {
    type: 'boolean',
    default: false,
    describe: 'Make files in that folder readable for everybody',
  },
  'use-attachment-original-urls': {
    type: 'boolean',
    default: false,
    describe: 'Give clients the URLs of the network for files, not copies; the network then sees their addresses',
  },
  'attachment-max-size': { type: 'number', default: 1_073_741_824, describe: 'Bytes of a file at most' },
  'attachment-timeout': { type: 'number', default: 600, describe: 'Seconds that fetching a file may take' },
  'allow-private-urls': {
    type: 'boolean',
    default: false,
    describe: 'Fetch files from private addresses too, as when everything runs on one machine',
  },
  'avatar-size': { type: 'number', default: 200, describe: 'Pixels of the longer side of an avatar at most' },
  'avatar-resampling-threads': { type: 'number', default: 2, describe: 'Avatars that are worked on at the same time' },
  'room-presence-limit': {
    type: 'number',
    default: 1000,
    describe: 'Participants of a room that are shown at most; beyond, only those who say something, and moderators',
  },
  'partial-registration-timeout': {
    type: 'number',
    default: 3600,
    describe: 'Seconds until a registration that nobody goes on with is forgotten',
  },
  'qr-timeout': { type: 'number', default: 60, describe: 'Seconds that a QR code waits to be scanned' },
  'mam-max-days': { type: 'number', default: 7, describe: 'Days that the history of rooms is kept; 0 for ever' },
  'log-level': {
    type: 'string',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    describe: 'What to log',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

/** Values by option name, as they come from the command line, the environment or a file. */
export type RawConfig = { readonly [K in OptionName]?: unknown };

/** A configuration that cannot be used; the message is one line for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Checks and completes. @throws ConfigError. */
export function resolveConfig(raw: RawConfig): Config {
  const jid = domainOf(text(raw, 'jid'));
  const noUploadPath = text(raw, 'no-upload-path', '') || undefined;
  if (noUploadPath !== undefined && text(raw, 'no-upload-url-prefix', '') === '') {
    throw new ConfigError('--no-upload-path needs --no-upload-url-prefix');
  }
  return {
    jid,
    secret: text(raw, 'secret'),
    server: text(raw, 'server', OPTIONS.server.default),
    port: portOf(raw.port ?? OPTIONS.port.default),
    homeDir: text(raw, 'home-dir', join('.slipway', jid)),
    userJidValidator: validatorOf(text(raw, 'user-jid-validator', ''), jid),
    admins: list(raw.admins).map((admin) => jidOf('admins', admin)),
    noRosterPush: flag(raw, 'no-roster-push'),
    ignoreDelayThreshold: number(raw, 'ignore-delay-threshold'),
    lastSeenFallback: flag(raw, 'last-seen-fallback'),
    uploadService:
      raw['upload-service'] === undefined ? undefined : jidOf('upload-service', text(raw, 'upload-service')),
    noUploadPath,
    noUploadUrlPrefix: text(raw, 'no-upload-url-prefix', ''),
    noUploadMethod: choice(raw, 'no-upload-method'),
    noUploadFileReadOthers: flag(raw, 'no-upload-file-read-others'),
    useAttachmentOriginalUrls: flag(raw, 'use-attachment-original-urls'),
    attachmentMaxSize: number(raw, 'attachment-max-size'),
    attachmentTimeout: number(raw, 'attachment-timeout'),
    allowPrivateUrls: flag(raw, 'allow-private-urls'),
    avatarSize: number(raw, 'avatar-size'),
    avatarResamplingThreads: number(raw, 'avatar-resampling-threads'),
    roomPresenceLimit: number(raw, 'room-presence-limit'),
    partialRegistrationTimeout: number(raw, 'partial-registration-timeout'),
    qrTimeout: number(raw, 'qr-timeout'),
    mamMaxDays: number(raw, 'mam-max-days'),
    logLevel: choice(raw, 'log-level'),
  };
}

type NamesOf<T> = { [K in OptionName]: (typeof OPTIONS)[K] extends T ? K : never }[OptionName];

function flag(raw: RawConfig, name: NamesOf<{ type: 'boolean' }>): boolean {
  const value = raw[name] ?? OPTIONS[name].default;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new ConfigError(`--${name}: ${JSON.stringify(value)} is neither true nor false`);
}

function number(raw: RawConfig, name: NamesOf<{ type: 'number'; default: number }>): number {
  const value = Number(raw[name] ?? OPTIONS[name].default);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ConfigError(`--${name}: ${JSON.stringify(raw[name])} is not a whole number from 0`);
}

function choice<K extends NamesOf<{ choices: readonly string[] }>>(
  raw: RawConfig,
  name: K,
): (typeof OPTIONS)[K]['choices'][number] {
  const { choices, default: fallback } = OPTIONS[name];
  const value = text(raw, name, fallback);
  const found = (choices as readonly string[]).find((each) => each === value);
  if (found === undefined)
    throw new ConfigError(`--${name}: ${JSON.stringify(value)} is not one of ${choices.join(', ')}`);
  return found as (typeof OPTIONS)[K]['choices'][number];
}

function jidOf(name: OptionName, value: string): string {
  const parsed = JID.tryParse(value);
  if (parsed === undefined) throw new ConfigError(`--${name}: ${JSON.stringify(value)} is not an XMPP address`);
  return parsed.bare;
}

function text(raw: RawConfig, name: OptionName, fallback?: string): string {
  const value = raw[name];
  if (value === undefined || value === '') {
    if (fallback !== undefined) return fallback;
    const variable = `SLIPWAY_${name.toUpperCase().replaceAll('-', '_')}`;
    throw new ConfigError(`--${name} is missing (or ${variable}, or ${name} in the file given by --config)`);
  }
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new ConfigError(`--${name} must be given once, as text`);
}

function list(value: unknown): string[] {
  if (value === undefined) return [];
  const all = Array.isArray(value) ? value : [value];
  return all.flatMap((each) => String(each).split(/[\s,]+/)).filter((each) => each !== '');
}

function domainOf(jid: string): string {
  const parsed = JID.tryParse(jid);
  if (parsed === undefined || parsed.full !== parsed.domain) {
    throw new ConfigError(`--jid: ${JSON.stringify(jid)} is not a domain such as gw.example.com`);
  }
  return parsed.domain;
}

function portOf(value: unknown): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ConfigError(`--port: ${JSON.stringify(value)} is not a port`);
  return port;
}

/** By default the users of `example.com` may use `gw.example.com`. */
function validatorOf(pattern: string, jid: string): RegExp {
  const parent = jid.includes('.') ? jid.slice(jid.indexOf('.') + 1) : jid;
  const source = pattern === '' ? `.*@${parent.replace(/[.\\[\](){}*+?^$|]/g, '\\$&')}` : pattern;
  try {
    return new RegExp(`^(?:${source})$`);
  } catch (error) {
    throw new ConfigError(`--user-jid-validator: ${(error as Error).message}`);
  }
}
