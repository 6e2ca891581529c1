import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../../support/test.ts';

const test = suite('scanner', { timeout: 60_000 });

const root = fileURLToPath(new URL('../../..', import.meta.url));
const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

test('environment :: nothing needs WebAssembly or code made of strings', () => {
  const script = `
    // Not all of it: what reads TypeScript here needs it, too.
    WebAssembly.Module = undefined;
    const { StreamParser } = await import('slipway/stanza');
    const seen = [];
    const parser = new StreamParser({ onElement: ({ attrs }) => seen.push(attrs.id) });
    parser.write('<s>' + Array.from({ length: 200 }, (_, i) => "<iq id='" + i + "' to='a'/>").join(''));
    console.log(seen.join());
  `;
  const options = ['--disallow-code-generation-from-strings', '--import', 'tsx', '--conditions=slipway-source'];
  const { stdout, stderr } = node(...options, '--input-type=module', '--eval', script);
  assert.is(stdout.trim(), Array.from({ length: 200 }, (_, i) => i).join(), stderr.slice(-500));
});

test.run();
