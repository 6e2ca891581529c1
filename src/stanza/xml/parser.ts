/**
 * The streaming XML parser: bytes as a socket delivers them → the stream header and first-level elements.
 *
 * Two steps. The *scanner* cuts the input into tokens, text up to the next `<` and markup up to its `>`, and holds back
 * what is not complete yet. The *builder* reads one whole token at a time.
 */

import { StreamError, type StreamErrorCondition } from '../stream-error.ts';
import { isNcName, isXmlChar, isXmlText } from './chars.ts';
import { attrMap, Element, type Node } from './element.ts';
import { type Limits, limitsFrom } from './limits.ts';

export interface StreamParserOptions {
  /** The stream header: its name, namespace and attributes, no children. */
  readonly onStart?: (header: Element) => void;
  /** A complete first-level element. */
  readonly onElement?: (element: Element) => void;
  /** The closing tag of the stream. */
  readonly onEnd?: () => void;
  /** What ends parsing; called once at most. The parser ignores all input from then on. */
  readonly onError?: (error: StreamError) => void;
  readonly limits?: Partial<Limits>;
  /**
   * Namespaces to report under another name, such as that of component streams, so that the reader of a stanza need
   * not know what kind of stream brought it: `{ 'jabber:component:accept': 'jabber:client' }`.
   */
  readonly aliases?: Readonly<Record<string, string>>;
}

const NS_XML = 'http://www.w3.org/XML/1998/namespace';
const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';
const CDATA = '<![CDATA[';

/** An element whose end tag has not been read. */
interface Open {
  /** The name as written, with its prefix, for the end tag. */
  readonly tag: string;
  readonly name: string;
  readonly ns: string;
  readonly attrs: Record<string, string>;
  readonly children: Node[];
  readonly scope: Scope;
}

/** Namespace bindings in force: prefix (`''` for the default) → namespace name. */
interface Scope {
  readonly own: ReadonlyMap<string, string>;
  readonly parent: Scope | undefined;
}

const ROOT_SCOPE: Scope = {
  own: new Map([
    ['', ''],
    ['xml', NS_XML],
  ]),
  parent: undefined,
};

/** Parses one XML stream, as of RFC 6120 §4 and §11: namespaces resolved, well-formedness and limits enforced. */
export class StreamParser {
  readonly #options: StreamParserOptions;
  readonly #limits: Limits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  #state: 'prolog' | 'stream' | 'epilog' | 'stopped' = 'prolog';
  /** Whether anything was read: the XML declaration stands at the very beginning or nowhere. */
  #started = false;
  #open: Open[] = [];

  /** The beginning of a token whose end has not come. Appending makes a rope, which is flattened once, at the end. */
  #pending = '';
  /** Its last two characters, kept apart: looking into a rope would flatten it. */
  #lastTwo = '';
  /** The first characters of the markup being read: they tell what will end it. */
  #head = '';
  #inMarkup = false;
  /** Inside an attribute value: the quote that ends it. */
  #quote = '';
  /** The bytes of the first-level element read so far. */
  #bytes = 0;

  constructor(options: StreamParserOptions = {}) {
    this.#options = options;
    this.#limits = limitsFrom(options.limits);
  }

