/** What the users' servers let the gateway do for them, and doing it. XEP-0356. */

import { type Element, find, type IqSender, JID, message, StanzaError } from '../stanza/index.ts';
import { softwareVersion, type Version } from '../xep/0092-version.ts';
import {
  NS,
  NS_V1,
  onBehalfOf,
  type Privilege,
  privilege,
  privilegedMessage,
  privilegeV1,
} from '../xep/0356-privilege.ts';
import type { Log } from './log.ts';
import type { Pair } from './store/turn.ts';

interface Granted {
  /** The version that the server speaks. */
  readonly ns: typeof NS | typeof NS_V1;
  readonly roster: string;
  readonly message: string;
  /** By namespace. */
  readonly iq: ReadonlyMap<string, string>;
}

/** What the privileges work with: the gateway. */
export interface PrivilegeUser extends IqSender {
  readonly jid: string;
  readonly newId: () => string;
  readonly clock: { after(ms: number, callback: () => void): () => void };
  readonly log: Pick<Log, 'warn'>;
  send(stanza: Element, pair?: Pair): void;
}

const NOTHING: Granted = { ns: NS, roster: 'none', message: 'none', iq: new Map() };

/** Milliseconds to wait for a server to say what it grants: one that grants nothing says nothing. */
const PATIENCE = 1000;

export class Privileges {
  readonly #gateway: PrivilegeUser;
  /** By the domain of the server that grants them. */
  readonly #granted = new Map<string, Granted>();
  /** What servers say that they grant, while they are asked which program they run. */
  readonly #unproven = new Map<string, Granted>();
  readonly #waiting = new Set<() => void>();

  constructor(gateway: PrivilegeUser) {
    this.#gateway = gateway;
  }

  /** Takes a message from a server that says what the gateway may do. Returns whether it was one. */
  handle(stanza: Element): boolean {
    const from = JID.tryParse(stanza.attrs.from);
    if (from === undefined || from.local !== '') return false;
    const current = find(stanza, privilege);
    const told = current ?? find(stanza, privilegeV1);
    if (told === undefined || told.forwarded !== undefined) return false;
    if (current === undefined) this.#prove(from.domain, grantedBy(told, NS_V1));
    else this.#set(from.domain, grantedBy(told, NS));
    return true;
  }

  #set(domain: string, granted: Granted): void {
    this.#granted.set(domain, granted);
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * COMPAT(ejabberd before 23.10): it grants what it does not do. Changes of rosters fail, and messages for users reach
   * nobody but the contact: better to do without.
   */
  async #prove(domain: string, granted: Granted): Promise<void> {
    this.#unproven.set(domain, granted);
    const { name, version } = await softwareVersion(this.#gateway, domain).catch(() => ({}) as Version);
    // The stream may have gone in the meantime, and another one may have brought other news.
    if (this.#unproven.get(domain) !== granted) return;
    this.#unproven.delete(domain);
    const [, year = '', month = ''] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
    const isBroken = name?.toLowerCase() === 'ejabberd' && Number(year) * 100 + Number(month) < 2310;
    if (isBroken) this.#gateway.log.warn({ server: domain, version }, 'not using privileges: they need ejabberd 23.10');
    this.#set(domain, isBroken ? NOTHING : granted);
  }

  /** Forgets everything: the stream is down, the server will say again on the next. */
  clear(): void {
    this.#granted.clear();
    this.#unproven.clear();
  }

  /** Waits until the server has said what it grants, but not for long. */
  async settled(domain: string): Promise<void> {
    if (this.#granted.has(domain)) return;
    await new Promise<void>((resolve) => {
      let isExpired = false;
      const wake = () => {
        if (!isExpired && !this.#granted.has(domain)) return;
        this.#waiting.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#gateway.clock.after(PATIENCE, () => {
        isExpired = true;
        wake();
      });
      this.#waiting.add(wake);
    });
    // Those who come later need not wait again.
    if (!this.#granted.has(domain)) this.#granted.set(domain, NOTHING);
  }

  mayWriteRoster(domain: string): boolean {
    return allows(this.#of(domain).roster, 'set');
  }

  mayReadRoster(domain: string): boolean {
    return allows(this.#of(domain).roster, 'get');
  }

  maySendMessages(domain: string): boolean {
    return this.#of(domain).message === 'outgoing';
  }

  mayRequest(domain: string, ns: string, type: 'get' | 'set'): boolean {
    return allows(this.#of(domain).iq.get(ns) ?? 'none', type);
  }

  /**
   * Sends a message in the name of a user. Returns whether the server lets us.
   * @param pair the message of the network that it carries.
   */
  sendAsUser(user: JID, stanza: Element, pair?: Pair): boolean {
    if (!this.maySendMessages(user.domain)) return false;
    const { jid, newId } = this.#gateway;
    const header = { from: jid, to: user.domain, id: idFor(pair) ?? newId() };
    // The server sends copies to the user's clients, and archives it.
    this.#gateway.send(message(header, privilegedMessage(stanza, this.#of(user.domain).ns)), pair);
    return true;
  }

  /** A sender of requests in the name of a user; without an addressee they go to the user's own account. */
  senderFor(user: JID): IqSender {
    const asUser = onBehalfOf(this.#gateway, user.bare);
    return {
      request: async (request) => {
        await this.settled(user.domain);
        if (this.mayRequest(user.domain, request.payload.ns, request.type)) return asUser.request(request);
        throw StanzaError.of('forbidden', 'the server does not let this gateway ask that for its users');
      },
    };
  }

  /** Who asks for something of a user: the user, where the server lets us; else the gateway itself. */
  bestSenderFor(user: JID, ns: string, type: 'get' | 'set'): IqSender {
    return this.mayRequest(user.domain, ns, type) ? this.senderFor(user) : this.#gateway;
  }

  #of(domain: string): Granted {
    return this.#granted.get(domain) ?? NOTHING;
  }
}

/** Which message of the network a privileged message has carried. */
export interface Carried {
  readonly userId: number;
  readonly chat: string;
  readonly xmppId: string;
}

/** Characters of an id at most. */
const MAX_ID = 1000;

/**
 * The id of a privileged message says what it carries: when the server returns it, that may be all there is, and another
 * process may get it. Localparts have no colon (RFC 7622 §3.3.1).
 */
function idFor(carried: Carried | undefined): string | undefined {
  if (carried === undefined) return undefined;
  const id = `carbon:${carried.userId}:${carried.chat}:${carried.xmppId}`;
  return id.length <= MAX_ID ? id : undefined;
}

/** What a privileged message with this id has carried, if it was one that can tell. */
export function carriedBy(id: string): Carried | undefined {
  const [, userId, chat = '', xmppId = ''] = /^carbon:(\d{1,15}):([^:]+):(.+)$/s.exec(id) ?? [];
  return userId === undefined ? undefined : { userId: Number(userId), chat, xmppId };
}

function allows(granted: string, wanted: 'get' | 'set'): boolean {
  return granted === 'both' || granted === wanted;
}

function grantedBy(told: Privilege, ns: Granted['ns']): Granted {
  const typeOf = (access: string) => told.perms.find((perm) => perm.access === access)?.type ?? 'none';
  const namespaces = told.perms.filter((perm) => perm.access === 'iq').flatMap((perm) => perm.namespaces);
  return {
    ns,
    roster: typeOf('roster'),
    message: typeOf('message'),
    iq: new Map(namespaces.map((each) => [each.ns, each.type])),
  };
}
