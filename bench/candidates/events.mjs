/** Parsers that report events and leave namespaces, and most checks, to others. */

import EasySax from 'easysax';
import { Parser as HtmlParser2 } from 'htmlparser2';
import { decoded } from './saxes.mjs';
import { canonical, Stanzas, touch } from './tree.mjs';

/** @param events makes a parser that calls `start(name, attrs)`, `end()` and `text(text)`. */
function candidate(name, note, events) {
  return {
    name,
    note,
    namespaces: false,
    touch,
    canonical,
    walk(onStanza) {
      const stanzas = new Stanzas(onStanza);
      return events(
        (tag, attrs) => stanzas.start(tag, '', attrs),
        () => stanzas.end(),
        (text) => stanzas.text(text),
      );
    },
    route(onRoute) {
      let depth = 0;
      return events(
        (_, attrs) => {
          if (depth++ === 1) onRoute(attrs.to, attrs.from, attrs.type, attrs.id);
        },
        () => {
          depth--;
        },
        undefined,
      );
    },
  };
}

export const htmlparser2 = candidate('htmlparser2', 'no checks', (start, end, ontext) =>
  decoded(
    new HtmlParser2(
      { onopentag: (name, attrs) => start(name, attrs), onclosetag: end, ...(ontext && { ontext }) },
      { xmlMode: true },
    ),
  ),
);

export const easysax = candidate('easysax', 'no checks', (start, end, text) => {
  const parser = new EasySax();
  const NONE = {};
  parser.on('error', (message) => {
    throw new Error(message);
  });
  parser.on('startNode', (name, getAttr) => {
    const attrs = getAttr();
    start(name, attrs === true ? NONE : attrs);
  });
  parser.on('endNode', end);
  if (text) {
    parser.on('textNode', text);
    parser.on('cdata', text);
  }
  return decoded({ write: (chunk) => parser.write(chunk), end: () => parser.end('') });
});

/** node-expat needs a compiler to install; `undefined` where there was none. */
export const nodeExpat = await import('node-expat').then(
  ({ default: { Parser } }) =>
    candidate('node-expat', 'native, no namespaces', (start, end, text) => {
      const parser = new Parser('UTF-8');
      parser.on('error', (error) => {
        throw new Error(error);
      });
      parser.on('startElement', start);
      parser.on('endElement', end);
      if (text) parser.on('text', text);
      return { write: (chunk) => parser.write(chunk), end: () => parser.end() };
    }),
  () => undefined,
);