  /** Reads the next piece of the stream, cut anywhere. Never throws on input: see `onError`. */
  write(chunk: Uint8Array | string): void {
    if (this.#state === 'stopped') return;
    let text: string;
    if (typeof chunk === 'string') {
      text = chunk;
    } else {
      try {
        text = this.#decoder.decode(chunk, { stream: true });
      } catch {
        return this.#fail('unsupported-encoding', 'the input is not UTF-8');
      }
    }
    this.#scan(text);
  }

  /** Says that no more will come: anything but a complete stream is an error. */
  end(): void {
    if (this.#state === 'stopped') return;
    try {
      this.#decoder.decode();
    } catch {
      return this.#fail('unsupported-encoding', 'the input ends inside a character');
    }
    if (this.#state !== 'epilog' || this.#inMarkup) this.#fail('not-well-formed', 'the input ends inside the stream');
  }

  // INVARIANT: everything before `from` has been reported or stands in #pending.
  #scan(text: string): void {
    let from = 0;
    let at = 0;
    while (at < text.length && this.#state !== 'stopped') {
      if (!this.#inMarkup) {
        const lt = text.indexOf('<', at);
        if (lt === -1) break;
        this.#token(text.slice(from, lt), false);
        this.#inMarkup = true;
        this.#head = '<';
        from = lt;
        at = lt + 1;
      } else {
        const end = this.#markupEnd(text, at);
        if (end === -1) break;
        this.#token(text.slice(from, end), true);
        this.#inMarkup = false;
        from = at = end;
      }
    }
    if (this.#state === 'stopped') return;
    if (from < text.length) this.#hold(text.slice(from));
  }

  /** The index after the `>` that ends the markup, or -1 when it is not in `text`. */
  #markupEnd(text: string, at: number): number {
    if (this.#head.length < CDATA.length) this.#head += text.slice(at, at + CDATA.length - this.#head.length);
    if (this.#head.startsWith('<!')) return this.#declarationEnd(text, at);
    for (let i = at; i < text.length; i++) {
      const c = text[i] as string;
      if (this.#quote !== '') {
        if (c === this.#quote) this.#quote = '';
      } else if (c === '>') {
        return i + 1;
      } else if (c === '"' || c === "'") {
        this.#quote = c;
      } else if (c === '<') {
        this.#fail('not-well-formed', '"<" inside a tag');
        return -1;
      }
    }
    return -1;
  }

  #declarationEnd(text: string, at: number): number {
    if (!CDATA.startsWith(this.#head)) {
      this.#fail('restricted-xml', 'comments and document type declarations are not allowed in XMPP');
      return -1;
    }
    if (this.#head.length < CDATA.length) return -1;
    for (let end = text.indexOf('>', at); end !== -1; end = text.indexOf('>', end + 1)) {
      const before = end >= 2 ? text.slice(end - 2, end) : (this.#lastTwo + text.slice(0, end)).slice(-2);
      if (before === ']]') return end + 1;
    }
    return -1;
  }

  #hold(text: string): void {
    this.#pending += text;
    this.#lastTwo = (this.#lastTwo + text.slice(-2)).slice(-2);
    if (this.#pending.length + this.#bytes > this.#limits.bytes) this.#tooLarge();
  }

  #token(last: string, markup: boolean): void {
    const token = this.#pending + last;
    this.#pending = '';
    if (token === '') return;
    if (!isXmlText(token)) return this.#fail('not-well-formed', 'a character that XML does not allow');
    this.#bytes += Buffer.byteLength(token);
    if (this.#bytes > this.#limits.bytes) return this.#tooLarge();
    try {
      if (!markup) this.#text(token);
      else if (token.startsWith('</')) this.#endTag(token);
      else if (token.startsWith('<?')) this.#instruction(token);
      else if (token.startsWith('<!')) this.#cdata(token);
      else this.#startTag(token);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#fail(error.condition, error.message);
    }
    this.#started = true;
  }

  #text(token: string): void {
    const element = this.#open.at(-1);
    if (element === undefined || this.#open.length === 1) {
      // White space between stanzas keeps connections alive.
      if (/^[ \t\r\n]*$/.test(token)) {
        this.#bytes = 0;
        return;
      }
      if (element === undefined) throw new Fault('not-well-formed', 'text outside the stream');
      throw new Fault('bad-format', 'text between stanzas');
    }
    if (token.includes(']]>')) throw new Fault('not-well-formed', '"]]>" in text');
    addText(element.children, resolveReferences(lineEnds(token)));
  }

  #cdata(token: string): void {
    const element = this.#open.at(-1);
    if (element === undefined) throw new Fault('not-well-formed', 'text outside the stream');
    if (this.#open.length === 1) throw new Fault('bad-format', 'text between stanzas');
    addText(element.children, lineEnds(token.slice(CDATA.length, -']]>'.length)));
  }

  #instruction(token: string): void {
    const isDeclaration = /^<\?xml[ \t\r\n?]/.test(token);
    if (!isDeclaration || this.#started) {
      if (/^<\?xml[ \t\r\n?]/i.test(token)) throw new Fault('not-well-formed', 'a misplaced XML declaration');
      throw new Fault('restricted-xml', 'processing instructions are not allowed in XMPP');
    }
    const parts = DECLARATION.exec(token);
    if (parts === null) throw new Fault('not-well-formed', 'a malformed XML declaration');
    const encoding = parts.groups?.encoding?.slice(1, -1);
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
      throw new Fault('unsupported-encoding', `encoding ${encoding}`);
    }
  }

  #startTag(token: string): void {
    if (this.#state === 'epilog') throw new Fault('not-well-formed', 'markup after the end of the stream');
    const limits = this.#limits;
    const empty = token.endsWith('/>');
    const { tag, written } = splitTag(token, empty, limits);
    const own = new Map<string, string>();
    for (const [name, value] of written) {
      if (name === 'xmlns') own.set('', value);
      else if (name.startsWith('xmlns:')) own.set(name.slice(6), value);
    }
    checkBindings(own);
    const above = this.#open.at(-1)?.scope ?? ROOT_SCOPE;
    const scope = own.size === 0 ? above : { own, parent: above };
    const { prefix, local } = splitName(tag);
    if (prefix === 'xmlns') throw new Fault('not-well-formed', 'the prefix xmlns is reserved');
    const open: Open = {
      tag,
      name: local,
      ns: this.#alias(lookUp(scope, prefix)),
      attrs: attributes(written, scope),
      children: [],
      scope,
    };
    if (this.#open.length === 0) {
      this.#state = 'stream';
      this.#open.push(open);
      this.#bytes = 0;
      this.#options.onStart?.(new Element(open.name, open.ns, open.attrs));
      if (empty && !this.#stopped()) this.#close();
      return;
    }
    this.#open.push(open);
    if (this.#open.length - 1 > limits.depth) throw new Fault('policy-violation', `deeper than ${limits.depth}`);
    if (empty) this.#close();
  }

  #endTag(token: string): void {
    const element = this.#open.at(-1);
    const tag = /^<\/([^ \t\r\n]+)[ \t\r\n]*>$/.exec(token)?.[1];
    if (element === undefined) throw new Fault('not-well-formed', 'an end tag without its start tag');
    if (tag !== element.tag) throw new Fault('not-well-formed', `<${element.tag}> is ended by ${token.slice(0, 64)}`);
    this.#close();
  }

  #close(): void {
    const closed = this.#open.pop() as Open;
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#state = 'epilog';
      this.#options.onEnd?.();
      return;
    }
    const element = new Element(closed.name, closed.ns, closed.attrs, closed.children);
    if (this.#open.length > 1) {
      parent.children.push(element);
      return;
    }
    this.#bytes = 0;
    this.#options.onElement?.(element);
  }

  #alias(ns: string): string {
    return this.#options.aliases?.[ns] ?? ns;
  }

  /** A handler may have stopped the parser: asked afresh, because TypeScript remembers the last comparison. */
  #stopped(): boolean {
    return this.#state === 'stopped';
  }

  #tooLarge(): void {
    this.#fail('policy-violation', `stanza-too-large: more than ${this.#limits.bytes} bytes`);
  }

