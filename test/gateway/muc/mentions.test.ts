import fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  type Mention,
  MentionFinder,
  mentionsFromReferences,
  replaceMentions,
} from '../../../src/gateway/muc/mentions.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('mentions');

const NAMES = ['Ann', 'Ann Smith', 'ann', 'Bob', 'Émile', '😀', 'Jo-Jo', '…', 'DrÉvil', '@root', '小明'];
const finder = new MentionFinder(NAMES.map((name) => [name, `<${name}>`]));

/** The text with the mentions found in it as `<name>`. */
const marked = (text: string) => replaceMentions(text, finder.find(text), (name) => name);

test('find :: whole names between spaces, punctuation and ends', () => {
  for (const [text, expected] of [
    ['Ann', '<Ann>'],
    ['hello Ann!', 'hello <Ann>!'],
    ['Ann: hi, (Bob)', '<Ann>: hi, (<Bob>)'],
    ["_Bob_'s *Ann*", "_<Bob>_'s *<Ann>*"],
    ['Anna, Bobby, xAnn, Ann2', 'Anna, Bobby, xAnn, Ann2'],
    ['Annе\u0301', 'Annе\u0301'],
    ['hi Ann😀', 'hi <Ann><😀>'],
    ['👨‍👩‍👧😀', '👨‍👩‍👧<😀>'],
    ['Jo-Jo Jo', '<Jo-Jo> Jo'],
    ['E\u0301mile', '<Émile>'],
    ['你好 小明，', '你好 <小明>，'],
    ['', ''],
  ] as const) {
    assert.is(marked(text), expected);
  }
});

test('find :: the longest name, across any white space', () => {
  assert.is(marked('Ann Smith'), '<Ann Smith>');
  assert.is(marked('Ann\n  Smith and Ann Smithson'), '<Ann Smith> and <Ann> Smithson');
});

test('find :: exact letters, any with an @, which belongs to the mention', () => {
  assert.is(marked('ANN, bob, ann'), 'ANN, bob, <ann>');
  assert.is(
    marked('@ANN @bob @aNN sMITH @Ann @ann @drévil @root'),
    '<Ann> <Bob> <Ann Smith> <Ann> <ann> <DrÉvil> <@root>',
  );
  assert.is(marked('who@bob.example'), 'who@bob.example');
  assert.is(marked('@nobody @ Ann @'), '@nobody @ <Ann> @');
});

test('find :: punctuation is a name only after an @', () => {
  assert.is(marked('well… @…'), 'well… <…>');
});

test('find :: the offsets are those of the string', () => {
  const text = '👋 hi 😀, Ann 👋';
  assert.equal(
    finder.find(text).map(({ start, end }) => text.slice(start, end)),
    ['😀', 'Ann'],
  );
});

test('find :: a name that begins like 10,000 others costs no more than one', () => {
  const count = (size: number) => {
    const many = new MentionFinder(Array.from({ length: size }, (_, i) => [`Ann of house ${i}`, i] as const));
    const text = 'Ann of house 7, Ann of nowhere. '.repeat(50);
    const { get } = Map.prototype;
    let lookups = 0;
    Map.prototype.get = function (key) {
      lookups++;
      return get.call(this, key);
    };
    try {
      assert.is(many.find(text).length, 50);
    } finally {
      Map.prototype.get = get;
    }
    return lookups;
  };
  assert.is(count(10_000), count(10));
});

test('find :: whatever the names and the text, parts in order that read as the names', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'B', 'é', ' ', '.', '@', '😀', '\u200d', 'e\u0301'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), fc.array(name, { maxLength: 6 }), (names, words) => {
      const text = words.join(' ');
      const found = new MentionFinder(names.map((each) => [each, each])).find(text);
      let at = 0;
      for (const { participant, start, end } of found) {
        assert.ok(start >= at && end > start && end <= text.length);
        const plain = (part: string) => part.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
        assert.ok([plain(participant), `@${plain(participant)}`].includes(plain(text.slice(start, end))));
        at = end;
      }
    }),
    { numRuns: 500 },
  );
});

const REFERENCES = [
  "<message xmlns='jabber:client'><body>&gt; 👋\n👋 Ann &amp; Bob</body>",
  "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='12' end='15' uri='xmpp:room@gw/Bob'/>",
  "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='6' end='9' uri='xmpp:ann@gw'/>",
  "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='7' end='9' uri='xmpp:ann@gw'/>",
  "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='13' end='11' uri='xmpp:ann@gw'/>",
  "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='0' end='1' uri='xmpp:nobody@gw'/>",
  "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:ann@gw'/>",
  "<reference xmlns='urn:xmpp:reference:0' type='data' begin='6' end='9' uri='https://example.com/'/>",
  '</message>',
];
const people = new Map([
  ['room@gw/Bob', 'Bob'],
  ['ann@gw', 'Ann'],
]);

test('references :: places in the body become places in the text', () => {
  const message = stanza(REFERENCES.join(''));
  const read = (text: string) =>
    mentionsFromReferences(message, text, (jid) => people.get(jid)).map(({ participant, start, end }) => [
      participant,
      text.slice(start, end),
    ]);
  assert.equal(read('> 👋\n👋 Ann & Bob'), [
    ['Ann', 'Ann'],
    ['Bob', 'Bob'],
  ]);
  assert.equal(read('👋 Ann & Bob'), [
    ['Ann', 'Ann'],
    ['Bob', 'Bob'],
  ]);
  assert.equal(read('> 👋\n👋 Ann'), [['Ann', 'Ann']]);
  assert.equal(read('something else'), []);
});

test('replace :: in order, without those that overlap', () => {
  const mention = (participant: string, start: number, end: number): Mention<string> => ({ participant, start, end });
  const mentions = [mention('b', 6, 9), mention('a', 0, 3), mention('x', 2, 5)];
  assert.is(
    replaceMentions('Ann & Bob!', mentions, (id) => `<@${id}>`),
    '<@a> & <@b>!',
  );
  assert.is(
    replaceMentions('nobody', [], () => ''),
    'nobody',
  );
});

test.run();
