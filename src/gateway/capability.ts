/** What a session can do is what its plugin implements: the same table decides what is advertised and accepted. */

import { dataResult, type Form } from '../xep/0004-data-forms.ts';
import { type Info, NS_INFO, NS_ITEMS } from '../xep/0030-disco.ts';
import { NS as NS_OOB } from '../xep/0066-oob.ts';
import { NS as NS_CHAT_STATES } from '../xep/0085-chat-states.ts';
import { NS as NS_RECEIPTS } from '../xep/0184-receipts.ts';
import { NS as NS_PING } from '../xep/0199-ping.ts';
import { NS as NS_VCARD4 } from '../xep/0292-vcard4.ts';
import { NS as NS_CORRECTION } from '../xep/0308-correction.ts';
import { NS as NS_MARKERS } from '../xep/0333-markers.ts';
import { NS as NS_RETRACTION } from '../xep/0424-retraction.ts';
import { NS as NS_REACTIONS, RESTRICTIONS } from '../xep/0444-reactions.ts';
import { NS as NS_SFS } from '../xep/0447-sfs.ts';
import { NS as NS_REPLIES } from '../xep/0461-replies.ts';
import type { Abilities } from './abilities.ts';
import type { LegacyContact } from './contact.ts';
import { XmppError } from './errors.ts';
import type { LegacyMUC } from './muc/room.ts';
import type { BaseSession } from './session.ts';

type Hook = Extract<
  keyof BaseSession,
  | 'sendText'
  | 'sendFile'
  | 'active'
  | 'composing'
  | 'paused'
  | 'inactive'
  | 'displayed'
  | 'correct'
  | 'react'
  | 'retract'
>;

export interface Capability {
  readonly features: readonly string[];
  /** Hooks of the session: any of them will do. */
  readonly hooks: readonly Hook[];
  /** What the contact or room must not have ruled out. */
  readonly flag: Exclude<keyof Abilities, 'reactionsSingleEmoji'>;
}

/** What goes with what. @internal */
export const CAPABILITIES = {
  chatStates: { features: [NS_CHAT_STATES], hooks: ['active', 'composing', 'paused', 'inactive'], flag: 'chatStates' },
  receipts: { features: [NS_RECEIPTS], hooks: ['sendText'], flag: 'receipts' },
  markers: { features: [NS_MARKERS], hooks: ['displayed'], flag: 'marks' },
  correction: { features: [NS_CORRECTION], hooks: ['correct'], flag: 'correction' },
  reaction: { features: [NS_REACTIONS], hooks: ['react'], flag: 'reaction' },
  retraction: { features: [NS_RETRACTION], hooks: ['retract'], flag: 'retraction' },
  replies: { features: [NS_REPLIES], hooks: ['sendText'], flag: 'replies' },
  files: { features: [NS_OOB, NS_SFS], hooks: ['sendFile'], flag: 'upload' },
} as const satisfies Record<string, Capability>;

export type CapabilityName = keyof typeof CAPABILITIES;

const NAMES = Object.keys(CAPABILITIES) as CapabilityName[];

/** Whether the plugin implements it, and the contact or room does not rule it out. */
export function can(session: BaseSession, recipient: LegacyContact | LegacyMUC, name: CapabilityName): boolean {
  const { hooks, flag }: Capability = CAPABILITIES[name];
  return recipient[flag] && hooks.some((hook) => typeof session[hook] === 'function');
}

/**
 * The same for all with whom the same can be done: what `describeContact` says of them is the same too.
 * A promise only where the plugin must be asked.
 */
export function abilitiesOf(contact: LegacyContact): string | Promise<string> {
  const { session, clientType, reactionsSingleEmoji } = contact;
  let key = reactionsSingleEmoji ? `${clientType} single` : clientType;
  for (const name of NAMES) if (can(session, contact, name)) key += ` ${name}`;
  if (contact.takesAllEmojis || !can(session, contact, 'reaction')) return key;
  return contact.availableEmojis().then((emojis) => `${key} ${emojis === undefined ? '' : [...emojis].join(' ')}`);
}

/** What can be done in a chat, as disco says it. */
export async function describeCapabilities(
  recipient: LegacyContact | LegacyMUC,
): Promise<Pick<Info, 'features' | 'forms'>> {
  const { session } = recipient;
  const names = NAMES.filter((name) => can(session, recipient, name));
  return {
    features: names.flatMap((name) => CAPABILITIES[name].features),
    forms: names.includes('reaction') ? restrictions(recipient, await recipient.availableEmojis()) : [],
  };
}

/** What a contact's client says about itself. */
export async function describeContact(contact: LegacyContact): Promise<Omit<Info, 'node'>> {
  const { features, forms } = await describeCapabilities(contact);
  return {
    identities: [{ category: 'client', type: contact.clientType, name: contact.session.xmpp.componentName }],
    features: [NS_INFO, NS_ITEMS, NS_PING, NS_VCARD4, ...features],
    forms,
  };
}

/** The plugin, or the network, cannot do that. */
export function notImplemented(): XmppError {
  return new XmppError('feature-not-implemented', 'The network, or this gateway to it, cannot do that.');
}

/** XEP-0444 §2.1: what reactions are possible, when not all are. */
function restrictions(
  { reactionsSingleEmoji }: LegacyContact | LegacyMUC,
  allowed: ReadonlySet<string> | undefined,
): readonly Form[] {
  if (!reactionsSingleEmoji && allowed === undefined) return [];
  const values = {
    ...(reactionsSingleEmoji && { max_reactions_per_user: '1' }),
    ...(allowed !== undefined && { allowlist: [...allowed] }),
  };
  return [dataResult(values, RESTRICTIONS)];
}
