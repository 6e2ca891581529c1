/** What parsers find in a stream, as text: ours, and saxes as the reference. */

import { SaxesParser, type SaxesTagNS } from 'saxes';
import { type Element, StreamParser, type StreamParserOptions } from '../../src/stanza/index.ts';

export interface Found {
  /** The first-level elements, in one spelling. */
  readonly elements: readonly string[];
  /** Why reading ended; `undefined` when the stream is complete. */
  readonly error: string | undefined;
}

/**
 * Everything our parser reports.
 * @param later whether to look into the elements only when all have come, and the parser is at something else.
 */
export function ours(
  chunks: readonly (Uint8Array | string)[],
  options: StreamParserOptions = {},
  later = false,
): Found {
  const elements: string[] = [];
  const kept: Element[] = [];
  let error: string | undefined;
  const parser = new StreamParser({
    ...options,
    onElement: (element) => (later ? kept.push(element) : elements.push(spelled(element))),
    onError: ({ condition }) => {
      error = condition;
    },
  });
  for (const chunk of chunks) parser.write(chunk);
  parser.end();
  return { elements: later ? kept.map(spelled) : elements, error };
}

/** An element as text in which all that differs differs, but for white space around namespaces, which saxes takes away. */
function spelled({ name, ns, attrs, children }: Element): string {
  return JSON.stringify([
    name,
    ns.trim(),
    Object.entries(attrs)
      .map(([key, value]) => [key.replace(/^\{\s*(.*?)\s*\}/, '{$1}'), value])
      .sort(),
    children.map((child) => (typeof child === 'string' ? child : spelled(child))),
  ]);
}

interface Open {
  readonly tag: SaxesTagNS;
  readonly children: string[];
  text: string;
}

/** What saxes finds, with the rules of RFC 6120 §11.1 added, up to its first error. */
export function theirs(xml: string): Found {
  const elements: string[] = [];
  let error: string | undefined;
  const open: Open[] = [];
  const fail = (reason: string) => {
    error ??= reason;
  };
  const parser = new SaxesParser({ xmlns: true, position: false });
  const addText = (text: string) => {
    const innermost = open.at(-1);
    if (open.length === 1 && /[^ \t\r\n]/.test(text)) fail('text between stanzas');
    if (innermost !== undefined) innermost.text += text;
  };
  const flush = (element: Open) => {
    if (element.text !== '') element.children.push(element.text);
    element.text = '';
  };
  parser.on('error', ({ message }) => fail(message));
  parser.on('comment', () => fail('comment'));
  parser.on('processinginstruction', () => fail('processing instruction'));
  parser.on('doctype', () => fail('document type declaration'));
  parser.on('text', addText);
  parser.on('cdata', (text) => (open.length < 2 ? fail('CDATA between stanzas') : addText(text)));
  parser.on('opentag', (tag) => open.push({ tag, children: [], text: '' }));
  parser.on('closetag', () => {
    const closed = open.pop();
    const parent = open.at(-1);
    if (closed === undefined || parent === undefined || error !== undefined) return;
    flush(closed);
    flush(parent);
    const { tag, children } = closed;
    const attrs = Object.values(tag.attributes)
      .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
      .map(({ prefix, local, name, uri, value }) => [
        prefix === '' ? local : prefix === 'xml' ? name : `{${uri}}${local}`,
        value,
      ])
      .sort();
    const text = `[${JSON.stringify(tag.local)},${JSON.stringify(tag.uri.trim())},${JSON.stringify(attrs)},${JSON.stringify(children)}]`;
    if (open.length > 1) parent.children.push(text);
    else elements.push(text);
  });
  try {
    parser.write(xml).close();
  } catch (thrown) {
    fail(String(thrown));
  }
  return { elements, error };
}
