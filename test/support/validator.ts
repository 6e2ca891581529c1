/**
 * Judging what is built by the schemas of the XEPs, where there is a validator: XMPP_VALIDATOR names a program that
 * reads one JSON object with `xml` per line from its standard input and prints one with `errors` for each.
 */

import { spawnSync } from 'node:child_process';
import * as assert from 'uvu/assert';
import type { Element } from '../../src/stanza/index.ts';

const COMMAND = process.env.XMPP_VALIDATOR;

export const hasValidator = COMMAND !== undefined;

interface Verdict {
  readonly n: number;
  readonly errors: readonly { readonly rule: string; readonly path: string; readonly msg: string }[];
}

/**
 * What the schemas do not have, and clients read all the same: a list of nobody (XEP-0045 servers answer so), and the
 * markers that XEP-0333 had up to version 0.4.
 */
const KNOWN = [/muc#admin\}query': Missing child/, /\{urn:xmpp:chat-markers:0\}(received|acknowledged)/];
/** About a part of a payload that stands alone: the schemas know it only inside. */
const PART = /No matching global declaration/;
/** Complaints that are about what stands where, rather than about a value that was made up. */
const STRUCTURE = /is not expected|not allowed|required but missing|Missing child/;

/**
 * Fails when the validator objects to one of the elements; with `structure`, only to how it is put together; with
 * `component`, also to stanzas that do not say from whom and to whom they are.
 */
export function assertValid(elements: readonly Element[], { structure = false, component = false } = {}): void {
  // In ASCII: other programs see the end of a line in more characters than JSON does.
  const escaped = (json: string) =>
    json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const input = elements.map((element) => escaped(JSON.stringify({ xml: String(element) }))).join('\n');
  const { stdout, stderr } = spawnSync(COMMAND ?? '', ['--json', ...(component ? ['--component'] : []), '-'], {
    input,
    encoding: 'utf8',
    shell: true,
    maxBuffer: 256 * 1024 * 1024,
  });
  const lines = stdout.trim().split('\n').filter(Boolean);
  assert.is(lines.length, elements.length, stderr);
  const complaints = lines.flatMap((line, i) =>
    (JSON.parse(line) as Verdict).errors
      .filter(
        ({ msg }) => !PART.test(msg) && !KNOWN.some((known) => known.test(msg)) && (!structure || STRUCTURE.test(msg)),
      )
      .map(({ rule, msg }) => `${rule}: ${msg} :: ${elements[i]}`),
  );
  assert.equal(complaints, []);
}
