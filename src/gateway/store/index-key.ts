/** Texts of any length under which something is found. */

import { createHash } from 'node:crypto';

/** PostgreSQL's indices take about 2,700 bytes. */
const MAX_LENGTH = 600;

/** The text itself, or what stands for it where it is too long for an index. */
export function indexKey(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  return `${text.slice(0, 64)}…sha256:${createHash('sha256').update(text).digest('base64url')}`;
}
