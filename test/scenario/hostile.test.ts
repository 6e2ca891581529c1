/** Some thousand stanzas that nobody should send; test/fuzz/gateway.ts sends any number. */

import * as assert from 'uvu/assert';
import { body, find } from '../../src/stanza/index.ts';
import { withFolder } from '../support/folder.ts';
import { assail } from '../support/hostile.ts';
import { playInRooms, room } from '../support/rooms.ts';
import { suite } from '../support/test.ts';

const test = suite('hostile input', { timeout: 60_000 });

test('stanzas and streams :: broken in every way, each request is answered once, and the gateway lives on', () =>
  withFolder(async (homeDir) => {
    const { problems, requests, answered, cut, answers, streams } = await assail({ count: 4000, seed: 11, homeDir });
    assert.equal(problems, []);
    assert.is(answered + cut, requests);
    assert.ok(
      requests > 1000 && streams > 0 && (answers.result ?? 0) > 50,
      JSON.stringify({ requests, streams, answers }),
    );
  }));

test('unregistered :: what still happens to contacts and rooms of somebody who has left is not written', () =>
  playInRooms(async (stage, romeo) => {
    const session = stage.session();
    const juliet = await session.contacts.byLegacyId('juliet');
    await stage.gateway.unregisterUser(session.user);
    juliet.name = 'Too late';
    await session.contacts.flush();
    await romeo.settle();
    assert.equal(stage.gateway.errors, []);
  }));

test('unregistered :: what contacts and rooms still say does not reach somebody who has left', () =>
  playInRooms(async (stage, romeo) => {
    const session = stage.session();
    const juliet = await session.contacts.byLegacyId('juliet');
    const verona = await room(stage);
    juliet.sendText('In time');
    await romeo.receives((s) => find(s, body) === 'In time');
    await stage.gateway.unregisterUser(session.user);
    await romeo.settle();
    romeo.received.length = 0;
    juliet.sendText('Too late', { legacyMsgId: '1' });
    juliet.correct('1', 'Far too late');
    juliet.composing();
    juliet.away();
    (await verona.getParticipant('Tybalt')).sendText('Too late');
    await romeo.settle();
    assert.equal(romeo.received.map(String), []);
    assert.is(session.saidInVain, 4);
    assert.equal(stage.gateway.errors, []);
  }));

test.run();
