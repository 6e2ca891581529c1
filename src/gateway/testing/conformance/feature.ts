/** What one row of the conformance matrix is. */

import type { BaseSession } from '../../session.ts';
import type { FakeNetwork, UserAct } from './network.ts';
import type { Scene } from './scene.ts';

export interface Feature<Prepared = unknown> {
  readonly area: 'sessions' | 'what users do' | 'what the network does' | 'groups';
  readonly name: string;
  /** What the plugin's session must implement. */
  readonly hook?: keyof BaseSession;
  /** What the fake must have. */
  readonly fake?: readonly (keyof FakeNetwork)[];
  /** What the fake must notice. */
  readonly hears?: UserAct['kind'];
  /** Whether it takes a list of contacts on the network. */
  readonly inRoster?: boolean;
  /** Whether it takes a group. */
  readonly inGroup?: boolean;
  /** It ends the session, or is about the beginning of one: played once, by itself. */
  readonly alone?: boolean;
  /** What is there before the trouble begins, such as a message that is changed afterwards. */
  prepare?(scene: Scene): Promise<Prepared>;
  /** @throws what is wrong: an error whose message is a sentence. */
  play(scene: Scene, prepared: Prepared): Promise<void>;
}

/** So that `play` knows what `prepare` gives. */
export function feature<P>(of: Feature<P>): Feature {
  return of as Feature;
}
