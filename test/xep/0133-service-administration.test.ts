import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { submit } from '../../src/xep/0004-data-forms.ts';
import * as admin from '../../src/xep/0133-service-administration.ts';
import * as a from '../support/arbitraries.ts';
import { laws } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0133');

const lists = [
  'accounts',
  'registeredUsers',
  'disabledUsers',
  'onlineUsers',
  'activeUsers',
  'ipAddresses',
  'blacklist',
  'whitelist',
  'admins',
  'announcement',
  'motd',
  'welcome',
] as const;
const none = Object.fromEntries(lists.map((name) => [name, []])) as unknown as Pick<
  admin.Administration,
  (typeof lists)[number]
>;

laws(test, admin, {
  administration: a
    .object(
      { accounts: a.list(a.jid), announcement: a.list(a.text) },
      { account: a.jid, maxItems: fc.oneof(a.count, fc.constant('none' as const)), lastLogin: a.date, delay: a.count },
    )
    .map((value) => ({ ...none, ...value })),
});

test('administration :: the answer to a command', () => {
  // Example 3, shortened.
  const form = submit({ accountjid: 'juliet@shakespeare.lit', password: 'R0m30', given_name: 'Juliet' }, admin.NS);
  assert.equal(admin.administration.read(form), {
    ...none,
    account: 'juliet@shakespeare.lit',
    password: 'R0m30',
    givenName: 'Juliet',
  });
});

test('NODES :: begin with the namespace', () => {
  for (const node of Object.values(admin.NODES)) assert.ok(node.startsWith(`${admin.NS}#`));
});

test.run();
