/** XML that people write by hand: read by saxes, whose errors say where. */

import { SaxesParser } from 'saxes';
import { Element, type Node, NS } from '../../../stanza/index.ts';

/** Something that is not the XML of a stanza. `line` counts from 1, `column` from 0, both in what was written. */
export class XmlError extends SyntaxError {
  override readonly name = 'XmlError';
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, reason: string) {
    super(`${line}:${column}: ${reason}`);
    this.line = line;
    this.column = column;
  }
}

interface Open {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Record<string, string>;
  readonly children: Node[];
}

/**
 * Reads one element, in the namespace of stanzas unless it says otherwise. It may be indented: white space around
 * elements does not count.
 * @throws XmlError with line and column.
 */
export function readXml(xml: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const open: Open[] = [];
  let whole: Element | undefined;
  const fail = (reason: string): never => {
    throw new XmlError(parser.line, parser.column, reason);
  };
  parser.on('error', ({ message }) => fail(message.replace(/^\d+:\d+: /, '')));
  parser.on('opentag', ({ local, uri, attributes }) => {
    const attrs: Record<string, string> = {};
    for (const { name, prefix, local: short, uri: ns, value } of Object.values(attributes)) {
      if (prefix === 'xmlns' || name === 'xmlns') continue;
      attrs[prefix === '' || prefix === 'xml' ? name : `{${ns}}${short}`] = value;
    }
    // What says nothing is a stanza, or stands in one.
    open.push({ name: local, ns: uri === '' ? NS : uri, attrs, children: [] });
  });
  const text = (content: string) => {
    const into = open.at(-1);
    if (into !== undefined) into.children.push(content);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    const { name, ns, attrs, children } = open.pop() as Open;
    const isIndented = children.some((each) => typeof each !== 'string');
    const kept = isIndented ? children.filter((each) => typeof each !== 'string' || each.trim() !== '') : children;
    const element = new Element(name, ns, attrs, kept);
    const parent = open.at(-1);
    if (parent === undefined) whole = element;
    else parent.children.push(element);
  });
  parser.write(xml.trim()).close();
  return whole ?? fail('there is no element');
}
