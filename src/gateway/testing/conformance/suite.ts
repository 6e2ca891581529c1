/** The conformance suite: every feature that a plugin and its fake network have, under every condition. */

import { bareOf } from '../../../stanza/index.ts';
import type { PluginClasses } from '../../services.ts';
import { classesOf, type Plugin, TestKit } from '../kit/kit.ts';
import type { User } from '../kit/user.ts';
import { CONDITIONS, type Condition } from './conditions.ts';
import type { Feature } from './feature.ts';
import { GROUPS } from './groups.ts';
import { HurriedClock } from './hurried-clock.ts';
import type { FakeNetwork } from './network.ts';
import { NETWORK_ACTS } from './network-acts.ts';
import { markOf, Scene } from './scene.ts';
import { SESSIONS } from './sessions.ts';
import { USER_ACTS } from './user-acts.ts';
import { implementsHook, Watch } from './watched.ts';

/** One field of the matrix. */
export interface CaseResult {
  readonly area: Feature['area'];
  readonly feature: string;
  readonly condition: string;
  /** `skipped` where the plugin, or its fake network, does not have it. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What is wrong, or why it was skipped. */
  readonly reason?: string;
}

/** What of the suite is played, and who hears of it. */
export interface ConformanceOptions {
  /** Only features whose area or name contains this. */
  readonly only?: string;
  /** Milliseconds of real time that anything may take, when the clock is a fake. Default 3000. */
  readonly patience?: number;
  /** Called after each case. */
  readonly onCase?: (result: CaseResult) => void;
}

const FEATURES: readonly Feature[] = [...SESSIONS, ...USER_ACTS, ...NETWORK_ACTS, ...GROUPS];
const [CALM] = CONDITIONS as [Condition, ...Condition[]];
const USER = 'romeo';
const OTHER = 'juliet';

/** Milliseconds of real time that a case may take. */
const CASE_PATIENCE = 30_000;
const PATIENCE = 3000;

/**
 * Plays all scenes. The fake network says what it can do, the plugin by its hooks what it wants to.
 * @throws ConfigError when the plugin cannot be used.
 */
export async function conformance(
  plugin: Plugin,
  // biome-ignore lint/suspicious/noExplicitAny: a fake knows its plugin's own kind of session.
  network: FakeNetwork<any>,
  options: ConformanceOptions = {},
): Promise<readonly CaseResult[]> {
  const classes = await classesOf(plugin);
  await network.start?.();
  try {
    return await new Suite(classes, network, options).play();
  } finally {
    await network.stop?.();
  }
}

class Suite {
  readonly #plugin: PluginClasses;
  readonly #network: FakeNetwork;
  readonly #options: ConformanceOptions;
  readonly #watch = new Watch();
  readonly #results: CaseResult[] = [];

  constructor(plugin: PluginClasses, network: FakeNetwork, options: ConformanceOptions) {
    this.#plugin = plugin;
    this.#network = network;
    this.#options = options;
  }

  async play(): Promise<readonly CaseResult[]> {
    const { only = '' } = this.#options;
    const wanted = FEATURES.filter(({ area, name }) => `${area}: ${name}`.includes(only));
    for (const each of wanted) if (each.alone) await this.#case(each, CALM, () => this.#playAlone(each));
    for (const condition of CONDITIONS) await this.#column(condition, wanted);
    return this.#results;
  }

