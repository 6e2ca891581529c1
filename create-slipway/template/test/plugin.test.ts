import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type TestKit, testKit } from 'slipway/testing';
import { network } from '../src/plugin.fake.ts';
import * as plugin from '../src/plugin.ts';

let kit: TestKit;

beforeEach(async () => {
  kit = await testKit(plugin, { account: network.account });
});

afterEach(() => kit.stop());

test('romeo writes to anna, and she answers', async () => {
  const romeo = await kit.user('romeo');
  await romeo.expects.contact('anna', { name: 'Anna' });
  await romeo.sends('hello', { to: 'anna' });
  await romeo.expects.chatState('composing', { from: 'anna' });
  await romeo.expects.text('You said: hello', { from: 'anna' });
});

test('what romeo corrects is corrected on the network', async () => {
  const romeo = await kit.user('romeo');
  const hello = await romeo.sends('helo', { to: 'anna' });
  await romeo.corrects(hello, 'hello');
  const { client } = romeo.session as InstanceType<typeof plugin.__Class__Session>;
  const edit = await romeo.expects.becomes('the network to have the correction', () => {
    return client.deeds.find(({ kind }) => kind === 'correction');
  });
  assert.ok('text' in edit && edit.text === 'hello');
});
//#if groups

test('romeo joins a group', async () => {
  const romeo = await kit.user('romeo');
  const room = await romeo.joins('#palindromes');
  await room.expects.occupant('Otto');
  await room.says('hello all');
  await room.expects.text('You said: hello all', { from: 'Anna' });
});
//#end
//#if password code

test('a wrong password is refused', async () => {
  const romeo = await kit.user('romeo', { register: false });
  await assert.rejects(romeo.registers({ ...network.wrongAccount }), { condition: 'not-authorized' });
});
//#end
