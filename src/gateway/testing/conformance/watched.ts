/** Looks at what a plugin's hooks return, and whether they do. */

import type { PluginClasses } from '../../services.ts';
import { BaseSession } from '../../session.ts';

/** Hooks that return the id of a message on the network. */
const ID_HOOKS = ['sendText', 'sendFile', 'onSticker', 'correct'] as const;

type SessionClass = PluginClasses['session'];
// biome-ignore lint/suspicious/noExplicitAny: hooks of all kinds are passed on as they are.
type AnyMethod = (this: unknown, ...args: any[]) => unknown;

/** Whether the plugin implements a hook. */
export function implementsHook({ session }: PluginClasses, hook: keyof BaseSession): boolean {
  const method = (session.prototype as Record<string, unknown>)[hook];
  return typeof method === 'function' && method !== (BaseSession.prototype as unknown as Record<string, unknown>)[hook];
}

export class Watch {
  #complaints: string[] = [];
  readonly #running = new Map<symbol, string>();

  /** The plugin, with a session class that is watched. */
  over(plugin: PluginClasses): PluginClasses {
    const Session = plugin.session;
    // The name is that of the plugin's: it may stand in logs.
    const Watched = { [Session.name]: class extends (Session as new (...args: never[]) => object) {} }[Session.name];
    for (const hook of ID_HOOKS) {
      if (implementsHook(plugin, hook)) this.#wrap(Session, Watched as unknown as SessionClass, hook);
    }
    return { ...plugin, session: Watched as unknown as SessionClass };
  }

  clear(): void {
    this.#complaints = [];
    this.#running.clear();
  }

  /** @throws Error naming a hook that has returned what it must not. */
  check(): void {
    const [complaint] = this.#complaints;
    if (complaint !== undefined) throw new Error(complaint);
  }

  /** What runs still, in a sentence. */
  hanging(): string | undefined {
    const names = [...new Set(this.#running.values())];
    return names.length === 0 ? undefined : `${names.join(' and ')} was called, and has not returned.`;
  }

  #wrap(Session: SessionClass, Watched: SessionClass, hook: (typeof ID_HOOKS)[number]): void {
    const method = (Session.prototype as Record<string, unknown>)[hook] as AnyMethod;
    const watch = this;
    Object.defineProperty(Watched.prototype, hook, {
      configurable: true,
      writable: true,
      async value(...args: unknown[]) {
        const call = Symbol(hook);
        watch.#running.set(call, hook);
        try {
          const id = await method.apply(this, args);
          watch.#look(hook, id);
          return id;
        } finally {
          watch.#running.delete(call);
        }
      },
    });
  }

  #look(hook: string, id: unknown): void {
    if (id === '') this.#complaints.push(`${hook} returned an empty id`);
    if (id === undefined || typeof id === 'string') return;
    const what = typeof id === 'object' ? 'an object' : `the ${typeof id} ${id}`;
    this.#complaints.push(`${hook} returned ${what}: ids of messages are strings`);
  }
}
