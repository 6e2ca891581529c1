import * as nicks from '../../src/xep/0172-nick.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0172');

roundtrip(test, nicks.nick, [["<nick xmlns='http://jabber.org/protocol/nick'>Ishmael</nick>", 'Ishmael']]); // Example 1

laws(test, nicks, { nick: a.text });

test.run();
