/** People on Prosody, with privileges for the gateway and without. */

import { suite } from '../support/test.ts';
import { playPeople } from './support/people-scenarios.ts';
import { PROSODY } from './support/servers.ts';

const test = suite('people on Prosody', { timeout: 180_000 });
for (const kind of PROSODY) playPeople(test, kind);
test.run();
