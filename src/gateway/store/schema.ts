/** The tables, as Kysely knows them. Migrations make them; the two must agree. */

import type { Generated } from 'kysely';

export interface Schema {
  user_account: UserRow;
  registration: RegistrationRow;
  contact: ContactRow;
  room: RoomRow;
  message: MessageRow;
  thread: ThreadRow;
  avatar: AvatarRow;
  avatar_source: AvatarSourceRow;
  attachment: AttachmentRow;
  message_age: MessageAgeRow;
  room_message: RoomMessageRow;
  setting: SettingRow;
  journal_out: JournalOutRow;
  journal_in: JournalInRow;
  lease: LeaseRow;
}

export interface UserRow {
  id: Generated<number>;
  /** Bare. */
  jid: string;
  /** JSON, encrypted where there is a key. */
  legacy_module_data: string;
  /** JSON. */
  preferences: string;
  /** Milliseconds since 1970. */
  registered_at: number;
  /** The hash of the avatar that the plugin has been told of. */
  avatar_hash: string | null;
}

/** Which of several workers has the session of a user. */
export interface LeaseRow {
  user_id: number;
  worker: number;
}

/** A registration that has not come to its end. */
export interface RegistrationRow {
  /** Bare. */
  jid: string;
  /** JSON, encrypted where there is a key: the questions asked, each with what was known then. The last one waits for its answer. */
  path: string;
  /** Milliseconds since 1970. */
  updated_at: number;
}

export interface ContactRow {
  id: Generated<number>;
  user_id: number;
  legacy_id: string;
  /** The localpart of the contact's JID. */
  local: string;
  name: string | null;
  /** 0 or 1: on the network, the user and the contact are friends. */
  is_friend: number;
  /** 0 or 1: the contact has been put into the user's roster. */
  in_roster: number;
  /** The hash of the picture in `avatar`. */
  avatar_hash: string | null;
  /** What the plugin calls that picture. */
  avatar_id: string | null;
  /** JSON; null when none has been set. */
  vcard: string | null;
}

export interface RoomRow {
  id: Generated<number>;
  user_id: number;
  legacy_id: string;
  /** The localpart of the room's JID. */
  local: string;
  name: string | null;
  description: string | null;
  subject: string | null;
  /** The nickname of whoever set the subject. */
  subject_setter: string | null;
  /** Milliseconds since 1970. */
  subject_at: number | null;
  n_participants: number | null;
  /** What the user is called there. */
  user_nick: string | null;
  /** The hash of the picture in `avatar`. */
  avatar_hash: string | null;
  /** What the plugin calls that picture. */
  avatar_id: string | null;
  /** JSON: the full JIDs of the user's clients that are there. */
  clients: string;
}

/** Which stanza carried which message of the foreign network. One message may be carried by several stanzas. */
export interface MessageRow {
  id: Generated<number>;
  user_id: number;
  /** The localpart of the chat's JID: ids need be unique only within a chat. */
  chat: string;
  xmpp_id: string;
  legacy_id: string;
  /** 0 or 1: the user wrote it. The ids of a user's client may be the same as those of the network. */
  from_user: number;
  /** 0 or 1: the network has been told that the user has read it. */
  displayed: Generated<number>;
  /**
   * The row of `journal_out` in which it was sent to the user: acknowledged when that row is no more. 0 for what was
   * sent before there was a journal; null for what was not sent, as history that only goes to an archive.
   */
  out_id: number | null;
  /** Why the server returned it, if it did. */
  error: Generated<string | null>;
}

/** Which messages were stored before a time. */
export interface MessageAgeRow {
  /** Milliseconds since 1970. */
  at: number;
  /** The last one there was then. */
  last_id: number;
}

/** Threads that began with an id of XMPP, and what the network calls them. */
export interface ThreadRow {
  user_id: number;
  chat: string;
  xmpp_thread: string;
  legacy_thread: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Pictures by their content, shared by all who have the same. */
export interface AvatarRow {
  /** The SHA-1 hash of the PNG in hexadecimal. */
  hash: string;
  png: Uint8Array;
  width: number;
  height: number;
  /** When it was stored last, in milliseconds since 1970. */
  at: number;
}

/** Where pictures came from, so that what has not changed is not fetched again. */
export interface AvatarSourceRow {
  url: string;
  hash: string;
  etag: string | null;
  last_modified: string | null;
  /** When it was fetched last, in milliseconds since 1970. */
  at: number;
}

/** Files that have been uploaded, by their ids on the network. */
export interface AttachmentRow {
  user_id: number;
  legacy_file_id: string;
  url: string;
  /** JSON: what is known about the file. */
  about: string;
  /** When it was uploaded, in milliseconds since 1970. */
  at: number;
}

/** What was said in a room. */
export interface RoomMessageRow {
  /** In the order of arrival: what was said at the same time is told apart by it. */
  id: Generated<number>;
  user_id: number;
  /** The localpart of the room's JID. */
  chat: string;
  /** The stanza-id by the room. */
  archive_id: string;
  /** The same for the same event, however often the network tells of it. */
  event_key: string;
  /** Milliseconds since 1970. */
  at: number;
  /** 0 or 1: it came from the network's history, not when it was said. */
  is_backfilled: number;
  /** 0 or 1: only holds the place of an id that clients may know; something later counts, or it was taken back. */
  is_superseded: number;
  /** 0 or 1: the message was retracted. */
  is_tombstone: number;
  /** The message on the network; null for events that have no id there. */
  legacy_id: string | null;
  /** The resource of the author's JID; empty for the room itself. */
  nick: string;
  /** The bare JID of the author, where it is known. */
  author: string | null;
  /** The `id` attribute of the message. */
  message_id: string | null;
  /** The `id` attribute of the message that this one corrects. */
  replaces: string | null;
  /** The emoji of a reaction, in a fixed order; null for all else. */
  emojis: string | null;
  /** XML; empty where `is_superseded`. */
  stanza: string;
}

/** What is on its way to users: several stanzas a row. A row goes when the server has read it. */
export interface JournalOutRow {
  /** In the order in which they are sent; made of the time: see `JournalIds`. */
  id: number;
  /** The process that sends it, where several share the database. */
  worker: number;
  /** XML: complete stanzas, one after the other. */
  xml: string;
}

/** What users have done in chats: what a plugin is asked to do, and whether it has. */
export interface JournalInRow {
  /** In the order of arrival; made of the time: see `JournalIds`. */
  id: number;
  user_id: number;
  worker: number;
  /** The localpart of the chat's JID. */
  chat: string;
  /** The `id` of the stanza; its own id where it has none. */
  stanza_id: string;
  /** A checksum of the text: there are clients that count their ids from 1 whenever they start. */
  digest: number;
  state: EventState;
  /** Since when, in milliseconds since 1970; null when that is since it came, or not known. */
  state_at: Generated<number | null>;
  /** Why it failed: the condition, and the text that the sender was given. */
  error: string | null;
  /** The stanza, for as long as it may be needed again; empty afterwards. */
  xml: string;
}

/**
 * - `pending`: stored, and not yet given to the plugin.
 * - `handed`: given to the plugin, which has not answered yet.
 * - `sent`: the plugin has taken it.
 * - `failed`: it was refused; the sender got the error.
 * - `unknown`: it may have been sent or not; the sender was told so.
 * - `parked`: given up after several attempts; the sender got the error, an administrator may try again.
 */
export type EventState = 'pending' | 'handed' | 'sent' | 'failed' | 'unknown' | 'parked';

/** What the gateway has decided once. */
export interface SettingRow {
  name: string;
  value: Uint8Array;
}
