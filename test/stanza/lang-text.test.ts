import * as assert from 'uvu/assert';
import { langText, pick } from '../../src/stanza/index.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('lang-text');

const subject = langText('jabber:client', 'subject');
roundtrip(test, subject, [
  // RFC 6121 §5.2.4.
  ["<subject xmlns='jabber:client' xml:lang='cs'>Úpěnlivě prosím!</subject>", { lang: 'cs', text: 'Úpěnlivě prosím!' }],
  ["<subject xmlns='jabber:client'/>", { text: '' }],
]);
laws(test, { subject }, { subject: a.langText });

const TEXTS = [
  { lang: 'de', text: 'deutsch' },
  { lang: 'de-CH', text: 'schweizerisch' },
  { text: 'english' },
  { lang: 'zh-Hant-TW', text: '臺灣' },
];

test('pick :: the language, or what comes near it', () => {
  assert.is(pick(TEXTS, 'de'), 'deutsch');
  assert.is(pick(TEXTS, 'DE-ch'), 'schweizerisch');
  assert.is(pick(TEXTS, 'de-AT'), 'deutsch');
  assert.is(pick(TEXTS, 'zh-Hant'), '臺灣');
  assert.is(pick(TEXTS, 'zh-Ha'), 'english');
  assert.is(pick(TEXTS, 'fr'), 'english');
  assert.is(pick(TEXTS), 'english');
});

test('pick :: a text without a language has that of the stanza', () => {
  assert.is(pick(TEXTS, 'en-GB', 'en'), 'english');
  assert.is(pick([{ lang: 'de', text: 'deutsch' }, { text: 'english' }], 'de', 'en'), 'deutsch');
  assert.is(pick([{ lang: 'fr', text: 'français' }], 'de', 'en'), 'français');
  assert.is(pick([], 'de'), undefined);
});

test.run();
