import { StreamParser } from '../../dist/stanza/index.js';
import { preferScanner } from '../../dist/stanza/xml/scanner.js';
import { canonical, touch } from './tree.mjs';

function parser(onElement) {
  return new StreamParser({
    onElement,
    onError(error) {
      throw error;
    },
  });
}

export const slipway = {
  name: 'slipway',
  namespaces: true,
  walk: parser,
  touch,
  canonical,
  route: (onRoute) =>
    parser(({ attrs }) => {
      onRoute(attrs.to, attrs.from, attrs.type, attrs.id);
    }),
};

/** With the scanner in JavaScript, as where there is no WebAssembly. */
export const slipwayJs = {
  ...slipway,
  name: 'slipway, JavaScript',
  walk: (onStanza) => preferScanner('js') && slipway.walk(onStanza),
  route: (onRoute) => preferScanner('js') && slipway.route(onRoute),
};
