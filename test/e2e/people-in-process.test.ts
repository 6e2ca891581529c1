/** People on the development server, with privileges for the gateway and without. */

import { playPeople } from './support/people-scenarios.ts';
import { IN_PROCESS } from './support/servers.ts';

playPeople(...IN_PROCESS);
