#!/usr/bin/env node
import { beginStart } from './cli/start-up.ts';

beginStart();
// Not a static import: that would be loaded first.
const { main } = await import('./cli/main.ts');
process.exit(await main(process.argv.slice(2)));
