/** Small pictures that we have. XEP-0231. */

import { data } from '../../xep/0231-bob.ts';
import { XmppError } from '../errors.ts';
import { expectType, type IqRoute } from './route.ts';

export const bits: IqRoute = {
  kind: data,
  handle(incoming) {
    expectType(incoming, 'get');
    const cid = data.parse(incoming.payload)?.cid ?? '';
    const known = incoming.gateway.bits.get(cid);
    if (known === undefined) throw new XmppError('item-not-found');
    return data.build({ cid, type: known.type, bytes: known.bytes });
  },
};
