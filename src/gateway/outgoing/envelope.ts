/** Who speaks to whom, and of what type the messages are. */

import type { MessageType } from '../../stanza/index.ts';

export interface Envelope {
  readonly from: string;
  readonly to: string;
  readonly type: MessageType;
}
