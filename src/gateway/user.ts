/** Users of the gateway, registered or about to be. */

import type { JID } from '../stanza/index.ts';

/** What a plugin keeps about a user: anything that JSON can hold. */
export type LegacyModuleData = Readonly<Record<string, unknown>>;

/** The user's choices in the preferences form, by field name. */
export type Preferences = Readonly<Record<string, unknown>>;

/** A registered user. */
export interface User {
  /** The user's bare JID. */
  readonly jid: JID;
  /** What `BaseGateway.validate` returned, or else the registration form as it was filled in. */
  readonly legacyModuleData: LegacyModuleData;
  /** By the names of `BaseGateway.preferences`. */
  readonly preferences: Preferences;
  /** When they registered first: changing the registration does not change it. */
  readonly registrationDate: Date;
}

/** Somebody whose registration has begun. What is changed here is kept until it ends. */
export interface PendingUser {
  /** Bare. */
  readonly jid: JID;
  /** What will become `User.legacyModuleData`. */
  legacyModuleData: LegacyModuleData;
  /** What they have chosen; `undefined` until they are asked. */
  preferences: Preferences | undefined;
}
