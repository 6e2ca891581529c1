/** Who speaks to whom, and of what type the messages are. */

import type { MessageType } from '../../stanza/index.ts';

export interface Envelope {
  readonly from: string;
  /** Nothing in rooms: what is said there goes to everybody. */
  readonly to?: string | undefined;
  readonly type: MessageType;
}
