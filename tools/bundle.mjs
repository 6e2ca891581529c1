// Makes JavaScript of src by esbuild: a file for each entry point, and chunks that they share.
//
// Every file that is loaded costs time and memory at each start, far more than what is in it:
// - Kysely is built in, as far as it is used: it has 250 modules.
// - The gateway has its own copies of the XEP modules in its own file. They have no state and no classes, so it makes no
//   difference whose codec is used. The stanza layer has both: it is shared by all, in chunks.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const ownXeps = {
  name: 'own-xeps',
  setup({ onResolve }) {
    const isOwn = ({ importer, pluginData }) =>
      pluginData === ownXeps || importer.startsWith(join(root, 'src/gateway/'));
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, (args) => {
      const path = resolve(dirname(args.importer), args.path);
      if (!isOwn(args) || dirname(path) !== join(root, 'src/xep')) return undefined;
      return { path, suffix: '?gateway', pluginData: ownXeps };
    });
  },
};

/**
 * The stanza layer in one file: whoever needs some of it gets all, since each XEP that took other parts of it would have
 * it cut into many. In a file that is loaded anyway, a function that is not called costs next to nothing.
 */
const wholeStanza = {
  name: 'whole-stanza',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ importer, path }) => {
      const resolved = resolve(dirname(importer), path);
      return resolved.startsWith(join(root, 'src/stanza/')) ? { path: resolved, sideEffects: true } : undefined;
    });
    onLoad({ filter: /[\\/]src[\\/]xep[\\/][^\\/]*\.ts$/ }, ({ path, pluginData }) => ({
      contents: `import '../stanza/index.ts'; ${readFileSync(path, 'utf8')}`,
      loader: 'ts',
      pluginData,
    }));
  },
};

export async function bundle(outdir) {
  await build({
    absWorkingDir: root,
    entryPoints: [
      'src/stanza/index.ts',
      ...readdirSync(join(root, 'src/xep')).map((file) => `src/xep/${file}`),
      'src/gateway/index.ts',
      'src/gateway/bin.ts',
      'src/gateway/testing/index.ts',
    ],
    outbase: 'src',
    outdir,
    // Two levels below the package, as src/gateway: what is found relative to a module is found from a chunk too.
    chunkNames: 'gateway/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys(dependencies).filter((name) => name !== 'kysely'),
    plugins: [ownXeps, wholeStanza],
    minifyWhitespace: true,
    sourcemap: true,
    logLevel: 'warning',
  });
}
