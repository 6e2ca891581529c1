/** People on ejabberd, with privileges for the gateway and without. */

import { suite } from '../support/test.ts';
import { playPeople } from './support/people-scenarios.ts';
import { EJABBERD } from './support/servers.ts';

const test = suite('people on ejabberd', { timeout: 180_000 });
for (const kind of EJABBERD) playPeople(test, kind);
test.run();
