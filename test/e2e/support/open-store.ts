/** Opens the store at the location given, says so, and closes it. Waits for a line first, to begin with others. */

import { once } from 'node:events';
import { Store } from '../../../src/gateway/store/store.ts';

console.log('waiting');
await once(process.stdin, 'data');
const store = await Store.open(process.argv[2] as string, (error) => {
  throw error;
});
console.log(`opened, ${(await store.users.all()).length} users`);
await store.close();
process.exit(0);
