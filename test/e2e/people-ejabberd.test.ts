/** People on ejabberd, with privileges for the gateway and without. */

import { playPeople } from './support/people-scenarios.ts';
import { EJABBERD } from './support/servers.ts';

playPeople(...EJABBERD);
