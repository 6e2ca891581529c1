/** Importing a plugin's modules: also those in TypeScript, where something is there that can read it. */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ConfigError } from './options.ts';

const TYPESCRIPT = /\.[mc]?tsx?$/;

/**
 * Imports the module at an absolute path.
 * @throws ConfigError when it is TypeScript, and neither this Node.js nor an installed tsx can read it.
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (TYPESCRIPT.test(path)) await readTypeScript(path);
  return import(pathToFileURL(path).href);
}

/** Whether TypeScript can be imported already: by Node.js itself, or because it was started with tsx. */
export function readsTypeScript(): boolean {
  const { typescript } = process.features as { readonly typescript?: string | false };
  const isTsx = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((each) => each.includes('tsx'));
  return isTsx || (typescript !== undefined && typescript !== false);
}

/** Where tsx is, as seen from a module; nothing where it is not installed. */
export function tsxFor(path: string): string | undefined {
  try {
    // What `node --import tsx` imports.
    return createRequire(path).resolve('tsx');
  } catch {
    return undefined;
  }
}

let isRegistered = false;

async function readTypeScript(path: string): Promise<void> {
  if (isRegistered || readsTypeScript()) return;
  const tsx = tsxFor(path);
  if (tsx === undefined) {
    throw new ConfigError(
      `${path} is TypeScript, which Node.js ${process.versions.node} cannot read by itself: npm install --save-dev tsx`,
    );
  }
  await import(pathToFileURL(tsx).href);
  isRegistered = true;
}
