/** XEP-0199. */

import { ping as codec } from '../../xep/0199-ping.ts';
import { expectType, type IqRoute } from './route.ts';

export const ping: IqRoute = {
  kind: codec,
  handle(incoming) {
    expectType(incoming, 'get');
    return undefined;
  },
};
