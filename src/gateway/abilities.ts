/** What can be done in a chat. */

/**
 * What the user can do with a contact, or in a group. All is possible by default, as far as the session has the hooks.
 * Override what is not: `override readonly correction = false`, or, where that depends on something, with a getter. Clients
 * see it in service discovery.
 */
export interface Abilities {
  /** Whether the user can change messages. */
  readonly correction: boolean;
  /** Whether the user can take messages back. */
  readonly retraction: boolean;
  /** Whether the user can react to messages. */
  readonly reaction: boolean;
  /** Whether the user can answer a certain message. */
  readonly replies: boolean;
  /** Whether the user can mark messages as read. */
  readonly marks: boolean;
  /** Whether receipts come for messages of the user. In groups they never do. */
  readonly receipts: boolean;
  /** Whether the user's typing is shown. */
  readonly chatStates: boolean;
  /** Whether the user can send files. */
  readonly upload: boolean;
  /** Whether there can be one emoji of each person only. */
  readonly reactionsSingleEmoji: boolean;
}

/** @internal */
export const ALL_ABILITIES: Abilities = {
  correction: true,
  retraction: true,
  reaction: true,
  replies: true,
  marks: true,
  receipts: true,
  chatStates: true,
  upload: true,
  reactionsSingleEmoji: false,
};
