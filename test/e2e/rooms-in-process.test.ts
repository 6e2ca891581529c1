/** Rooms on the development server, with privileges for the gateway and without. */

import { suite } from '../support/test.ts';
import { playRooms } from './support/rooms-scenarios.ts';
import { IN_PROCESS } from './support/servers.ts';

const test = suite('rooms on the development server', { timeout: 180_000 });
for (const kind of IN_PROCESS) playRooms(test, kind);
test.run();