  /** The features under one condition: in one world, as long as nothing breaks in it. */
  async #column(condition: Condition, wanted: readonly Feature[]): Promise<void> {
    let stage: Stage | undefined;
    for (const each of wanted) {
      if (each.alone) continue;
      const isWell = await this.#case(each, condition, async () => {
        stage ??= await this.#stage(condition);
        await this.#playOn(stage, each, condition);
      });
      if (isWell !== false) continue;
      await stage?.kit.stop().catch(() => undefined);
      stage = undefined;
    }
    await stage?.kit.stop().catch(() => undefined);
  }

  /** @returns `undefined` for a case that was skipped. */
  async #case(feature: Feature, condition: Condition, play: () => Promise<void>): Promise<boolean | undefined> {
    const skipped = this.#whyNot(feature);
    const result = (outcome: CaseResult['outcome'], reason?: string) => {
      const { area, name } = feature;
      const about = { area, feature: name, condition: condition.name, outcome };
      const whole = { ...about, ...(reason !== undefined && { reason }) };
      this.#results.push(whole);
      this.#options.onCase?.(whole);
    };
    if (skipped !== undefined) {
      result('skipped', skipped);
      return undefined;
    }
    this.#watch.clear();
    let timer: NodeJS.Timeout | undefined;
    try {
      const expired = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it did not end within ${CASE_PATIENCE / 1000} s`)), CASE_PATIENCE);
      });
      await Promise.race([play(), expired]);
      this.#watch.check();
      result('passed');
      return true;
    } catch (error) {
      const hanging = this.#watch.hanging();
      const also = hanging === undefined ? '' : `\n${hanging}`;
      result('failed', `${error instanceof Error ? error.message : error}${also}`);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #whyNot({ hook, fake = [], hears, inRoster }: Feature): string | undefined {
    const network = this.#network;
    if (inRoster && network.hasRoster === false) return 'the network has no lists of contacts';
    if (hook !== undefined && !implementsHook(this.#plugin, hook)) return `the plugin has no ${hook}`;
    const missing = fake.find((each) => network[each] === undefined);
    if (missing !== undefined) return `the fake network has no ${missing}`;
    if (hears !== undefined && network.deafTo?.includes(hears)) return `the fake network does not notice: ${hears}`;
    return undefined;
  }

  async #playAlone(feature: Feature): Promise<void> {
    const { clock } = this.#network;
    const time = clock && new HurriedClock(clock);
    const kit = await this.#kit({}, time);
    try {
      const user = await kit.user(USER, { register: false });
      await feature.play(new Scene(kit, user, this.#network, time), undefined);
      noTroubles(kit);
    } finally {
      kit.takeTroubles();
      await kit.stop().catch(() => undefined);
    }
  }

  async #playOn({ kit, users }: Stage, feature: Feature, condition: Condition): Promise<void> {
    const scenes = users.map((user) => new Scene(kit, user, this.#network));
    const [first] = scenes as [Scene, ...Scene[]];
    for (const { user } of scenes) user.client.received.length = 0;
    const start = kit.routed.length;
    const prepared = await Promise.all(scenes.map((scene) => feature.prepare?.(scene)));
    await condition.begin?.(first);
    try {
      for (const scene of scenes) scene.listen();
      await Promise.all(scenes.map((scene, i) => feature.play(scene, prepared[i])));
    } catch (error) {
      // What went to the wrong user explains what the right one has missed.
      if (!feature.inGroup) nothingCrossed(kit, users, start);
      throw error;
    } finally {
      await condition.end?.(first);
    }
    await kit.settle();
    noTroubles(kit);
    // Both are in the same groups, and may hear each other there.
    if (!feature.inGroup) nothingCrossed(kit, users, start);
  }

  async #stage(condition: Condition): Promise<Stage> {
    const kit = await this.#kit(condition);
    const names = condition.withOther ? [USER, OTHER] : [USER];
    try {
      const users: User[] = [];
      for (const name of names) {
        const user = await kit.user(name);
        // Without privileges contacts ask.
        if (kit.server.privileges === false) {
          for (const id of this.#network.people) await user.accepts(await user.session.contacts.byLegacyId(id));
        }
        users.push(user);
      }
      await kit.settle();
      return { kit, users };
    } catch (error) {
      await kit.stop().catch(() => undefined);
      throw error;
    }
  }

  #kit({ server = {} }: Pick<Condition, 'server'>, clock = this.#network.clock): Promise<TestKit> {
    const { config } = this.#network;
    return TestKit.start(this.#watch.over(this.#plugin), {
      account: (name) => this.#network.account(name),
      server,
      patience: this.#options.patience ?? PATIENCE,
      ...(config !== undefined && { config }),
      ...(clock !== undefined && { clock }),
    });
  }
}

interface Stage {
  readonly kit: TestKit;
  readonly users: readonly User[];
}

function noTroubles(kit: TestKit): void {
  const [trouble] = kit.takeTroubles();
  if (trouble === undefined) return;
  const { error, text } = trouble;
  throw new Error(`${text}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
}

/** What is said to one user must not come to another. */
function nothingCrossed(kit: TestKit, users: readonly User[], start: number): void {
  for (const stanza of kit.routed.slice(start)) {
    const to = bareOf(stanza.attrs.to ?? '');
    const owner = users.find(({ jid }) => jid === to);
    if (owner === undefined) continue;
    const other = users.find((each) => each !== owner && String(stanza).includes(markOf(each.name).trim()));
    if (other === undefined) continue;
    throw new Error(`what was said to ${other.name}, or by them, came to ${owner.name}: ${stanza}`);
  }
}
