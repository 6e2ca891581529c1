/**
 * Message styling: emphasis, code and quotations in plain text, as text spans.
 * XEP-0393 v1.1.1 <https://xmpp.org/extensions/xep-0393.html>
 */

import { type Codec, marker } from '../stanza/codec.ts';
import type { Range } from './0426-character-counting.ts';

export const NS = 'urn:xmpp:styling:0';

/** The body is to be shown as it is: what looks like styling is none. */
export const unstyled: Codec<true> = marker(NS, 'unstyled');

export const features: readonly string[] = [NS];

/** The last two are blocks: they take whole lines. */
export type Style = 'emphasis' | 'strong' | 'strike' | 'code' | 'preformatted' | 'quote';

/** A styled part of a text, in code points (XEP-0426), with the characters that style it. */
export interface Span extends Range {
  readonly style: Style;
  /** Where those characters are: the `*` on both sides, the `> ` of each line, the lines with ```` ``` ````. */
  readonly marks: readonly Range[];
}

/** The styled parts of a text, the outer before the inner. */
export function spansOf(text: string): readonly Span[] {
  const chars = Array.from(text);
  const spans: Span[] = [];
  blocks(chars, linesOf(chars), 0, spans);
  return spans;
}

/** A styled part of a text that no longer has the characters that style it. */
export interface PlainSpan extends Range {
  readonly style: Style;
}

/** The text without the characters that style it, and what was styled: for networks that keep the two apart. */
export function plain(text: string): { readonly text: string; readonly spans: readonly PlainSpan[] } {
  const chars = Array.from(text);
  const spans = spansOf(text);
  const isMark = new Array<boolean>(chars.length).fill(false);
  for (const { marks } of spans) for (const { start, end } of marks) isMark.fill(true, start, end);
  /** How many characters that stay come before each. */
  const moved = [0];
  for (const [i, mark] of isMark.entries()) moved.push((moved[i] as number) + (mark ? 0 : 1));
  return {
    text: chars.filter((_, i) => !isMark[i]).join(''),
    spans: spans
      .map(({ style, start, end }) => ({ style, start: moved[start] as number, end: moved[end] as number }))
      .filter(({ start, end }) => start < end),
  };
}

/** Deeper quotations are text: nobody reads them, and each costs a call. */
const MAX_DEPTH = 16;
const FENCE = '```';
const STYLES: Readonly<Record<string, Style>> = { _: 'emphasis', '*': 'strong', '~': 'strike', '`': 'code' };

function linesOf(chars: readonly string[]): Range[] {
  const lines: Range[] = [];
  let start = 0;
  for (const [i, char] of chars.entries()) {
    if (char !== '\n') continue;
    lines.push({ start, end: i });
    start = i + 1;
  }
  return [...lines, { start, end: chars.length }];
}

/** §6.1. `lines` are those of one block, without what stands before them. */
function blocks(chars: readonly string[], lines: readonly Range[], depth: number, spans: Span[]): void {
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] as Range;
    if (startsWith(chars, line, FENCE)) i = preformatted(chars, lines, i, spans);
    else if (depth < MAX_DEPTH && chars[line.start] === '>' && line.start < line.end) {
      i = quote(chars, lines, i, depth, spans);
    } else {
      inline(chars, line, spans);
      i++;
    }
  }
}

/** §6.1.2. Returns the number of the line after it. */
function preformatted(chars: readonly string[], lines: readonly Range[], first: number, spans: Span[]): number {
  const open = lines[first] as Range;
  let last = first + 1;
  while (last < lines.length && !isFence(chars, lines[last] as Range)) last++;
  const close = lines[last];
  const end = (close ?? (lines.at(-1) as Range)).end;
  // The ends of the lines with the fences go with them.
  const marks = [{ start: open.start, end: Math.min(open.end + 1, end) }];
  if (close !== undefined) {
    const before = (lines[last - 1] as Range).end;
    if (last - 1 > first) marks.push({ start: before, end: before + 1 });
    marks.push(close);
  }
  spans.push({ style: 'preformatted', start: open.start, end, marks });
  return close === undefined ? last : last + 1;
}

/** §6.1.3. Returns the number of the line after it. */
function quote(chars: readonly string[], lines: readonly Range[], first: number, depth: number, spans: Span[]): number {
  let after = first;
  while (after < lines.length && startsWith(chars, lines[after] as Range, '>')) after++;
  const quoted = lines.slice(first, after);
  const marks = quoted.map(({ start, end }) => ({
    start,
    end: start + (start + 1 < end && isSpace(chars[start + 1]) ? 2 : 1),
  }));
  spans.push({ style: 'quote', start: (quoted[0] as Range).start, end: (quoted.at(-1) as Range).end, marks });
  blocks(
    chars,
    quoted.map(({ end }, i) => ({ start: (marks[i] as Range).end, end })),
    depth + 1,
    spans,
  );
  return after;
}

/**
 * §6.2, the spans of one line, or of the inside of a span.
 *
 *     plain *strong _both_* plain
 *           ^      ^
 */
function inline(chars: readonly string[], { start, end }: Range, spans: Span[]): void {
  /** The directives that nothing closes from here on: looking once is enough. */
  const unclosed = new Set<string>();
  for (let i = start; i < end; i++) {
    const directive = chars[i] as string;
    const style = STYLES[directive];
    if (style === undefined || unclosed.has(directive) || !isOpening(chars, i, start, end)) continue;
    const close = closing(chars, directive, i + 1, end);
    if (close === -1) unclosed.add(directive);
    // Nothing between the two: neither is one.
    else if (close > i + 1) {
      spans.push({
        style,
        start: i,
        end: close + 1,
        marks: [
          { start: i, end: i + 1 },
          { start: close, end: close + 1 },
        ],
      });
      if (style !== 'code') inline(chars, { start: i + 1, end: close }, spans);
    }
    if (close !== -1) i = close;
  }
}

function isOpening(chars: readonly string[], at: number, start: number, end: number): boolean {
  return (at === start || isSpace(chars[at - 1])) && at + 1 < end && !isSpace(chars[at + 1]);
}

function closing(chars: readonly string[], directive: string, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    if (chars[i] === directive && !isSpace(chars[i - 1])) return i;
  }
  return -1;
}

function startsWith(chars: readonly string[], { start, end }: Range, what: string): boolean {
  if (end - start < what.length) return false;
  for (let i = 0; i < what.length; i++) if (chars[start + i] !== what[i]) return false;
  return true;
}

function isFence(chars: readonly string[], line: Range): boolean {
  return line.end - line.start === FENCE.length && startsWith(chars, line, FENCE);
}

function isSpace(char: string | undefined): boolean {
  return char !== undefined && /\s/.test(char);
}