  #fail(condition: StreamErrorCondition, message: string): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#open = [];
    this.#pending = '';
    this.#options.onError?.(new StreamError(condition, message));
  }
}

/**
 * The element that `xml` holds.
 *
 * @throws StreamError when it is not one well-formed element, under the rules of XMPP: no comments, no processing
 *   instructions, no document type declaration.
 */
export function parse(xml: Uint8Array | string, limits?: Partial<Limits>): Element {
  let root: Element | undefined;
  let failure: StreamError | undefined;
  const parser = new StreamParser({
    onElement(element) {
      if (root !== undefined) failure ??= new StreamError('not-well-formed', 'more than one element');
      root = element;
    },
    onError(error) {
      failure ??= error;
    },
    limits: limits ?? {},
  });
  // The element becomes the first-level one of a stream.
  parser.write('<stream>');
  parser.write(xml);
  parser.write('</stream>');
  parser.end();
  if (failure !== undefined) throw failure;
  if (root === undefined) throw new StreamError('not-well-formed', 'no element');
  return root;
}

/** Something wrong in a token; never leaves this file. */
class Fault extends Error {
  readonly condition: StreamErrorCondition;

  constructor(condition: StreamErrorCondition, message: string) {
    super(message);
    this.condition = condition;
  }
}

const S = '[ \\t\\r\\n]';
const DECLARATION = new RegExp(
  `^<\\?xml${S}+version${S}*=${S}*(?:'1\\.0'|"1\\.0")` +
    `(?:${S}+encoding${S}*=${S}*(?<encoding>'[A-Za-z][\\w.\\-]*'|"[A-Za-z][\\w.\\-]*"))?` +
    `(?:${S}+standalone${S}*=${S}*(?:'(?:yes|no)'|"(?:yes|no)"))?${S}*\\?>$`,
);

