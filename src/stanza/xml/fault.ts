import type { StreamErrorCondition } from '../stream-error.ts';

/** Something wrong in the input; the reader makes a stream error of it. */
export class Fault extends Error {
  readonly condition: StreamErrorCondition;

  constructor(condition: StreamErrorCondition, message: string) {
    super(message);
    this.condition = condition;
  }
}
