/** The version of this package. */

import { readFileSync } from 'node:fs';

/** The same file, seen from the sources and from what is compiled of them. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
