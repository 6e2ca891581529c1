/** What servers say that they grant, and whether to believe them. */

import * as assert from 'uvu/assert';
import { Privileges } from '../../src/gateway/privileges.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { StanzaError } from '../../src/stanza/index.ts';
import { Asked, type Reply } from '../support/iq.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('privileges');

const told = (version: 1 | 2) =>
  stanza(`<message from='localhost' to='gw.localhost'><privilege xmlns='urn:xmpp:privilege:${version}'>
    <perm access='roster' type='both'/><perm access='message' type='outgoing'/></privilege></message>`);
const runs = (name: string, version: string) =>
  `<query xmlns='jabber:iq:version'><name>${name}</name><version>${version}</version></query>`;

/** A gateway whose server answers with these when it is asked. */
function granting(...replies: readonly Reply[]) {
  const asked = new Asked(replies);
  const warnings: string[] = [];
  const privileges = new Privileges({
    jid: 'gw.localhost',
    newId: () => '1',
    clock: new FakeClock(),
    log: { warn: (_data, text) => warnings.push(text) },
    send: () => {},
    request: (request) => asked.request(request),
  });
  return { asked, warnings, privileges };
}

const SERVERS: readonly [what: string, reply: Reply, isBelieved: boolean][] = [
  ['an ejabberd that does not do it', runs('ejabberd', '23.01-1'), false],
  ['an ejabberd of the same year that does', runs('ejabberd', '23.10'), true],
  ['a later ejabberd', runs('ejabberd', '24.02'), true],
  ['another server', runs('Prosody', '0.11.9'), true],
  ['a server that does not say', StanzaError.of('service-unavailable'), true],
];

for (const [what, reply, isBelieved] of SERVERS) {
  test(`first version :: ${what}`, async () => {
    const { asked, warnings, privileges } = granting(reply);
    assert.ok(privileges.handle(told(1)));
    await privileges.settled('localhost');
    assert.is(privileges.mayWriteRoster('localhost'), isBelieved);
    assert.is(privileges.maySendMessages('localhost'), isBelieved);
    assert.is(warnings.length, isBelieved ? 0 : 1);
    asked.expect("get localhost <query xmlns='jabber:iq:version'/>");
  });
}

test('first version :: what is said before the stream breaks does not count afterwards', async () => {
  const { privileges } = granting(runs('Prosody', '0.11.9'));
  privileges.handle(told(1));
  privileges.clear();
  await new Promise((resolve) => setImmediate(resolve));
  assert.not(privileges.maySendMessages('localhost'));
});

test('second version :: is believed at once', () => {
  const { asked, privileges } = granting();
  assert.ok(privileges.handle(told(2)));
  assert.ok(privileges.mayWriteRoster('localhost'));
  assert.ok(privileges.maySendMessages('localhost'));
  asked.expect();
});

test.run();
