import fc from 'fast-check';
import * as states from '../../src/xep/0085-chat-states.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0085');

roundtrip(test, states.chatState, [
  ["<composing xmlns='http://jabber.org/protocol/chatstates'/>", 'composing'], // Example 5
  ["<gone xmlns='http://jabber.org/protocol/chatstates'/>", 'gone'], // Example 18
]);

laws(test, states, { chatState: fc.constantFrom('active', 'composing', 'paused', 'inactive', 'gone') });

test.run();
