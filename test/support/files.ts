/** Generators of files and where they are: several XEPs share them. */

import * as a from './arbitraries.ts';

export const hash = a.object({ algo: a.text, value: a.bytes });
const lists = {
  descs: a.list(a.langText),
  hashes: a.list(hash),
  thumbnails: a.list(a.object({ uri: a.text }, { mediaType: a.text, width: a.count, height: a.count })),
};
const known = { mediaType: a.text, name: a.text, date: a.date, size: a.count };
export const mediaFile = a.object(lists, known);
export const file = a.object(lists, { ...known, width: a.count, height: a.count, length: a.count });
export const sources = a.object(
  { urls: a.list(a.object({ target: a.url }, { desc: a.text })), others: a.list(a.foreign) },
  { id: a.text },
);
