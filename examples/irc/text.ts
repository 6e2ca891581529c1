/** Texts: IRC's codes and the message styling of XMPP (XEP-0393), each made of the other; and lines that are not too long. */

import { spansOf } from 'slipway/xep/0393-styling';

const BOLD = '\x02';
const COLOUR = '\x03';
const HEX_COLOUR = '\x04';
const PLAIN = '\x0f';
const MONOSPACE = '\x11';
const ITALIC = '\x1d';
const STRIKE = '\x1e';

/** The marks of XEP-0393, by IRC's codes. Underlined and reverse (\x1f, \x16) have none. */
const MARKS: Readonly<Record<string, string>> = { [BOLD]: '*', [ITALIC]: '_', [STRIKE]: '~', [MONOSPACE]: '`' };
const CODES: Readonly<Record<string, string>> = { strong: BOLD, emphasis: ITALIC, strike: STRIKE, code: MONOSPACE };

/** A text from IRC. Colours go, bold becomes `*bold*`, where it would be read so. */
export function fromIrc(text: string): string {
  let result = '';
  let on: readonly string[] = [];
  let run = '';
  const flush = () => {
    result += styled(run, on, result);
    run = '';
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === COLOUR || char === HEX_COLOUR) {
      i += colourLength(text.slice(i + 1), char);
    } else if (char === PLAIN) {
      flush();
      on = [];
    } else if (MARKS[char] !== undefined) {
      flush();
      on = on.includes(char) ? on.filter((each) => each !== char) : [...on, char];
    } else if (char >= ' ' || char === '\t') {
      run += char;
    }
  }
  flush();
  return result;
}

/** The characters after a colour code that belong to it: `\x034,12`. */
function colourLength(rest: string, code: string): number {
  const digits = code === COLOUR ? /^\d{1,2}(?:,\d{1,2})?/ : /^[0-9a-f]{6}(?:,[0-9a-f]{6})?/i;
  return digits.exec(rest)?.[0].length ?? 0;
}

/** §5.1: a mark counts after white space only, and what it marks must not begin or end with some. */
function styled(run: string, on: readonly string[], before: string): string {
  const [, lead = '', words = '', trail = ''] = /^(\s*)(.*?)(\s*)$/s.exec(run) ?? [];
  const marks = on.map((code) => MARKS[code] as string).filter((mark) => !words.includes(mark));
  if (words === '' || marks.length === 0 || /\S$/.test(before + lead)) return run;
  return `${lead}${marks.join('')}${words}${marks.toReversed().join('')}${trail}`;
}

/** A text for IRC: `*bold*` becomes bold. */
export function toIrc(text: string): string {
  const chars = Array.from(text);
  for (const { style, marks } of spansOf(text)) {
    const code = CODES[style];
    if (code === undefined) continue;
    for (const { start } of marks) chars[start as number] = code;
  }
  return chars.join('');
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** As reactions on XMPP are: on IRC they may be anything, `:)` or `lol` too. XEP-0444 §4. */
export function isEmoji(text: string): boolean {
  return (
    /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(text) && [...graphemes.segment(text)].length === 1
  );
}

/** What a text begins with, to say which one is meant. */
export function beginningOf(text: string, maxCharacters = 80): string {
  const [line = ''] = text.trim().split(/[\r\n]/);
  const chars = Array.from(graphemes.segment(line), ({ segment }) => segment);
  const isWhole = line === text.trim() && chars.length <= maxCharacters;
  return isWhole ? line : `${chars.slice(0, maxCharacters).join('')} …`;
}

/** A text as one line. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** The lines of a text, none longer than so many bytes: cut between words, or else between characters. */
export function linesOf(text: string, maxBytes: number): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => [...pieces(line, maxBytes)]);
}

/** What should not be cut; unless it is too long itself, as a letter with a thousand accents. */
function* unitsOf(line: string, maxBytes: number): Generator<string> {
  for (const { segment } of graphemes.segment(line)) {
    if (Buffer.byteLength(segment) <= maxBytes) yield segment;
    else yield* segment;
  }
}

function* pieces(line: string, maxBytes: number): Generator<string> {
  if (Buffer.byteLength(line) <= maxBytes) return yield line;
  let piece = '';
  let bytes = 0;
  for (const segment of unitsOf(line, maxBytes)) {
    const size = Buffer.byteLength(segment);
    if (bytes + size > maxBytes) {
      // In the last quarter only: a single long word must not make the line before it short.
      const space = piece.lastIndexOf(' ');
      const end = space > (piece.length * 3) / 4 ? space : piece.length;
      yield piece.slice(0, end);
      piece = piece.slice(end).trimStart();
      bytes = Buffer.byteLength(piece);
    }
    piece += segment;
    bytes += size;
  }
  if (piece !== '') yield piece;
}
