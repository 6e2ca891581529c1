/**
 * Drives the scanner over the input of one stream, and looks itself at what the scanner leaves: the beginning and the end
 * of the stream, start tags of new shapes, CDATA sections, and all that is wrong.
 */

import { isXmlText } from './chars.ts';
import { attrMap, Element } from './element.ts';
import { Excess } from './excess.ts';
import { Fault } from './fault.ts';
import { Handover } from './handover.ts';
import {
  COMPLETE,
  COUNT_OF,
  DEPTH,
  DONE,
  END,
  ENTRY,
  ENTRY_OF,
  FLAG_BITS,
  FLAG_REFERENCES,
  FLAG_SPACE,
  FLAG_WIDE,
  INSIDE_OF,
  LAST,
  MAX_DEPTH,
  MORE,
  ODD_MARKUP,
  ORIGIN,
  POS,
  RECORD,
  SHAPE_OF,
  STACK,
  STACK_ENTRY,
  STANZA,
  TAPE,
  TAPE_TOP,
  TEXT,
  VALUES,
  VALUES_OF,
  VALUES_TOP,
} from './layout.ts';
import { type Machine, SMALL } from './machine.ts';
import { MarkupEnd } from './markup-end.ts';
import { readDeclaration } from './prolog.ts';
import { resolveReferences } from './references.ts';
import type { LearntTag, Shape, ShapeOptions, Tag } from './shapes.ts';
import { NO_BINDINGS, type Scope, utf8 } from './start-tag.ts';

export interface ReaderEvents {
  readonly onStart?: (header: Element) => void;
  readonly onElement: (element: Element) => void;
  readonly onEnd?: () => void;
  readonly onExcess?: ((element: Element) => void) | undefined;
}

/** The element that the first-level elements are inside of: the stream. */
export interface Outside {
  readonly scope: Scope;
  /** Its name as written; `undefined` when its tags are not part of the input. */
  readonly written: string | undefined;
}

const LT = 0x3c;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const AMP = 0x26;
const CDATA = '<![CDATA[';

/** More nodes than there will be: the builder has to look how many there are. */
const UNCOUNTED = -0x8000_0000;

export class Reader {
  readonly options: ShapeOptions;
  readonly #machine: Machine;
  readonly #events: ReaderEvents;
  readonly #handover: Handover;
  #state: 'prolog' | 'stream' | 'epilog' = 'prolog';
  /** Whether anything was read: the XML declaration stands at the very beginning or nowhere. */
  #isStarted = false;
  #outside: Outside = { scope: NO_BINDINGS, written: undefined };
  /** The tags that may begin a first-level element. */
  #root: Shape;
  /** Knows how far the markup at POS has been looked at whose end has not come. */
  #markupEnd: MarkupEnd | undefined;
  /** What is left of a first-level element that breaks a limit. */
  #excess: Excess | undefined;

  /** @param outside what the input stands in, when it does not begin with a stream header. */
  constructor(machine: Machine, options: ShapeOptions, events: ReaderEvents, outside?: Outside) {
    this.options = options;
    this.#machine = machine;
    this.#events = events;
    this.#handover = new Handover(machine);
    this.#root = machine.shapes.inside(NO_BINDINGS, '');
    if (outside !== undefined) this.#enter(outside);
  }

  /** Reads a piece of input. Throws Fault. */
  read(piece: Uint8Array): void {
    const machine = this.#machine;
    const isUtf8 = (piece.length <= SMALL && machine.appendSmall(piece, true)) || machine.append(piece);
    this.#handover.turn();
    this.#run();
    if (!isUtf8) throw new Fault('unsupported-encoding', 'the input is not UTF-8');
  }

  /** Throws Fault unless the stream is complete. */
  end(): void {
    this.#handover.turn();
    this.#run();
    if (this.#machine.isCut) throw new Fault('unsupported-encoding', 'the input ends inside a character');
    const isComplete = this.#outside.written === undefined ? this.#state === 'stream' : this.#state === 'epilog';
    if (!isComplete || this.#depth > 0 || this.#pending > 0 || this.#excess !== undefined) {
      throw new Fault('not-well-formed', 'the input ends inside the stream');
    }
  }

  /** Says that the tape will be used for something else. */
  leave(): void {
    this.#handover.turn();
  }

  get #words(): Int32Array {
    return this.#machine.scanner.words;
  }

