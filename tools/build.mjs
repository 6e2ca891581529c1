// Makes dist of src: declarations by the compiler, a file for each module; code by esbuild, a file for each entry point.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from './bundle.mjs';

const root = resolve(import.meta.dirname, '..');
const tsc = join(root, 'node_modules/typescript/bin/tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

await bundle(join(root, 'dist'));
copyFileSync(join(root, 'node_modules/kysely/LICENSE'), join(root, 'dist/kysely.LICENSE'));
chmodSync(join(root, 'dist/gateway/bin.js'), 0o755);
