import * as invite from '../../src/xep/0249-direct-invite.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0249');
const NS = 'jabber:x:conference';

roundtrip(test, invite.x, [
  // Example 2.
  [
    `<x xmlns='${NS}' continue='true' jid='darkcave@macbeth.shakespeare.lit' password='cauldronburn' reason='Hey Hecate, this is the place for all good witches!' thread='e0ffe42b28561960c6b12b944a092794b9683a38'/>`,
    {
      jid: 'darkcave@macbeth.shakespeare.lit',
      password: 'cauldronburn',
      reason: 'Hey Hecate, this is the place for all good witches!',
      continue: true,
      thread: 'e0ffe42b28561960c6b12b944a092794b9683a38',
    },
  ],
]);
rejects(test, invite.x, [
  [`<x xmlns='${NS}'/>`, 'missing-attribute', '/x@jid'],
  [`<x xmlns='${NS}' jid='a@b@c'/>`, 'invalid-attribute', '/x@jid'],
  [`<x xmlns='${NS}' jid='a@b' continue='maybe'/>`, 'invalid-attribute', '/x@continue'],
]);

laws(test, invite, {
  x: a.object({ jid: a.jid }, { password: a.text, reason: a.text, continue: a.flag, thread: a.text }),
});

test.run();
