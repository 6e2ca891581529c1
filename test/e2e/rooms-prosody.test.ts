/** Rooms on Prosody, with privileges for the gateway and without. */

import { suite } from '../support/test.ts';
import { playRooms } from './support/rooms-scenarios.ts';
import { PROSODY } from './support/servers.ts';

const test = suite('rooms on Prosody', { timeout: 180_000 });
for (const kind of PROSODY) playRooms(test, kind);
test.run();
