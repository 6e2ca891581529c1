/**
 * The gateway framework. Subclass `BaseGateway` and `BaseSession`, and if need be `LegacyRoster` and `LegacyContact`;
 * export the classes from a module, and run `slipway --legacy-network ./that-module.js`.
 */

// What every plugin uses.
export { JID } from '../stanza/index.ts';
export type { Abilities } from './abilities.ts';
// Those who speak, and what they say.
export {
  Actor,
  type CarbonOptions,
  type ContentOptions,
  type CorrectionOptions,
  type MessageOptions,
  type MessageReference,
  type NoticeOptions,
} from './actor.ts';
export { FetchError, type Fetched } from './attachment/fetch.ts';
export type { Attachment, FileOptions, FilesOptions } from './attachment/send.ts';
export type { FileSource } from './attachment/source.ts';
export type { AvatarSource } from './avatar/avatar-cache.ts';
export type { ResourcePresence } from './clients.ts';

// Forms and commands.
export { BUILTIN_COMMANDS } from './command/builtin.ts';
export {
  Command,
  type CommandAccess,
  type CommandCategory,
  type CommandClass,
  type CommandContext,
  type CommandResult,
  Confirmation,
  Form,
  SearchResult,
  TableResult,
} from './command/command.ts';
export type { FormField, FormValues } from './command/form.ts';
// Running a gateway from code.
export { type Config, type RawConfig, resolveConfig } from './config.ts';
export { type ClientType, LegacyContact } from './contact.ts';
export { XmppError } from './errors.ts';
export { type Addressed, BaseGateway } from './gateway.ts';
export { createLog, type Log, type LogLevel, silentLog } from './log.ts';
export type { HoleBound } from './muc/archive.ts';
export type { BookmarkOptions } from './muc/bookmark-sync.ts';
// Groups.
export { LegacyBookmarks } from './muc/bookmarks.ts';
export { type Mention, replaceMentions } from './muc/mentions.ts';
export { type Hat, LegacyParticipant } from './muc/participant.ts';
export { LegacyMUC, MucType, type ParticipantOptions } from './muc/room.ts';
export {
  ConfigError,
  defineOptions,
  type Option,
  type OptionTable,
  type OptionValues,
  type PluginOptions,
} from './options.ts';
export type { LinkPreview } from './outgoing/link-preview.ts';
export type { VCardFacts } from './outgoing/vcard.ts';
export { isPhoneNumber } from './phone.ts';
export { loadPlugin, type Plugin, pluginClasses } from './plugin.ts';
export { type PresenceOptions, Present } from './present.ts';
export { DEFAULT_PREFERENCES, RegistrationType } from './registration/choices.ts';
// Registration in steps of one's own.
export { type AnsweredStep, type RegistrationStep, TwoFactorNotRequired } from './registration/steps.ts';
export { LegacyRoster } from './roster.ts';
export type { GatewayServices, PluginClasses } from './services.ts';
export {
  BaseSession,
  type Recipient,
  type ReplyOptions,
  type SendFileOptions,
  type SendTextOptions,
  type Sticker,
} from './session.ts';
export { type RunOptions, startGateway } from './start.ts';
export type { LegacyModuleData, PendingUser, Preferences, User } from './user.ts';
