/** Imports the modules named on the command line, and prints what that changed in the process, as JSON. */

import { pathToFileURL } from 'node:url';

/** All that a module could leave behind for others to see. */
function traces(): string[] {
  const shared = { globalThis, Object, Array, String, Promise, Map, Function };
  const names = Object.entries(shared).flatMap(([name, owner]) => {
    const prototype = 'prototype' in owner ? (owner.prototype as object) : owner;
    return [owner, prototype].flatMap((each) => Reflect.ownKeys(each).map((key) => `${name} ${String(key)}`));
  });
  const listeners = process.eventNames().map((event) => `process on ${String(event)} ${process.listenerCount(event)}`);
  return [...names, ...listeners, ...process.getActiveResourcesInfo().map((resource) => `resource ${resource}`)];
}

// What loading any module leaves behind is not of interest.
await import('../../src/stanza/index.ts');
const before = new Set(traces());
for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
console.log(JSON.stringify(traces().filter((trace) => !before.has(trace))));
