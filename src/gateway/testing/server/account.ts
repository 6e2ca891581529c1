/** What the server keeps of one user. */

import type { Element, NewId } from '../../../stanza/index.ts';
import type { ClientSession } from './client-session.ts';

/** A roster item with its subscription state. RFC 6121 §2.1 and appendix A. */
export interface RosterEntry {
  readonly jid: string;
  name: string | undefined;
  groups: readonly string[];
  /** Whether the user receives the contact's presence. */
  to: boolean;
  /** Whether the contact receives the user's presence. */
  from: boolean;
  /** The user has asked and waits. */
  ask: boolean;
  /** The contact's request, to be shown at the next login too. */
  pendingIn: Element | undefined;
}

/** A node of personal events. XEP-0163. */
export interface PepNode {
  accessModel: string;
  maxItems: number;
  sendLast: boolean;
  /** Those who get and may read its items besides the owner, by bare JID. */
  readonly members: Set<string>;
  /** By item id, in order of publication. */
  readonly items: Map<string, Element>;
}

export class Account {
  readonly jid: string;
  password: string;
  readonly roster = new Map<string, RosterEntry>();
  /** Connected clients by resource. */
  readonly sessions = new Map<string, ClientSession>();
  readonly pep = new Map<string, PepNode>();
  readonly offline: Element[] = [];
  /** Addresses that the user hears nothing of. XEP-0191. */
  readonly blocked = new Set<string>();
  vcard: Element | undefined;
  /** Makes the ids of what the server sends for this user. */
  readonly newId: NewId;

  constructor(jid: string, password: string, newId: NewId) {
    this.jid = jid;
    this.password = password;
    this.newId = newId;
  }

  /** Clients that have sent presence. */
  get available(): ClientSession[] {
    return [...this.sessions.values()].filter((session) => session.presence !== undefined);
  }

  entry(jid: string): RosterEntry {
    let entry = this.roster.get(jid);
    if (entry === undefined) {
      entry = { jid, name: undefined, groups: [], to: false, from: false, ask: false, pendingIn: undefined };
      this.roster.set(jid, entry);
    }
    return entry;
  }
}

export function subscriptionOf({ to, from }: RosterEntry): 'none' | 'to' | 'from' | 'both' {
  if (to && from) return 'both';
  if (to) return 'to';
  return from ? 'from' : 'none';
}

/** Whether the entry is shown: requests that nobody has answered are not. RFC 6121 §3.1.3. */
export function isListed({ to, from, ask, name, groups, pendingIn }: RosterEntry): boolean {
  return to || from || ask || name !== undefined || groups.length > 0 || pendingIn === undefined;
}
