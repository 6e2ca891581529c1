/**
 * The memory benchmark: the heap that a kept chat message takes, and what one in a thousand kept holds back of the
 * stream it came in. Each figure comes from a process of its own.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chatMessage, chatMix, people, random, stream } from './corpus.mjs';

const NAMES = ['slipway', 'slipway, looked into', 'saxes', 'ltx', '@xmpp/xml'];
const SELF = fileURLToPath(import.meta.url);

/** @returns by name: the bytes of each kept stanza, where all are kept and where one in a thousand is. */
export function measureMemory() {
  return Object.fromEntries(
    NAMES.map((name) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', SELF, name], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return [name, JSON.parse(stdout)];
    }),
  );
}

async function measure(name) {
  const candidate = (await load())[name];
  const r = random(6);
  const world = people(r);
  const messages = Array.from({ length: 20_000 }, () => chatMessage(r, world));
  // Once before it is measured: code and caches are not what a stanza takes.
  kept(candidate, stream(messages.slice(0, 4000), 'mixed'), 1);
  kept(candidate, stream(chatMix(20_000), 'mixed'), 1000);
  const all = kept(candidate, stream(messages, 'mixed'), 1);
  const some = kept(candidate, stream(chatMix(200_000), 'mixed'), 1000);
  const bytes = messages.reduce((sum, xml) => sum + Buffer.byteLength(xml), 0) / messages.length;
  return { bytesOfXml: Math.round(bytes), all: Math.round(all), oneInThousand: Math.round(some) };
}

/** Bytes of heap, and of memory outside of it, for each of the stanzas that are kept: one of `every`. */
function kept({ walk, look }, chunks, every) {
  const list = [];
  const before = used();
  let n = 0;
  const parser = walk((stanza) => {
    if (look) look(stanza);
    if (n++ % every === 0) list.push(stanza);
  });
  // The chunks themselves are there before and after.
  for (const chunk of chunks) parser.write(chunk);
  parser.end();
  const after = used();
  const each = (after - before) / list.length;
  list.length = 0;
  return each;
}

function used() {
  for (let i = 0; i < 4; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function load() {
  const { slipway } = await import('./candidates/slipway.mjs');
  const { ltx, xmppXml } = await import('./candidates/ltx.mjs');
  const { saxes } = await import('./candidates/saxes.mjs');
  return { slipway, 'slipway, looked into': { ...slipway, look: slipway.touch }, saxes, ltx, '@xmpp/xml': xmppXml };
}

if (process.argv[1] === SELF) console.log(JSON.stringify(await measure(process.argv[2])));
