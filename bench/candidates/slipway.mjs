import { StreamParser } from '../../dist/stanza/index.js';
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

const withoutWebAssembly = (parse) => (handler) => {
  WebAssembly.Module = undefined;
  return parse(handler);
};

/** With the scanner in JavaScript, as where there is no WebAssembly. */
export const slipwayJs = {
  ...slipway,
  name: 'slipway, JavaScript',
  walk: withoutWebAssembly(slipway.walk),
  route: withoutWebAssembly(slipway.route),
};
