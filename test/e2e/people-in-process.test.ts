/** People on the development server, with privileges for the gateway and without. */

import { suite } from '../support/test.ts';
import { playPeople } from './support/people-scenarios.ts';
import { IN_PROCESS } from './support/servers.ts';

const test = suite('people on the development server', { timeout: 180_000 });
for (const kind of IN_PROCESS) playPeople(test, kind);
test.run();
