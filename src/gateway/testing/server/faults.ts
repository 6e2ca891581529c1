/** What goes wrong between the server and its components, when a test wants it to. */

import type { Clock, Element } from '../../../stanza/index.ts';

/** Which way a stanza goes: what users send, or what the gateway says. */
export type Direction = 'to-gateway' | 'from-gateway';

/** The mischief that is on for one direction. */
interface Weather {
  /** Milliseconds that each stanza is held back. */
  delay: number;
  /** How many of the next stanzas come twice. */
  twice: number;
  /** How many of the next stanzas never come. */
  lost: number;
  /** How many of the next stanzas are gathered, to come last first. */
  gathering: number;
  readonly gathered: (() => void)[];
  /** When the stanza before arrives: none overtakes another because the delay has changed. */
  busyUntil: number;
}

/**
 * Trouble on the way between server and gateway. Each method says what goes wrong from now on; `calm` ends all of it.
 * What the server itself asks of the gateway, and the answers to that, are spared.
 */
export class Faults {
  /** Whether the server refuses what it says that it grants. XEP-0356. */
  refusesPrivileges = false;

  readonly #clock: Clock;
  readonly #weather: Record<Direction, Weather> = { 'to-gateway': fair(), 'from-gateway': fair() };
  readonly #cut: () => void;

  constructor(clock: Clock, cut: () => void) {
    this.#clock = clock;
    this.#cut = cut;
  }

  /** Cuts the connections of all components without a word, as a broken network does. They come back by themselves. */
  cut(): void {
    this.#cut();
  }

  /** Holds back each stanza for some milliseconds, of the server's clock. The order stays. */
  slow(ms: number, direction?: Direction): void {
    for (const weather of this.#of(direction)) weather.delay = ms;
  }

  /** Delivers the next stanzas twice. */
  duplicate(count = 1, direction: Direction = 'to-gateway'): void {
    this.#weather[direction].twice = count;
  }

  /** Waits for this many stanzas, and delivers the last one first. */
  reorder(count = 2, direction: Direction = 'to-gateway'): void {
    this.#weather[direction].gathering = count;
  }

  /** Loses the next stanzas. */
  lose(count = 1, direction: Direction = 'to-gateway'): void {
    this.#weather[direction].lost = count;
  }

  /** Ends all of it. What has been gathered is delivered, in order; what is on its way arrives in its time. */
  calm(): void {
    this.refusesPrivileges = false;
    for (const weather of this.#of()) {
      Object.assign(weather, { delay: 0, twice: 0, lost: 0, gathering: 0 });
      for (const deliver of weather.gathered.splice(0)) deliver();
    }
  }

  /** Lets a stanza through, or not. @internal */
  pass(direction: Direction, stanza: Element, deliver: (stanza: Element) => void): void {
    const weather = this.#weather[direction];
    if (weather.lost > 0) {
      weather.lost--;
      return;
    }
    const times = weather.twice > 0 ? 2 : 1;
    if (times === 2) weather.twice--;
    const arrive = () => {
      for (let i = 0; i < times; i++) deliver(stanza);
    };
    if (weather.gathering === 0) return this.#later(weather, arrive);
    weather.gathered.unshift(arrive);
    if (weather.gathered.length < weather.gathering) return;
    weather.gathering = 0;
    for (const each of weather.gathered.splice(0)) this.#later(weather, each);
  }

  #later(weather: Weather, arrive: () => void): void {
    const now = this.#clock.now();
    const at = Math.max(now + weather.delay, weather.busyUntil);
    if (at <= now) return arrive();
    weather.busyUntil = at;
    this.#clock.after(at - now, arrive);
  }

  #of(direction?: Direction): Weather[] {
    return direction === undefined ? Object.values(this.#weather) : [this.#weather[direction]];
  }
}

function fair(): Weather {
  return { delay: 0, twice: 0, lost: 0, gathering: 0, gathered: [], busyUntil: 0 };
}
