/**
 * The parser beside itself, in pieces and with both scanners, and beside saxes.
 * `SLIPWAY_FUZZ=1000000` runs that many streams instead of a few.
 */

import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import * as assert from 'uvu/assert';
import { Element, type Node, StreamParser } from '../../../src/stanza/index.ts';
import { preferScanner, type ScannerKind } from '../../../src/stanza/xml/scanner.ts';
import { mutatedStreams } from '../../support/mutated-streams.ts';
import { suite } from '../../support/test.ts';

const COUNT = Number(process.env.SLIPWAY_FUZZ ?? 4000);
const test = suite('parser beside others', { timeout: 24 * 3600_000 });

interface Outcome {
  readonly elements: readonly string[];
  readonly end: string;
}

/** What stands in it, in a form that is the same for the same tree. */
function show(element: Element): string {
  const attrs = Object.keys(element.attrs)
    .map((name) => `${name.replace(/^\{\s*(.*?)\s*\}/s, '{$1}')}=${JSON.stringify(element.attrs[name])}`)
    .sort();
  const children = element.children.map((child) => (typeof child === 'string' ? JSON.stringify(child) : show(child)));
  // saxes takes white space off the names of namespaces; XML keeps it.
  return `{${element.ns.trim()}}${element.name}[${attrs.join(' ')}](${children.join(',')})`;
}

function parsed(chunks: readonly Uint8Array[]): Outcome {
  const elements: string[] = [];
  let end = 'open';
  const parser = new StreamParser({
    onStart: (header) => elements.push(show(header)),
    onElement: (element) => elements.push(show(element)),
    onEnd: () => {
      end = 'ended';
    },
    onError: ({ condition }) => {
      end = condition;
    },
  });
  for (const chunk of chunks) parser.write(chunk);
  // What is wrong may show only when no more can come: not before the `>` that would end a tag, for instance.
  parser.end();
  return { elements, end };
}

/** The same by saxes; `undefined` when it finds something wrong. */
function bySaxes(bytes: Uint8Array): readonly string[] | undefined {
  const parser = new SaxesParser({ xmlns: true });
  const elements: string[] = [];
  const open: { name: string; ns: string; attrs: Record<string, string>; children: Node[] }[] = [];
  let isRight = true;
  parser.on('error', () => {
    isRight = false;
  });
  parser.on('opentag', (tag) => {
    const attrs: Record<string, string> = Object.create(null);
    for (const { name, local, uri, prefix, value } of Object.values(tag.attributes)) {
      if (uri === 'http://www.w3.org/2000/xmlns/') continue;
      attrs[prefix === '' ? name : prefix === 'xml' ? name : `{${uri}}${local}`] = value;
    }
    open.push({ name: tag.local, ns: tag.uri, attrs, children: [] });
    const [first] = open;
    if (open.length === 1 && first) elements.push(show(new Element(first.name, first.ns, first.attrs)));
  });
  const text = (words: string) => {
    const top = open.at(-1);
    if (top === undefined || open.length < 2 || words === '') return;
    const last = top.children.length - 1;
    if (typeof top.children[last] === 'string') top.children[last] += words;
    else top.children.push(words);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    const { name, ns, attrs, children } = open.pop() as (typeof open)[number];
    const element = new Element(name, ns, attrs, children);
    if (open.length === 1) elements.push(show(element));
    else open.at(-1)?.children.push(element);
  });
  parser.write(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)).close();
  return isRight ? elements : undefined;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

test('mutated streams :: in any pieces and with both scanners the same', () => {
  try {
    let i = 0;
    for (const bytes of mutatedStreams(COUNT)) {
      const whole = parsed([bytes]);
      i++;
      for (const kind of ['wasm', 'js'] as ScannerKind[]) {
        preferScanner(kind);
        for (const size of [bytes.length, 1, 2 + (i % 61)]) {
          const found = parsed(cut(bytes, size));
          if (JSON.stringify(found) !== JSON.stringify(whole)) {
            assert.equal(
              found,
              whole,
              `${kind}, pieces of ${size}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`,
            );
          }
        }
      }
    }
  } finally {
    preferScanner('wasm');
  }
});

test('mutated streams :: what is right, and what it says, saxes finds too', () => {
  let both = 0;
  for (const bytes of mutatedStreams(COUNT, 2)) {
    const { elements, end } = parsed([bytes]);
    // RFC 6120 forbids more than XML does, and a stream has no end of file: that is for other tests.
    if (!isUtf8(bytes) || !['ended', 'not-well-formed', 'bad-namespace-prefix'].includes(end)) continue;
    const theirs = bySaxes(bytes);
    const shown = JSON.stringify(Buffer.from(bytes).toString());
    if (end === 'ended') {
      both++;
      assert.equal(theirs, elements, shown);
    } else {
      assert.is(theirs, undefined, `${end}: ${shown}`);
    }
  }
  assert.ok(both > COUNT / 20, String(both));
});

test.run();
