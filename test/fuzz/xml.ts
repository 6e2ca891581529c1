/**
 * The fuzz test of the parser at any length: `node --import tsx --conditions=slipway-source test/fuzz/xml.ts 1000000 7`.
 * With `expat` as third argument it compares with expat instead of saxes, which needs python3.
 * `npm run check` runs a few seconds of it, see test/stanza/xml/fuzz.test.ts.
 */

import { fuzzWithExpat } from '../support/xml-expat.ts';
import { fuzzXml } from '../support/xml-fuzz.ts';

const [count = '100000', seed = '1', reference = 'saxes'] = process.argv.slice(2);
const started = performance.now();
const { differences, ...counts } =
  reference === 'expat' ? fuzzWithExpat(Number(count), Number(seed)) : fuzzXml(Number(count), Number(seed), 200);
for (const difference of differences) console.log(difference);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(JSON.stringify({ reference, seed: Number(seed), seconds, ...counts, differences: differences.length }));
process.exit(differences.length === 0 ? 0 : 1);
