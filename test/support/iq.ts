/** Somebody to ask, for tests of request functions. */

import * as assert from 'uvu/assert';
import { type Element, type IqRequest, type IqSender, iq, parse, StanzaError } from '../../src/stanza/index.ts';
import { canonical, compact } from './codecs.ts';
import { assertValid, hasValidator } from './validator.ts';

/** What is answered: a payload as XML, nothing, or an error. */
export type Reply = string | undefined | StanzaError;

/** An IqSender that answers the requests with these replies in order, and remembers them. */
export class Asked implements IqSender {
  readonly requests: IqRequest[] = [];
  readonly #replies: Reply[];
  readonly #before: ((request: IqRequest) => void) | undefined;

  /** `before` is called with each request before it is answered. */
  constructor(replies: readonly Reply[], before?: (request: IqRequest) => void) {
    this.#replies = [...replies];
    this.#before = before;
  }

  async request(request: IqRequest): Promise<Element | undefined> {
    if (this.#replies.length === 0) throw new Error(`not expected: ${request.payload}`);
    this.requests.push(request);
    this.#before?.(request);
    const reply = this.#replies.shift();
    if (reply instanceof StanzaError) throw reply;
    return reply === undefined ? undefined : compact(parse(reply));
  }

  /** Asserts what has been asked: `get juliet@example.com <query …/>`, `set - <query …/>` where nobody is named. */
  expect(...wanted: readonly string[]): void {
    const asked = this.requests.map(({ type, to, payload }) => `${type} ${to ?? '-'} ${canonical(payload)}`);
    const normal = wanted.map((each) => {
      const [, head, xml] = /^(\S+ \S+) ([\s\S]*)$/.exec(each) as unknown as [string, string, string];
      return `${head} ${canonical(compact(parse(xml)))}`;
    });
    assert.equal(asked, normal);
    if (hasValidator) assertValid(this.requests.map(({ type, to, payload }) => iq({ type, to, id: '1' }, payload)));
    assert.is(this.#replies.length, 0, 'more was to be asked');
  }
}

/** The error that a promise is rejected with. */
export async function refused(promise: Promise<unknown>): Promise<StanzaError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StanzaError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
