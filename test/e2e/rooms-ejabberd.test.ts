/** Rooms on ejabberd, with privileges for the gateway and without. */

import { suite } from '../support/test.ts';
import { playRooms } from './support/rooms-scenarios.ts';
import { EJABBERD } from './support/servers.ts';

const test = suite('rooms on ejabberd', { timeout: 180_000 });
for (const kind of EJABBERD) playRooms(test, kind);
test.run();
