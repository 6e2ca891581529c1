/** What `Router` infers, and what it refuses: checked by the compiler, never run. See codecs.ts. */

import { body, type Element, Router } from '../../src/stanza/index.ts';
import { type Info, info } from '../../src/xep/0030-disco.ts';
import { type Received, received } from '../../src/xep/0184-receipts.ts';
import type { Listener } from '../../src/xep/0313-mam.ts';
import { reactions } from '../../src/xep/0444-reactions.ts';
import { is } from './equal.ts';

declare const router: Router;

const remove = router.on(received, (message, receipt) => {
  is<typeof message, Element>(true);
  is<typeof receipt, Received>(true);
});
is<typeof remove, () => void>(true);
router.on(body, (_, text) => void text.toUpperCase());
router.on(reactions, async (_, { id, emojis }) => {
  is<typeof id, string>(true);
  is<typeof emojis, readonly string[]>(true);
});
// @ts-expect-error No such property.
router.on(received, (_, { ids }) => void ids);
// @ts-expect-error Another type.
router.on(received, (_, receipt: string) => void receipt);
// @ts-expect-error A name is no codec.
router.on('received', () => {});

router.get(info, (iq, asked) => {
  is<typeof iq, Element>(true);
  is<typeof asked, Info>(true);
  return info.build({ identities: [], features: [], forms: [] });
});
router.set(info, () => undefined);
router.set(info, async () => undefined);
// @ts-expect-error What is answered is an element, not a value.
router.get(info, () => ({ identities: [], features: [], forms: [] }));
router.set(info, () => {});
// @ts-expect-error Where the answers go must be said.
new Router({});

/** A router is what archives are read through. */
export const listener: Listener = router;
