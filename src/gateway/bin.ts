#!/usr/bin/env node
import { beginStart } from './cli/start-up.ts';

beginStart();
// Not a static import: that would be loaded first.
const { main } = await import('./cli/main.ts');
const code = await main(process.argv.slice(2));
// What is printed into a pipe is written when somebody reads it: the end of the process would cut it off.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit(code);

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Whoever has read enough, as `head` does, has closed it.
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
