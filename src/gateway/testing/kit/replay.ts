/** Plays a recorded conversation again, and compares what the gateway says with what it said then. */

import { type Clock, type Element, find, JID, Element as XmlElement } from '../../../stanza/index.ts';
import { user as mucUser, STATUS } from '../../../xep/0045-muc.ts';
import { NS as NS_PICTURE } from '../../../xep/0153-vcard-avatars.ts';
import { FakeClock } from '../fake-clock.ts';
import type { TestClient } from './client.ts';
import { type KitOptions, type Plugin, TestKit } from './kit.ts';
import { describe } from './message.ts';
import { placeholder, type RecordedStanza, type Recording } from './recording.ts';
import { readXml } from './xml.ts';

/** How a recording is replayed. */
export interface ReplayOptions extends Omit<KitOptions, 'clock' | 'domain'> {
  /** The secrets that were taken out, by the name of their field: `{ password: 'ahoy' }`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The gateway says something else than it did when the conversation was recorded. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  /** What is missing, and what is there instead: in the order of the conversation. */
  readonly differences: readonly string[];

  constructor(differences: readonly string[]) {
    super(`the gateway says something else than was recorded:${differences.map((line) => `\n  – ${line}`).join('')}`);
    this.differences = differences;
  }
}

/** Milliseconds, by the fake clock, that the gateway has at the end to say what it has to say. */
const AFTERMATH = 10_000;

/**
 * Logs in the users of a recording, does what they did at the times at which they did it, and compares. Ids that the
 * gateway makes, and times of day, may differ; so may the order of what comes from different people.
 * @throws ReplayError naming each stanza that is missing or that was not there before.
 */
export async function replay(plugin: Plugin, recording: Recording, options: ReplayOptions = {}): Promise<void> {
  const { secrets = {}, ...kitOptions } = options;
  const kit = await TestKit.start(plugin, { ...kitOptions, domain: recording.gateway, clock: new FakeClock() });
  try {
    await new Replay(kit, recording, secrets).play();
  } finally {
    await kit.stop();
  }
}

class Replay {
  readonly #kit: TestKit;
  readonly #features: Recording['features'];
  readonly #recorded: readonly { readonly at: number; readonly by: RecordedStanza['by']; readonly stanza: Element }[];
  readonly #clients = new Map<string, TestClient>();
  /** What ids of the recording are called this time. */
  readonly #ids = new Map<string, string>();

  constructor(kit: TestKit, { stanzas, features }: Recording, secrets: Readonly<Record<string, string>>) {
    this.#kit = kit;
    this.#features = features;
    this.#recorded = stanzas.map(({ at, by, xml }) => ({ at, by, stanza: readXml(withSecrets(xml, secrets)) }));
  }

