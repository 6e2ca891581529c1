/** What software this is, and what time it has. XEP-0092, XEP-0202. */

import { query as versionQuery } from '../../xep/0092-version.ts';
import { time } from '../../xep/0202-time.ts';
import { VERSION } from '../version.ts';
import { expectType, type IqRoute } from './route.ts';

export const softwareVersion: IqRoute = {
  kind: versionQuery,
  handle(incoming) {
    expectType(incoming, 'get');
    return versionQuery.build({ name: `Slipway (${incoming.gateway.componentName})`, version: VERSION });
  },
};

export const entityTime: IqRoute = {
  kind: time,
  handle(incoming) {
    expectType(incoming, 'get');
    return time.build({ utc: new Date(incoming.gateway.clock.now()), zone: 0 });
  },
};
