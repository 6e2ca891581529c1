/** The XMPP clients of one user: which are online, and what they want to hear of. XEP-0115, XEP-0163. */

import {
  type Element,
  find,
  type IqSender,
  type JID,
  MalformedError,
  priority,
  type Show,
  show,
  status,
} from '../stanza/index.ts';
import { discoInfo, type Info } from '../xep/0030-disco.ts';
import { type Caps, c as capsCodec, discoNode, isGenuine } from '../xep/0115-caps.ts';
import { notifyFeature } from '../xep/0163-pep.ts';

/** A client's presence, as `BaseSession.onPresence` gets it. */
export interface ResourcePresence {
  /** `undefined` for simply online. RFC 6121 §4.7.2.1. */
  readonly show: Show | undefined;
  /** What the user has written beside it; `''` for nothing. */
  readonly status: string;
  /** From -128 to 127, 0 where the client does not say. RFC 6121 §4.7.2.3. */
  readonly priority: number;
}

interface Client {
  readonly presence: ResourcePresence;
  readonly features: Promise<ReadonlySet<string>>;
  /** To whom the client has said that it is there, and who has told it about themselves. */
  readonly told: WeakSet<object>;
}

interface Doubts {
  /** Resources that were there before the break. */
  readonly unconfirmed: ReadonlySet<string>;
  /** Resources that have said since that they are there; the empty one when the server says that nobody is. */
  readonly confirmed: Set<string>;
  /** Whose presence the server has asked for since, by the resource that wants to know. */
  readonly asked: Map<string, Set<object>>;
}

/** What is known of software by its caps, for all users: kept for as long as there is room. */
export class CapsCache {
  readonly #known = new Map<string, ReadonlySet<string>>();

  get(caps: Caps): ReadonlySet<string> | undefined {
    return this.#known.get(keyOf(caps));
  }

  add(caps: Caps, info: Info): void {
    // §5.4: what does not match its hash is true at most of the one who was asked.
    if (!isGenuine(caps, info)) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(keyOf(caps), new Set(info.features));
  }
}

const MAX_KNOWN = 1000;
/** Clients of one user: nobody has so many. */
const MAX_CLIENTS = 100;

export class Clients {
  readonly #cache: CapsCache;
  /** By resource. */
  readonly #clients = new Map<string, Client>();
  /** After a break of the link, until it is known again who is there. */
  #doubts: Doubts | undefined;

  constructor(cache: CapsCache) {
    this.#cache = cache;
  }

  /** The presence of each client by its resource. */
  get resources(): Readonly<Record<string, ResourcePresence>> {
    return Object.fromEntries([...this.#clients].map(([resource, { presence }]) => [resource, presence]));
  }

  /** Takes note of an available presence. `iq` asks the client about itself, when its caps are not known. */
  update(from: JID, stanza: Element, iq: IqSender): void {
    const presence = {
      show: lenient(() => find(stanza, show)),
      status: find(stanza, status) ?? '',
      priority: lenient(() => find(stanza, priority)) ?? 0,
    };
    const known = this.#clients.get(from.resource);
    const features = known === undefined ? this.#ask(from, stanza, iq) : known.features;
    if (known === undefined && this.#clients.size >= MAX_CLIENTS) this.remove([...this.#clients.keys()][0] as string);
    this.#clients.set(from.resource, { presence, features, told: known?.told ?? new WeakSet() });
  }

  remove(resource: string): void {
    this.#clients.delete(resource);
  }

  /** The link was down: those who are known may have gone, and others may have come. */
  doubt(): void {
    this.#doubts = { unconfirmed: new Set(this.#clients.keys()), confirmed: new Set(), asked: new Map() };
  }

  /** A client is there. Returns whether that was not known since the link has come back. */
  confirm(resource: string): boolean {
    if (this.#doubts === undefined || this.#doubts.confirmed.has(resource)) return false;
    this.#doubts.confirmed.add(resource);
    return true;
  }

  /** The server says that the user is not there at all. */
  deny(): void {
    this.#doubts?.confirmed.add('');
  }

  /** The server asks for the presence of somebody, for one client or, without a resource, for all. */
  ask(resource: string, whom: object): void {
    if (this.#doubts === undefined) return;
    const asked = this.#doubts.asked.get(resource) ?? new Set();
    this.#doubts.asked.set(resource, asked.add(whom));
  }

  /** Whether the server has asked that for this client since the link has come back. */
  hasAsked(resource: string, whom: object): boolean {
    const asked = this.#doubts?.asked;
    return asked?.get(resource)?.has(whom) === true || asked?.get('')?.has(whom) === true;
  }

  /** The time to answer is over. Removes and returns those who are not there any more. */
  settle(): readonly string[] {
    const { unconfirmed = new Set<string>(), confirmed = new Set<string>() } = this.#doubts ?? {};
    this.#doubts = undefined;
    // A server that says nothing of anybody may not be allowed to.
    if (confirmed.size === 0) return [];
    const gone = [...unconfirmed].filter((resource) => !confirmed.has(resource) && this.#clients.has(resource));
    for (const resource of gone) this.remove(resource);
    return gone;
  }

  /**
   * Which of these nodes the client wants to hear of from `teller`; nothing the second time, since it knows by then.
   * Resolves when it is known what the client can do.
   */
  async wanted(resource: string, nodes: readonly string[], teller: object): Promise<readonly string[]> {
    const client = this.#clients.get(resource);
    if (client === undefined || client.told.has(teller)) return [];
    client.told.add(teller);
    const features = await client.features;
    return nodes.filter((node) => features.has(notifyFeature(node)));
  }

  async #ask(from: JID, stanza: Element, iq: IqSender): Promise<ReadonlySet<string>> {
    const caps = lenient(() => find(stanza, capsCodec));
    const known = caps === undefined ? undefined : this.#cache.get(caps);
    if (known !== undefined) return known;
    try {
      const node = caps?.hash === undefined ? undefined : discoNode(caps);
      const info = await discoInfo(iq, from.full, node);
      if (caps !== undefined) this.#cache.add(caps, info);
      return new Set(info.features);
    } catch {
      // It has gone, or does not say: then it hears of nothing unasked.
      return new Set();
    }
  }
}

/**
 * What several clients say together: of the available ones that with the highest priority decides; one that is simply
 * online decides over all.
 */
export function mergedPresence(resources: Readonly<Record<string, ResourcePresence>>): ResourcePresence | undefined {
  const byPriority = Object.values(resources).sort((a, b) => b.priority - a.priority);
  const [first] = byPriority;
  if (first === undefined) return undefined;
  const isOnline = byPriority.some((each) => each.show === undefined);
  return {
    show: isOnline ? undefined : first.show,
    status: byPriority.find((each) => each.status !== '')?.status ?? '',
    priority: 0,
  };
}

/** A presence is one, whatever is wrong with a part of it. */
function lenient<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function keyOf({ node, ver, hash }: Caps): string {
  return `${hash} ${ver} ${node}`;
}
