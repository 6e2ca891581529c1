/** Stanza ids. RFC 6120 §8.1.3. */

import { randomUUID } from 'node:crypto';

/** Makes ids. Injected wherever ids are made, so that tests can foresee them. */
export type NewId = () => string;

/** An id that nobody can guess: a version 4 UUID. */
export const newId: NewId = () => randomUUID();
