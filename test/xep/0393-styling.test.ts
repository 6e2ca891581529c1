import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as styling from '../../src/xep/0393-styling.ts';
import { slice } from '../../src/xep/0426-character-counting.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0393');

roundtrip(test, styling.unstyled, [["<unstyled xmlns='urn:xmpp:styling:0'/>", true]]); // Example 12

laws(test, styling, { unstyled: a.on });

/** The styled parts with their marks, and the text without them. */
const STYLED: [text: string, spans: string[], plain: string][] = [
  // §6.2, what is styled.
  ['plain span', [], 'plain span'],
  ['*strong span*', ['strong *strong span*'], 'strong span'],
  ['plain _emphasis_ plain', ['emphasis _emphasis_'], 'plain emphasis plain'],
  ['`pre` plain *strong*', ['code `pre`', 'strong *strong*'], 'pre plain strong'],
  ['*strong* plain*', ['strong *strong*'], 'strong plain*'],
  ['* plain *strong*', ['strong *strong*'], '* plain strong'],
  // §6.2, what is not.
  ['not strong*', [], 'not strong*'],
  ['*not strong', [], '*not strong'],
  ['*not \n strong*', [], '*not \n strong*'],
  ['*not *strong', [], '*not *strong'],
  ['**', [], '**'],
  ['***', [], '***'],
  ['****', [], '****'],
  // Examples 8 to 11.
  [
    'The full title is _Twelfth Night, or What You Will_ but\n_most_ people shorten it.',
    ['emphasis _Twelfth Night, or What You Will_', 'emphasis _most_'],
    'The full title is Twelfth Night, or What You Will but\nmost people shorten it.',
  ],
  ['Everyone ~dis~likes cake.', ['strike ~dis~'], 'Everyone dislikes cake.'],
  ['Wow, I can write in `monospace`!', ['code `monospace`'], 'Wow, I can write in monospace!'],
  // §6.2.5, code holds no other styles.
  ['This is `*monospace*`', ['code `*monospace*`'], 'This is *monospace*'],
  [
    'This is *`monospace and bold`*',
    ['strong *`monospace and bold`*', 'code `monospace and bold`'],
    'This is monospace and bold',
  ],
  ['*_~all~_*', ['strong *_~all~_*', 'emphasis _~all~_', 'strike ~all~'], 'all'],
  ['👋 *👋*', ['strong *👋*'], '👋 👋'],
  // Example 3.
  [
    '```ignored\n(println "Hello, world!")\n```\nplain',
    ['preformatted ```ignored\n(println "Hello, world!")\n```'],
    '(println "Hello, world!")\nplain',
  ],
  // Example 4.
  [
    '> ```\n> (println "Hello, world!")\n\nThe entire blockquote',
    ['quote > ```\n> (println "Hello, world!")', 'preformatted ```\n> (println "Hello, world!")'],
    '(println "Hello, world!")\n\nThe entire blockquote',
  ],
  ['```\n*not strong*', ['preformatted ```\n*not strong*'], '*not strong*'],
  ['```\n```', ['preformatted ```\n```'], ''],
  ['a ```b```', [], 'a ```b```'],
  // Examples 5 and 6.
  ['> That that is, is.\n\nSaid', ['quote > That that is, is.'], 'That that is, is.\n\nSaid'],
  [
    '>> That that is, is.\n> Said the old hermit.\n\nWho?',
    ['quote >> That that is, is.\n> Said the old hermit.', 'quote > That that is, is.'],
    'That that is, is.\nSaid the old hermit.\n\nWho?',
  ],
  [
    '> *strong*\n> _emphasis_',
    ['quote > *strong*\n> _emphasis_', 'strong *strong*', 'emphasis _emphasis_'],
    'strong\nemphasis',
  ],
  ['>', ['quote >'], ''],
  ['', [], ''],
];
for (const [text, spans, plain] of STYLED) {
  test(`spansOf, plain :: ${JSON.stringify(text)}`, () => {
    assert.equal(
      styling.spansOf(text).map(({ style, start, end }) => `${style} ${slice(text, start, end)}`),
      spans,
    );
    assert.is(styling.plain(text).text, plain);
  });
}

test('plain :: where the styled parts are now, in code points', () => {
  assert.equal(styling.plain('👋 *a _b_*\n> c'), {
    text: '👋 a b\nc',
    spans: [
      { style: 'strong', start: 2, end: 5 },
      { style: 'emphasis', start: 4, end: 5 },
      { style: 'quote', start: 6, end: 7 },
    ],
  });
});

test('spansOf :: spans nest, and their marks are inside them', () =>
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'*_~`> \na👋') }), (text) => {
      const spans = styling.spansOf(text);
      for (const { start, end, marks } of spans) {
        assert.ok(start < end);
        for (const mark of marks) assert.ok(start <= mark.start && mark.start <= mark.end && mark.end <= end);
        for (const other of spans) {
          assert.ok(
            other.end <= start ||
              end <= other.start ||
              (start <= other.start && other.end <= end) ||
              (other.start <= start && end <= other.end),
          );
        }
      }
    }),
    { numRuns: 500, seed: 393 },
  ));

test('spansOf :: work grows with the text and no faster', () => {
  // Each of these would take minutes if every directive looked through all of the rest, or every quote called itself.
  assert.is(styling.spansOf('*a '.repeat(100_000)).length, 0);
  assert.is(styling.spansOf('>'.repeat(100_000)).length, 16);
});

test.run();
