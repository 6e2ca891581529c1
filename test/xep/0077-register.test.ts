import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as reg from '../../src/xep/0077-register.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0077');
const NS = 'jabber:iq:register';

roundtrip(test, reg.query, [
  // Example 2.
  [
    `<query xmlns='${NS}'><instructions>Choose a username and password for use with this service.</instructions><username/><password/><email/></query>`,
    {
      registered: false,
      remove: false,
      instructions: 'Choose a username and password for use with this service.',
      username: '',
      password: '',
      email: '',
    },
  ],
  // Example 3, shortened.
  [
    `<query xmlns='${NS}'><registered/><username>juliet</username><password>R0m30</password></query>`,
    { registered: true, remove: false, username: 'juliet', password: 'R0m30' },
  ],
  [`<query xmlns='${NS}'><remove/></query>`, { registered: false, remove: true }], // Example 11
  // Example 25, shortened.
  [
    `<query xmlns='${NS}'><instructions>To register, visit</instructions><x xmlns='jabber:x:oob'><url>http://www.shakespeare.lit/contests.php</url></x></query>`,
    {
      registered: false,
      remove: false,
      instructions: 'To register, visit',
      oob: { url: 'http://www.shakespeare.lit/contests.php' },
    },
  ],
]);
rejects(test, reg.query, [
  [`<query xmlns='${NS}'><x xmlns='jabber:x:data'/></query>`, 'missing-attribute', '/query/x@type'],
]);

laws(test, reg, {
  query: fc.oneof(
    fc.constant({ registered: false, remove: true }),
    a.object(
      { registered: a.flag, remove: fc.constant(false) },
      {
        instructions: a.text,
        ...Object.fromEntries(reg.FIELDS.map((name) => [name, a.text])),
        form: a.form,
        oob: a.oob,
      },
    ),
  ),
});

test('registrationForm, register, unregister', async () => {
  const iq = new Asked([`<query xmlns='${NS}'><username/></query>`, undefined, undefined]);
  assert.is((await reg.registrationForm(iq, 'gw.example')).username, '');
  await reg.register(iq, 'gw.example', { username: 'bill', password: 'Calliope' });
  await reg.unregister(iq, 'gw.example');
  iq.expect(
    `get gw.example <query xmlns='${NS}'/>`, // Example 1
    `set gw.example <query xmlns='${NS}'><username>bill</username><password>Calliope</password></query>`, // Example 4
    `set gw.example <query xmlns='${NS}'><remove/></query>`, // Example 11
  );
});

test.run();
