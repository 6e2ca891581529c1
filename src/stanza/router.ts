/**
 * Takes stanzas to the functions that handle what they carry. For stanza authors: a gateway has its own.
 *
 *     const router = new Router({ send: (stanza) => stream.send(stanza) });
 *     router.on(reactions, (message, { id, emojis }) => …);
 *     router.get(version.query, () => version.query.build({ name: 'example', version: '1' }));
 *     const stream = new ClientStream({ …, onStanza: (stanza) => router.handle(stanza) });
 */

import { type Codec, MalformedError } from './codec.ts';
import { errorReply, result } from './stanza.ts';
import { StanzaError } from './stanza-error.ts';
import type { Element } from './xml/element.ts';

/** Where the answers of a router go, and what it cannot handle. */
export interface RouterOptions {
  /** Where the answers to iqs go. */
  readonly send: (stanza: Element) => void;
  /**
   * A handler threw, or a message or presence carried something broken. To the asker of an iq it is
   * `internal-server-error` without text. Default: nothing.
   */
  readonly onError?: (error: unknown, stanza: Element) => void;
}

/** The payload of the answer; `undefined` for an empty one. */
export type Answer = Element | undefined;

type Handle = (stanza: Element, value: never) => unknown;
/** The half of a codec that reads: a `Codec<T>` is one for any `T`. */
type Reader = Pick<Codec<unknown>, 'ns' | 'names' | 'parse'>;
interface Route {
  readonly codec: Reader;
  readonly handle: Handle;
}
/** The routes for the elements of one name, by namespace and local name. */
type Table = Map<string, Map<string, readonly Route[]>>;

/** Takes stanzas to the functions that handle what they carry. */
export class Router {
  readonly #options: RouterOptions;
  readonly #payloads: Table = new Map();
  readonly #iqs = { get: new Map() as Table, set: new Map() as Table };

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /**
   * Calls `handler` for each message and presence that carries such an element, with the value of the first; not for
   * those of type `error`, which return what we sent. Several handlers are called in the order in which they came.
   * @returns the function that removes the handler.
   */
  on<T>(codec: Codec<T>, handler: (stanza: Element, value: T) => void | Promise<void>): () => void {
    return add(this.#payloads, { codec, handle: handler as Handle });
  }

  /**
   * Answers each iq of type `get` with such a payload: with what `handler` returns, or the StanzaError that it throws.
   * @returns the function that removes the handler.
   * @throws Error when there is one for this element already.
   */
  get<T>(codec: Codec<T>, handler: (iq: Element, value: T) => Answer | Promise<Answer>): () => void {
    return this.#answer('get', codec, handler as Handle);
  }

  /** As `get`, for iqs of type `set`. */
  set<T>(codec: Codec<T>, handler: (iq: Element, value: T) => Answer | Promise<Answer>): () => void {
    return this.#answer('set', codec, handler as Handle);
  }

  /** Takes a stanza. Every iq of type `get` or `set` is answered, whatever it holds. Does not throw. */
  handle(stanza: Element): void {
    if (stanza.name === 'iq') this.#handleIq(stanza);
    else if (stanza.attrs.type !== 'error') this.#handlePayloads(stanza);
  }

  #answer(type: 'get' | 'set', codec: Reader, handle: Handle): () => void {
    const taken = codec.names.find((name) => routesFor(this.#iqs[type], codec.ns, name).length > 0);
    if (taken !== undefined)
      throw new Error(`there is a handler for iqs of type ${type} with <${taken}/> of ${codec.ns}`);
    return add(this.#iqs[type], { codec, handle });
  }

  #handlePayloads(stanza: Element): void {
    const done: Route[] = [];
    for (const child of stanza.children) {
      if (typeof child === 'string') continue;
      for (const route of routesFor(this.#payloads, child.ns, child.name)) {
        if (done.includes(route)) continue;
        done.push(route);
        this.#call(route, stanza, child);
      }
    }
  }

  #call({ codec, handle }: Route, stanza: Element, child: Element): void {
    try {
      const value = codec.parse(child, `/${stanza.name}/${child.name}`);
      if (value === undefined) return;
      const running = handle(stanza, value as never);
      if (running instanceof Promise) running.catch((error) => this.#failed(error, stanza));
    } catch (error) {
      this.#failed(error, stanza);
    }
  }

  #handleIq(iq: Element): void {
    const { type } = iq.attrs;
    // Answers to us, which nobody waits for; an error or a result is never answered.
    if (type === 'result' || type === 'error') return;
    try {
      const answer = this.#answerTo(iq);
      if (!(answer instanceof Promise)) return this.#reply(result(iq, answer), iq);
      answer.then(
        (payload) => this.#reply(result(iq, payload), iq),
        (error) => this.#refuse(iq, error),
      );
    } catch (error) {
      this.#refuse(iq, error);
    }
  }

  #answerTo(iq: Element): Answer | Promise<Answer> {
    const { type } = iq.attrs;
    const [payload, ...others] = iq.getChildElements();
    // RFC 6120 §8.2.3: of these types, and with exactly one child.
    if ((type !== 'get' && type !== 'set') || payload === undefined || others.length > 0) {
      throw StanzaError.of('bad-request');
    }
    const route = routesFor(this.#iqs[type], payload.ns, payload.name)[0];
    const value = route?.codec.parse(payload, `/iq/${payload.name}`);
    if (route === undefined || value === undefined) throw StanzaError.of('service-unavailable');
    return route.handle(iq, value as never) as Answer | Promise<Answer>;
  }

  #refuse(iq: Element, error: unknown): void {
    if (error instanceof StanzaError) return this.#reply(errorReply(iq, error), iq);
    if (error instanceof MalformedError) {
      // Where it is broken is said of their own words.
      return this.#reply(errorReply(iq, StanzaError.of('bad-request', error.message)), iq);
    }
    this.#failed(error, iq);
    this.#reply(errorReply(iq, StanzaError.of('internal-server-error')), iq);
  }

  #reply(answer: Element, iq: Element): void {
    try {
      this.#options.send(answer);
    } catch (error) {
      // What a handler built may be something that XML cannot carry: that too wants an answer.
      if (answer.attrs.type === 'result') this.#refuse(iq, error);
      else this.#failed(error, iq);
    }
  }

  #failed(error: unknown, stanza: Element): void {
    this.#options.onError?.(error, stanza);
  }
}

const NONE: readonly Route[] = [];

function routesFor(table: Table, ns: string, name: string): readonly Route[] {
  return table.get(ns)?.get(name) ?? NONE;
}

/** The lists are replaced, never changed: one may be in use while a handler comes or goes. */
function add(table: Table, route: Route): () => void {
  const { ns, names } = route.codec;
  const byName = table.get(ns) ?? new Map<string, readonly Route[]>();
  table.set(ns, byName);
  for (const name of names) byName.set(name, [...(byName.get(name) ?? NONE), route]);
  return () => {
    for (const name of names) {
      byName.set(
        name,
        routesFor(table, ns, name).filter((each) => each !== route),
      );
    }
  };
}