  async play(): Promise<void> {
    const kit = this.#kit;
    const start = (kit.clock as Clock).now();
    for (const [i, { at, by, stanza }] of this.#recorded.entries()) {
      if (by !== 'client') continue;
      const now = (kit.clock as Clock).now() - start;
      if (at > now) await kit.passes(at - now);
      await kit.settle();
      this.#learnIds(i);
      const client = await this.#client(stanza.attrs.from ?? '');
      client.stream.send(withoutSender(this.#renamed(stanza)));
      await client.stream.drained();
    }
    await kit.passes(AFTERMATH);
    this.#learnIds(this.#recorded.length);
    const before = this.#recorded.filter(({ by }) => by === 'gateway').map(({ stanza }) => stanza);
    const differences = compare(before, this.#said(), this.#ids);
    if (differences.length > 0) throw new ReplayError(differences);
  }

  /** What the gateway has said this time. */
  #said(): Element[] {
    const { domain, routed } = this.#kit;
    return routed.filter(({ attrs: { from = '', to = '' } }) => {
      return JID.tryParse(from)?.domain === domain && JID.tryParse(to)?.local !== '';
    });
  }

  /** Users refer to messages by ids that the gateway may have made otherwise this time. */
  #learnIds(upTo: number): void {
    const before = this.#recorded.slice(0, upTo).flatMap(({ by, stanza }) => (by === 'gateway' ? [stanza] : []));
    const now = byConversation(this.#said());
    for (const [conversation, stanzas] of byConversation(before)) {
      for (const [i, stanza] of stanzas.entries()) {
        const other = now.get(conversation)?.[i];
        if (other !== undefined) this.#pairIds(stanza, other);
      }
    }
  }

  #pairIds(before: Element, now: Element): void {
    const pair = (was: string | undefined, is: string | undefined) => {
      if (was !== undefined && is !== undefined) this.#ids.set(was, is);
    };
    pair(before.attrs.id, now.attrs.id);
    // What the gateway names anew: not the ids by which it means other messages.
    for (const [name, attribute] of MAKERS) {
      pair(before.getChild(name)?.attrs[attribute], now.getChild(name)?.attrs[attribute]);
    }
  }

  #renamed(element: Element): Element {
    const attrs = Object.entries(element.attrs).map(([name, value]) => [name, this.#ids.get(value ?? '') ?? value]);
    const children = element.children.map((child) => (typeof child === 'string' ? child : this.#renamed(child)));
    return new XmlElement(element.name, element.ns, Object.fromEntries(attrs), children);
  }

  async #client(jid: string): Promise<TestClient> {
    const known = this.#clients.get(jid);
    if (known !== undefined) return known;
    const { local, resource } = JID.parse(jid);
    const { server } = this.#kit;
    const account = server.account(local) ?? server.addUser(local, local);
    const client = await this.#kit.client({
      name: local,
      resource,
      password: account.password,
      features: this.#features[jid] ?? [],
    });
    await client.stream.start();
    this.#clients.set(jid, client);
    return client;
  }
}

function withSecrets(xml: string, secrets: Readonly<Record<string, string>>): string {
  return Object.entries(secrets).reduce((text, [name, value]) => text.replaceAll(placeholder(name), value), xml);
}

/** The server fills it in. */
function withoutSender(stanza: Element): Element {
  const { from: _, ...attrs } = stanza.attrs;
  return new XmlElement(stanza.name, stanza.ns, attrs, stanza.children);
}

/** What is missing of what was said before, and what is there instead; in each conversation by itself. */
function compare(before: readonly Element[], now: readonly Element[], ids: ReadonlyMap<string, string>): string[] {
  const differences: string[] = [];
  const others = byConversation(now);
  for (const [conversation, stanzas] of byConversation(before)) {
    const theirs = others.get(conversation) ?? [];
    others.delete(conversation);
    const length = Math.max(stanzas.length, theirs.length);
    for (let i = 0; i < length; i++) {
      const [was, is] = [stanzas[i], theirs[i]];
      if (was !== undefined && is !== undefined && comparable(was, ids) === comparable(is)) continue;
      const shown = (each: Element | undefined) => (each === undefined ? 'nothing' : describe(each));
      const isAlike = was !== undefined && is !== undefined && shown(was) === shown(is);
      differences.push(
        isAlike
          ? `${shown(was)} differs: recorded was ${comparable(was, ids)}, now it is ${comparable(is)}`
          : `recorded was ${shown(was)}, now it is ${shown(is)}`,
      );
      // What follows is one off: it would say the same again and again.
      break;
    }
  }
  for (const [, [first]] of others) {
    if (first !== undefined) differences.push(`recorded was nothing, now it is ${describe(first)}`);
  }
  return differences;
}

/** In order, what one says to another. Answers to requests, and what a server does on its own, are apart. */
function byConversation(stanzas: readonly Element[]): Map<string, Element[]> {
  const conversations = new Map<string, Element[]>();
  for (const stanza of stanzas) {
    const { from = '', to = '' } = stanza.attrs;
    const { name } = stanza;
    const { type } = stanza.attrs;
    // Requests of the gateway, and news of names and pictures, come when other work is done: in any order.
    if (name === 'iq' && type !== 'result' && type !== 'error') continue;
    if (name === 'message' && (type === 'headline' || isRoomNews(stanza))) continue;
    const key = `${name} ${from} ${to}`;
    const shown = name === 'presence' ? withoutPicture(stanza) : stanza;
    const known = conversations.get(key);
    if (known === undefined) conversations.set(key, [shown]);
    // Said again because the picture is there.
    else if (name !== 'presence' || String(known.at(-1)) !== String(shown)) known.push(shown);
  }
  return conversations;
}

/** A room has another name or picture. XEP-0045 §10.2.1. */
function isRoomNews(stanza: Element): boolean {
  return find(stanza, mucUser)?.statuses.includes(STATUS.configurationChanged) === true;
}

function withoutPicture(presence: Element): Element {
  const children = presence.children.filter((child) => typeof child === 'string' || child.ns !== NS_PICTURE);
  return new XmlElement(presence.name, presence.ns, presence.attrs, children);
}

/** Where the gateway gives something a name: the element, and its attribute. */
const MAKERS = [
  ['stanza-id', 'id'],
  ['command', 'sessionid'],
] as const;

/** Attributes that are made anew each time, or tell the time of day. */
const PASSING = ['stamp', 'since', 'sessionid', 'ver', 'url', 'target', 'uri'];
/** Elements whose own id is made anew each time. */
const NAMED_ANEW = ['message', 'presence', 'iq', 'stanza-id', 'occupant-id', 'item'];

/** A stanza without what may differ; with the names that other stanzas have this time. */
function comparable(stanza: Element, ids: ReadonlyMap<string, string> = new Map()): string {
  return String(masked(stanza, ids)).replace(/https?:\/\/127\.0\.0\.1:\d+\/[^<"'\s]*/g, 'http://…');
}

function masked(element: Element, ids: ReadonlyMap<string, string>): Element {
  const attrs = Object.entries(element.attrs).map(([name, value]) => {
    if (PASSING.includes(name) || (name === 'id' && NAMED_ANEW.includes(element.name))) return [name, '…'];
    return [name, ids.get(value ?? '') ?? value];
  });
  const children = element.children.map((child) => (typeof child === 'string' ? child : masked(child, ids)));
  const inOrder = attrs.sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
  return new XmlElement(element.name, element.ns, Object.fromEntries(inOrder), children);
}
