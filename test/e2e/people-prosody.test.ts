/** People on Prosody, with privileges for the gateway and without. */

import { playPeople } from './support/people-scenarios.ts';
import { PROSODY } from './support/servers.ts';

playPeople(...PROSODY);
