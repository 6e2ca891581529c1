/** What the development server does for its own users. */

import * as assert from 'uvu/assert';
import { StanzaError } from '../../src/stanza/index.ts';
import { blockJids, fetchBlocklist, unblockJids } from '../../src/xep/0191-blocking.ts';
import { Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('development server');

test('blocking :: who is blocked is not heard, and is told the same as when there is no such account', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn('romeo');
    const mercutio = await stage.logIn('mercutio');
    const says = (text: string) =>
      mercutio.sends(`<message to='romeo@localhost' type='chat'><body>${text}</body></message>`);
    assert.equal(await fetchBlocklist(romeo.client), []);
    await blockJids(romeo.client, 'mercutio@localhost', 'example.com');
    assert.equal(await fetchBlocklist(romeo.client), ['mercutio@localhost', 'example.com']);
    says('Nay, gentle Romeo');
    const error = await mercutio.receives((s) => s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(error).condition, 'service-unavailable');
    await unblockJids(romeo.client, 'mercutio@localhost');
    says('we must have you dance.');
    const heard = await romeo.receives((s) => s.name === 'message');
    assert.is(heard.getChildText('body'), 'we must have you dance.');
    await unblockJids(romeo.client);
    assert.equal(await fetchBlocklist(romeo.client), []);
  }));

test.run();
