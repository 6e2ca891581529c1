/** saxes and sax: the parsers that check well-formedness and resolve namespaces, as Slipway does. */

import { StringDecoder } from 'node:string_decoder';
import sax from 'sax';
import { SaxesParser } from 'saxes';
import { canonical, Stanzas, touch } from './tree.mjs';

/** Bytes for a parser that reads strings; characters may be cut. */
export function decoded(parser) {
  const decoder = new StringDecoder('utf8');
  return {
    write: (chunk) => parser.write(decoder.write(chunk)),
    end: () => parser.end?.(),
  };
}

const fail = (error) => {
  throw error;
};

/** The attributes of a tag as saxes and sax report them, without namespace declarations. */
function attributes(tag) {
  const attrs = {};
  for (const name in tag.attributes) {
    const { prefix, value } = tag.attributes[name];
    if (name !== 'xmlns' && prefix !== 'xmlns') attrs[name] = value;
  }
  return attrs;
}

function saxesEvents({ onopentag, onclosetag, ontext }) {
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('error', fail);
  parser.on('opentag', onopentag);
  parser.on('closetag', onclosetag);
  if (ontext) {
    parser.on('text', ontext);
    parser.on('cdata', ontext);
  }
  return decoded({ write: (text) => parser.write(text), end: () => parser.close() });
}

function saxEvents({ onopentag, onclosetag, ontext }) {
  const parser = sax.parser(true, { xmlns: true, position: false });
  parser.onerror = fail;
  parser.onopentag = onopentag;
  parser.onclosetag = onclosetag;
  if (ontext) {
    parser.ontext = ontext;
    parser.oncdata = ontext;
  }
  return decoded({ write: (text) => parser.write(text), end: () => parser.close() });
}

/** The tree of each stanza, and its addresses alone, from a function that reports events. */
function candidate(name, events) {
  return {
    name,
    namespaces: true,
    touch,
    canonical,
    walk(onStanza) {
      const stanzas = new Stanzas(onStanza);
      return events({
        onopentag: (tag) => stanzas.start(tag.local, tag.uri, attributes(tag)),
        onclosetag: () => stanzas.end(),
        ontext: (text) => stanzas.text(text),
      });
    },
    route(onRoute) {
      let depth = 0;
      return events({
        onopentag({ attributes: { to, from, type, id } }) {
          if (depth++ === 1) onRoute(to?.value, from?.value, type?.value, id?.value);
        },
        onclosetag() {
          depth--;
        },
      });
    },
  };
}

export const saxes = candidate('saxes', saxesEvents);
export const saxStrict = candidate('sax', saxEvents);

/** saxes without a tree: each event looks at what it gets, and nothing is kept. */
export const saxesBare = {
  name: 'saxes, no tree',
  note: 'events only',
  namespaces: true,
  sums: (onSum) => {
    let sum = 0;
    let depth = 0;
    return saxesEvents({
      onopentag(tag) {
        if (depth++ === 0) return;
        sum += tag.local.length + tag.uri.length;
        for (const name in tag.attributes) {
          const { prefix, value } = tag.attributes[name];
          if (name !== 'xmlns' && prefix !== 'xmlns') sum += name.length + value.length;
        }
      },
      onclosetag() {
        if (--depth !== 1) return;
        onSum(sum);
        sum = 0;
      },
      ontext(text) {
        if (depth > 1) sum += text.length;
      },
    });
  },
};
