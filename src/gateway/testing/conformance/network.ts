/** What the conformance suite must know of a network: a small scripted fake of it, which the plugin's author writes. */

import type { Clock } from '../../../stanza/index.ts';
import type { FormValues } from '../../command/form.ts';
import type { BaseSession } from '../../session.ts';
import type { KitConfig } from '../kit/kit.ts';

/** Something that a user has done, as it arrived at the network. Ids are those of the network. */
export type UserAct =
  | {
      readonly kind: 'text';
      /** The id of the contact or group that it is for. */
      readonly chat: string;
      readonly id: string;
      readonly text: string;
      /** The id of the message that it answers. */
      readonly answers?: string | undefined;
    }
  | { readonly kind: 'file'; readonly chat: string; readonly id: string; readonly name: string; readonly size: number }
  | { readonly kind: 'correction'; readonly chat: string; readonly id: string; readonly text: string }
  | { readonly kind: 'retraction'; readonly chat: string; readonly id: string }
  | { readonly kind: 'reaction'; readonly chat: string; readonly id: string; readonly emojis: readonly string[] }
  | { readonly kind: 'reading'; readonly chat: string; readonly id: string }
  | { readonly kind: 'typing'; readonly chat: string };

/** Who does something on the network, and where: in a chat with the user, or in a group. */
export interface Where {
  readonly from: string;
  readonly group?: string;
}

/**
 * A fake of a network. What it has is tested: write the methods for what your network can do, and leave out the others.
 * Each is given the plugin's session of the user who is concerned; use it, or do not.
 *
 * @typeParam S the plugin's own class of sessions.
 */
export interface FakeNetwork<S extends BaseSession = BaseSession> {
  /** What somebody of this name fills in to register. Different names are different accounts. */
  account(name: string): FormValues;
  /** What is refused. */
  readonly wrongAccount?: FormValues;
  /** The ids of two people whom every user can write to. Asked for after `start`, as everything below. */
  readonly people: readonly [string, string, ...string[]];
  /** Whether the network keeps lists of contacts, and `people` are on that of every user. Default true. */
  readonly hasRoster?: boolean;
  /** The ids of groups that every user is in. The first of `people` is in the first of them. */
  readonly groups?: readonly string[];
  /** The id of somebody who does not exist, as far as the roster can tell. */
  readonly nobody?: string;
  /** What to search for, by field, to find somebody. */
  readonly searchFor?: Readonly<Record<string, string>>;
  /** Options of the gateway and of the plugin, such as where the fake listens. */
  readonly config?: KitConfig;
  /** The real time (`systemClock`), where the plugin talks to the fake over the net. Default: a fake clock. */
  readonly clock?: Clock;

  /** Called before everything else, and after it. */
  start?(): Promise<void>;
  stop?(): Promise<void>;

  /** What the user of this session has done so far, the first first. */
  heard(session: S): readonly UserAct[];
  /** What `heard` cannot tell although the plugin passes it on. */
  readonly deafTo?: readonly UserAct['kind'][];

  /** Somebody writes. @returns the id of the message. */
  says?(session: S, where: Where, text: string, options?: { readonly answers?: string }): string | Promise<string>;
  /** Somebody sends a file. @returns the id of the message. */
  sendsFile?(session: S, where: Where, file: { name: string; data: Uint8Array }): string | Promise<string>;
  /** Somebody changes a message of theirs. */
  edits?(session: S, where: Where, id: string, text: string): unknown;
  /** Somebody takes a message back. */
  deletes?(session: S, where: Where, id: string): unknown;
  /** Somebody reacts to a message; none takes reactions back. */
  reacts?(session: S, where: Where, id: string, emojis: readonly string[]): unknown;
  /** Somebody is typing. */
  types?(session: S, where: Where): unknown;
  /** A message of the user has arrived. */
  receives?(session: S, where: Where, id: string): unknown;
  /** Somebody has read up to a message of the user. */
  reads?(session: S, where: Where, id: string): unknown;
  /** Somebody comes, is away, or goes. */
  appears?(session: S, person: string, state: 'online' | 'away' | 'offline'): unknown;
  /** The subject of a group changes. */
  setsSubject?(session: S, where: Where, subject: string): unknown;

  /** The next text of the user is refused by the network. */
  refusesNext?(session: S): unknown;
  /** The connection to the network breaks. The plugin must find that out, and come back: in real time within 25 s. */
  disconnects?(session: S): unknown;
}