/** The name and the attributes of a start tag, as written. */
function splitTag(token: string, empty: boolean, limits: Limits): { tag: string; written: Map<string, string> } {
  const inner = token.slice(1, empty ? -2 : -1);
  const tag = /^[^ \t\r\n=/'"]*/.exec(inner)?.[0] ?? '';
  checkLength(tag, limits);
  const written = new Map<string, string>();
  const attribute = /[ \t\r\n]+(?:([^ \t\r\n=/'"]+)[ \t\r\n]*=[ \t\r\n]*(?:'([^']*)'|"([^"]*)")|$)/y;
  attribute.lastIndex = tag.length;
  while (attribute.lastIndex < inner.length) {
    const match = attribute.exec(inner);
    if (match === null) throw new Fault('not-well-formed', `a malformed tag <${tag.slice(0, 64)}`);
    const name = match[1];
    if (name === undefined) break;
    checkLength(name, limits);
    if (written.has(name)) throw new Fault('not-well-formed', `attribute ${name} stands twice`);
    if (written.size === limits.attributes) {
      throw new Fault('policy-violation', `more than ${limits.attributes} attributes`);
    }
    const raw = match[2] ?? match[3] ?? '';
    if (raw.includes('<')) throw new Fault('not-well-formed', '"<" in an attribute value');
    written.set(name, resolveReferences(lineEnds(raw).replace(/[\t\n]/g, ' ')));
  }
  return { tag, written };
}

function checkLength(name: string, limits: Limits): void {
  if (name.length > limits.nameLength) throw new Fault('policy-violation', `a name longer than ${limits.nameLength}`);
}

function splitName(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(':');
  const prefix = colon === -1 ? '' : name.slice(0, colon);
  const local = name.slice(colon + 1);
  if (!isNcName(local) || (colon !== -1 && !isNcName(prefix))) {
    throw new Fault('not-well-formed', `${JSON.stringify(name.slice(0, 64))} is not a name`);
  }
  return { prefix, local };
}

/** "Namespaces in XML" §3: what may be bound to what. */
function checkBindings(own: ReadonlyMap<string, string>): void {
  for (const [prefix, ns] of own) {
    if (prefix !== '' && !isNcName(prefix)) throw new Fault('not-well-formed', `xmlns:${prefix}`);
    if (prefix !== '' && ns === '') throw new Fault('not-well-formed', `prefix ${prefix} is bound to nothing`);
    if (prefix === 'xmlns' || ns === NS_XMLNS) throw new Fault('not-well-formed', 'the xmlns prefix is reserved');
    if ((prefix === 'xml') !== (ns === NS_XML)) throw new Fault('not-well-formed', 'the xml prefix is reserved');
  }
}

function lookUp(scope: Scope, prefix: string): string {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const ns = s.own.get(prefix);
    if (ns !== undefined) return ns;
  }
  throw new Fault('not-well-formed', `prefix ${prefix} is not declared`);
}

function attributes(written: ReadonlyMap<string, string>, scope: Scope): Record<string, string> {
  const attrs = attrMap();
  for (const [name, value] of written) {
    const { prefix, local } = splitName(name);
    if (name === 'xmlns' || prefix === 'xmlns') continue;
    const key = prefix === '' ? local : prefix === 'xml' ? name : `{${lookUp(scope, prefix)}}${local}`;
    if (key in attrs) throw new Fault('not-well-formed', `attribute ${key} stands twice`);
    attrs[key] = value;
  }
  return attrs;
}

/** XML 1.0 §2.11. */
function lineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };

function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]*)(;?)/g, (_, name: string, end: string) => {
    if (end === '') throw new Fault('not-well-formed', 'a bare "&"');
    const predefined = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
    if (predefined !== undefined) return predefined;
    const number = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
    if (number === null) {
      if (!isNcName(name)) throw new Fault('not-well-formed', 'a malformed reference');
      // RFC 6120 §11.1: no entities but the five predefined ones.
      throw new Fault('restricted-xml', `entity ${name.slice(0, 64)}`);
    }
    const code = number[1] !== undefined ? Number.parseInt(number[1], 16) : Number.parseInt(number[2] as string, 10);
    if (!isXmlChar(code)) throw new Fault('not-well-formed', `a reference to the character ${code}`);
    return String.fromCodePoint(code);
  });
}

function addText(children: Node[], text: string): void {
  if (text === '') return;
  const last = children.length - 1;
  if (typeof children[last] === 'string') children[last] += text;
  else children.push(text);
}
