/** Under what each feature is played: the columns of the matrix. */

import type { XmppServerOptions } from '../server/server.ts';
import type { Scene } from './scene.ts';

export interface Condition {
  readonly name: string;
  readonly server?: Pick<XmppServerOptions, 'privileges'>;
  /** Whether another user does the same at the same time. */
  readonly withOther?: boolean;
  /** The trouble: after what a feature has prepared, before it is played. */
  begin?(scene: Scene): Promise<void>;
  end?(scene: Scene): Promise<void>;
}

/** Milliseconds that each stanza takes on a slow line. */
const SLOW = 400;

export const CONDITIONS: readonly Condition[] = [
  { name: 'calm' },
  {
    name: 'restart',
    async begin({ kit, user }) {
      await kit.restart();
      await kit.ready(user);
    },
  },
  {
    name: 'cut',
    async begin({ kit }) {
      kit.faults.cut();
      await kit.reconnects();
    },
  },
  {
    name: 'slow',
    async begin({ kit }) {
      kit.faults.slow(SLOW);
    },
    async end({ kit }) {
      kit.faults.calm();
      await kit.passes(SLOW);
    },
  },
  { name: 'no privileges', server: { privileges: false } },
  { name: 'two users', withOther: true },
];