  get #depth(): number {
    return this.#words[DEPTH >> 2] as number;
  }

  /** Where the first-level element, or what stands between two of them, begins. */
  get #from(): number {
    return this.#words[(this.#depth === 0 ? POS : STANZA) >> 2] as number;
  }

  get #pending(): number {
    return (this.#words[END >> 2] as number) - this.#from;
  }

  #run(): void {
    while (this.#step()) {}
    const left = this.options.limits.bytes - this.#pending;
    if (left < 0) throw this.#tooLarge();
    this.#machine.left = left;
    // Each `>` ends one element at most: until so many have come, the stanza cannot be complete.
    this.#machine.ends = Math.max(1, this.#depth);
  }

  /** Reads on; `false` when more input is needed. */
  #step(): boolean {
    if (this.#excess !== undefined) return this.#passExcess(this.#excess);
    if (this.#markupEnd !== undefined) {
      const { words, bytes } = this.#machine.scanner;
      const end = words[END >> 2] as number;
      if (this.#markupEnd.find(bytes, words[POS >> 2] as number, end, this.#limited) === 0) return false;
      this.#markupEnd = undefined;
    }
    if (this.#state !== 'stream') return this.#aroundStream();
    const first = this.#first;
    const result = this.#machine.scanner.scan();
    const done = this.#words[DONE >> 2] as number;
    if (done > first) this.#hand(first, done);
    if (result === COMPLETE) return true;
    if (result === MORE) return false;
    return result === ODD_MARKUP ? this.#markup() : this.#oddText();
  }

  /** Where on the tape the first-level element begins that is open, in bytes. */
  get #first(): number {
    return this.#depth === 0 ? 0 : (this.#words[(STACK + STACK_ENTRY + ENTRY_OF) >> 2] as number) - RECORD;
  }

  /** Before the stream header, and after the end of the stream. */
  #aroundStream(): boolean {
    const { words, bytes } = this.#machine.scanner;
    const end = words[END >> 2] as number;
    let at = words[POS >> 2] as number;
    while (isSpace(bytes[at] as number)) at++;
    if (at > (words[POS >> 2] as number)) this.#isStarted = true;
    words[POS >> 2] = at;
    if (at === end) return false;
    if (bytes[at] !== LT) throw this.#limited(new Fault('not-well-formed', 'text outside the stream'), at + 1);
    return this.#markup();
  }

  /** At the `<` of something that the scanner has not understood. */
  #markup(): boolean {
    const { words, bytes } = this.#machine.scanner;
    const at = words[POS >> 2] as number;
    if (at + 1 === words[END >> 2]) return false;
    const next = bytes[at + 1];
    if (next === BANG) return this.#cdata(at);
    if (next === QUESTION) return this.#instruction(at);
    // Not even the beginning of its end is there: it need not be looked at.
    if (at >= this.#machine.endAt) return false;
    const to = this.#endOf(at, false);
    if (to === 0) return false;
    const token = bytes.latin1Slice(at, to);
    if (next === SLASH) this.#endTag(token, to);
    else this.#startTag(token, at, to);
    this.#isStarted = true;
    return true;
  }

  /** The end of the markup at `at`; 0 when it has not come. */
  #endOf(at: number, isCdata: boolean): number {
    const markupEnd = new MarkupEnd(isCdata);
    const to = markupEnd.find(this.#machine.scanner.bytes, at, this.#words[END >> 2] as number, this.#limited);
    if (to === 0) this.#markupEnd = markupEnd;
    else if (to - this.#from > this.options.limits.bytes) throw this.#tooLarge();
    return to;
  }

  #startTag(token: string, at: number, to: number): void {
    if (this.#state === 'epilog') throw new Fault('not-well-formed', 'markup after the end of the stream');
    const words = this.#words;
    const depth = this.#depth;
    const parent = this.#innermost();
    const scope = depth === 0 ? this.#outside.scope : parent.scope;
    const inside = depth === 0 ? this.#root : this.#machine.shapes.insideOf(parent);
    const learnt = this.#learn(token, inside, scope, to);
    if (learnt === undefined) return;
    if (this.#state === 'prolog') return this.#header(learnt, to);
    const { tag, varying, written } = learnt;
    const tape = words[TAPE >> 2] as number;
    let entry = words[TAPE_TOP >> 2] as number;
    if (depth === 0) {
      words[(tape + entry + VALUES_OF) >> 2] = words[VALUES_TOP >> 2] as number;
      entry += RECORD;
      words[STANZA >> 2] = at;
    }
    let w = (tape + entry) >> 2;
    const head = w;
    words[head] = tag.id;
    words[head + 1] = 0;
    w += ENTRY >> 2;
    for (const { from, to } of varying) {
      words[w++] = (this.#keep(at + from, at + to) << FLAG_BITS) | flagsOf(token.slice(from, to), true);
      words[w++] = words[VALUES_TOP >> 2] as number;
    }
    const after = (w << 2) - tape;
    words[head + 2] = after;
    words[TAPE_TOP >> 2] = after;
    words[POS >> 2] = to;
    let top = (STACK + depth * STACK_ENTRY) >> 2;
    (words[top + (COUNT_OF >> 2)] as number)++;
    words[LAST >> 2] = learnt.at;
    if (written.isEmpty) {
      if (depth === 0) this.#complete(entry - RECORD);
      return;
    }
    top += STACK_ENTRY >> 2;
    const children = this.#machine.shapes.insideOf(tag).at;
    words[top + (INSIDE_OF >> 2)] = children;
    words[top + (SHAPE_OF >> 2)] = learnt.at;
    words[top + (ENTRY_OF >> 2)] = entry;
    words[top + (COUNT_OF >> 2)] = 0;
    words[LAST >> 2] = children;
    words[DEPTH >> 2] = depth + 1;
  }

  /** Learns the tag that ends at `to`; or leaves out its first-level element when it breaks a limit and that may be. */
  #learn(token: string, inside: Shape, scope: Scope, to: number): LearntTag | undefined {
    try {
      const learnt = this.#machine.shapes.learn(token, inside, scope);
      const maxDepth = this.#words[MAX_DEPTH >> 2] as number;
      if (this.#depth === maxDepth) throw new Fault('policy-violation', `deeper than ${maxDepth}`);
      return learnt;
    } catch (error) {
      const { onExcess } = this.#events;
      const isExcess = error instanceof Fault && error.condition === 'policy-violation' && this.#state === 'stream';
      if (onExcess === undefined || !isExcess) throw error;
      this.#leaveOut(token.endsWith('/>'), to, onExcess);
      return undefined;
    }
  }

  /** Hands over the first-level element that is open, without its children, and passes over what is left of it. */
  #leaveOut(isEmpty: boolean, to: number, onExcess: (element: Element) => void): void {
    const words = this.#words;
    const depth = this.#depth;
    const record = this.#first;
    const open = depth + (isEmpty ? 0 : 1);
    words[POS >> 2] = to;
    if (open > 0) this.#excess = new Excess(open);
    // It has not begun: its own tag is too much.
    if (depth === 0) return;
    const entry = record + RECORD;
    const head = ((words[TAPE >> 2] as number) + entry) >> 2;
    const { varying } = this.#machine.shapes.tags[words[head] as number] as Tag;
    const top = entry + ENTRY + 8 * varying;
    words[head + 1] = 0;
    words[head + 2] = top;
    words[TAPE_TOP >> 2] = top;
    words[LAST >> 2] = this.#root.at;
    words[DEPTH >> 2] = 0;
    this.#handover.complete(record);
    this.#hand(record, top, onExcess);
  }

  #passExcess(excess: Excess): boolean {
    const { words, bytes } = this.#machine.scanner;
    words[POS >> 2] = excess.pass(bytes, words[POS >> 2] as number, words[END >> 2] as number);
    if (!excess.isOver) return false;
    this.#excess = undefined;
    return true;
  }

  #header({ tag, written }: LearntTag, to: number): void {
    this.#words[POS >> 2] = to;
    const values = written.attributes.filter(({ isDeclaration }) => !isDeclaration);
    const attrs = attrMap();
    for (const [i, { value }] of values.entries()) attrs[tag.keys[i] as string] = value;
    this.#enter({ scope: tag.scope, written: tag.written });
    if (written.isEmpty) this.#state = 'epilog';
    this.#events.onStart?.(new Element(tag.name, tag.ns, attrs));
    if (written.isEmpty) this.#events.onEnd?.();
  }

  /** Begins to read first-level elements. */
  #enter({ scope, written }: Outside): void {
    this.#state = 'stream';
    const { shapes } = this.#machine;
    this.#handover.turn();
    this.#outside = { scope: shapes.adopt(scope), written };
    this.#root = shapes.inside(this.#outside.scope, written ?? '');
    this.#words[(STACK + INSIDE_OF) >> 2] = this.#root.at;
    this.#words[LAST >> 2] = this.#root.at;
  }

  #endTag(token: string, to: number): void {
    const words = this.#words;
    const depth = this.#depth;
    const name = /^<\/([^ \t\r\n]+)[ \t\r\n]*>$/.exec(token)?.[1];
    const written = depth === 0 ? this.#outside.written : this.#innermost().written;
    if (this.#state !== 'stream' || written === undefined) {
      throw new Fault('not-well-formed', 'an end tag without its start tag');
    }
    if (name !== written) {
      throw new Fault('not-well-formed', `<${utf8(written)}> is ended by ${utf8(token).slice(0, 64)}`);
    }
    words[POS >> 2] = to;
    if (depth === 0) {
      this.#state = 'epilog';
      this.#events.onEnd?.();
      return;
    }
    const top = (STACK + depth * STACK_ENTRY) >> 2;
    const entry = words[top + (ENTRY_OF >> 2)] as number;
    const head = ((words[TAPE >> 2] as number) + entry) >> 2;
    words[head + 1] = words[top + (COUNT_OF >> 2)] as number;
    words[head + 2] = words[TAPE_TOP >> 2] as number;
    words[LAST >> 2] = words[top + (SHAPE_OF >> 2)] as number;
    words[DEPTH >> 2] = depth - 1;
    if (depth === 1) this.#complete(entry - RECORD);
  }

  #cdata(at: number): boolean {
    const { words, bytes } = this.#machine.scanner;
    const head = bytes.latin1Slice(at, Math.min(at + CDATA.length, words[END >> 2] as number));
    if (!CDATA.startsWith(head)) {
      const fault = new Fault('restricted-xml', 'comments and document type declarations are not allowed in XMPP');
      throw this.#limited(fault, at + head.length);
    }
    if (head.length < CDATA.length) return false;
    if (this.#state !== 'stream') throw new Fault('not-well-formed', 'text outside the stream');
    if (this.#depth === 0) throw new Fault('bad-format', 'text between stanzas');
    const to = this.#endOf(at, true);
    if (to === 0) return false;
    const content = bytes.latin1Slice(at + CDATA.length, to - ']]>'.length);
    if (!isXmlText(utf8(content))) throw new Fault('not-well-formed', 'a character that XML does not allow');
    if (content !== '') {
      const top = words[TAPE_TOP >> 2] as number;
      const entry = ((words[TAPE >> 2] as number) + top) >> 2;
      words[entry] = ~((this.#keep(at + CDATA.length, to - ']]>'.length) << FLAG_BITS) | flagsOf(content, false));
      words[entry + 1] = words[VALUES_TOP >> 2] as number;
      words[TAPE_TOP >> 2] = top + 8;
    }
    // Even an empty section: the texts before and after it are one.
    words[(STACK + this.#depth * STACK_ENTRY + COUNT_OF) >> 2] = UNCOUNTED;
    words[POS >> 2] = to;
    return true;
  }

  #instruction(at: number): boolean {
    const { words, bytes } = this.#machine.scanner;
    const head = bytes.latin1Slice(at, Math.min(at + 6, words[END >> 2] as number)).toLowerCase();
    if (head.length < 6 && '<?xml'.startsWith(head)) return false;
    if (!/^<\?xml[ \t\r\n?]/.test(head)) {
      throw this.#limited(new Fault('restricted-xml', 'processing instructions are not allowed in XMPP'), at + 6);
    }
    const to = this.#endOf(at, false);
    if (to === 0) return false;
    if (this.#isStarted || this.#state !== 'prolog' || bytes.latin1Slice(at, at + 5) !== '<?xml') {
      throw new Fault('not-well-formed', 'a misplaced XML declaration');
    }
    readDeclaration(bytes.latin1Slice(at, to));
    this.#isStarted = true;
    words[POS >> 2] = to;
    return true;
  }

  /** At a character that the scanner could not pass. */
  #oddText(): boolean {
    const { words, bytes } = this.#machine.scanner;
    const at = words[POS >> 2] as number;
    const c = bytes[at] as number;
    if (c === AMP && this.#depth > 0) {
      const rest = bytes.latin1Slice(at, words[END >> 2] as number);
      const reference = /^&[^;&<>'" \t\r\n]*;?/.exec(rest)?.[0] ?? '';
      if (reference.length > this.options.limits.nameLength) {
        throw new Fault('policy-violation', `a reference longer than ${this.options.limits.nameLength}`);
      }
      if (reference.length === rest.length && !reference.endsWith(';')) return false;
      try {
        resolveReferences(utf8(reference));
      } catch (error) {
        throw error instanceof Fault ? this.#limited(error, at + reference.length) : error;
      }
    }
    const isText = c >= 0x20 && c !== 0xef && this.#depth === 0;
    const fault = isText
      ? new Fault('bad-format', 'text between stanzas')
      : new Fault('not-well-formed', c === 0x3e ? '"]]>" in text' : 'a character that XML does not allow');
    throw this.#limited(fault, at + 1);
  }

  /** Copies a part of the input to the values. Returns its offset there. */
  #keep(from: number, to: number): number {
    const { words, bytes } = this.#machine.scanner;
    const top = words[VALUES_TOP >> 2] as number;
    bytes.copyWithin((words[VALUES >> 2] as number) + top, from, to);
    words[VALUES_TOP >> 2] = top + to - from;
    return top;
  }

  /** The first-level element whose record is at `record` has ended at POS. */
  #complete(record: number): void {
    this.#handover.complete(record);
    this.#hand(record, this.#words[TAPE_TOP >> 2] as number);
  }

  /** Hands over the first-level elements that the tape tells of from `first` to `done`. */
  #hand(first: number, done: number, onElement = this.#events.onElement): void {
    try {
      if (!this.#handover.hand(first, done, this.options.limits.bytes, onElement)) throw this.#tooLarge();
    } catch (error) {
      this.#goBack(this.#handover.end);
      throw error;
    }
    const { shapes } = this.#machine;
    if (shapes.isFull && this.#depth === 0) {
      shapes.reset();
      this.#enter(this.#outside);
    }
  }

  /** A handler has thrown: what comes after its element is read again with the next input. */
  #goBack(end: number): void {
    const words = this.#words;
    words[POS >> 2] = (words[ORIGIN >> 2] as number) + end;
    words[TEXT >> 2] = 0;
    words[DEPTH >> 2] = 0;
    words[LAST >> 2] = this.#root.at;
    // Whatever comes.
    this.#machine.ends = 0;
  }

  /** The tag of the element that is open and has no open one inside; at depth 0, nothing that means anything. */
  #innermost(): Tag {
    const words = this.#words;
    const depth = this.#depth;
    const entry = words[(STACK + depth * STACK_ENTRY + ENTRY_OF) >> 2] as number;
    const id = depth === 0 ? 0 : (words[((words[TAPE >> 2] as number) + entry) >> 2] as number);
    return this.#machine.shapes.tags[id] as Tag;
  }

  /** What is wrong at `to`, unless that is further than a stanza may reach: then that comes first. */
  readonly #limited = (fault: Fault, to: number): Fault =>
    to - this.#from > this.options.limits.bytes ? this.#tooLarge() : fault;

  #tooLarge(): Fault {
    return new Fault('policy-violation', `stanza-too-large: more than ${this.options.limits.bytes} bytes`);
  }
}

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}

/** How the scanner would have marked these bytes. */
function flagsOf(bytes: string, isValue: boolean): number {
  let flags = /[\x80-\xff]/.test(bytes) ? FLAG_WIDE : 0;
  if (isValue && bytes.includes('&')) flags |= FLAG_REFERENCES;
  if ((isValue ? /[\t\n\r]/ : /\r/).test(bytes)) flags |= FLAG_SPACE;
  return flags;
}
