// The template, filled in: names in the place of names, and only the parts that were asked for.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TEMPLATE = join(import.meta.dirname, 'template');

/** How people log in to the network. */
export const LOGINS = ['password', 'code', 'qr'];

/**
 * Writes the plugin.
 * @param {string} folder where to: files that are there already are left alone, and are an error.
 * @param {{ network: string, login: string, groups: boolean, slipway: string }} answers `slipway` is the version to use.
 * @returns {string[]} the files, as paths within the folder.
 */
export function fillIn(folder, answers) {
  const names = namesOf(answers.network);
  const holds = { ...names, slipway: answers.slipway };
  const flags = new Set([answers.login, answers.groups ? 'groups' : 'no-groups']);
  const files = readdirSync(TEMPLATE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(TEMPLATE.length + 1));
  for (const file of files) {
    const text = parts(readFileSync(join(TEMPLATE, file), 'utf8'), flags);
    const path = join(folder, target(file));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      text.replace(/__(\w+?)__/g, (whole, name) => holds[name] ?? whole),
      { flag: 'wx' },
    );
  }
  return files.map(target).sort();
}

/** npm leaves out .gitignore from packages. */
function target(file) {
  return file === 'gitignore' ? '.gitignore' : file;
}

/** `Pigeon Post` is `PigeonPost` in names of classes, and `pigeon-post` in those of packages. */
export function namesOf(network) {
  const words = network.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? [];
  const title = words.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
  const Class = /^[A-Za-z]/.test(title) ? title : `My${title}`;
  const id = words.join('-').toLowerCase() || 'my-network';
  return { Class, id, network: network.replace(/['\\`$]/g, '') };
}

/** Keeps what stands between `//#if flag` and `//#end` for one of the flags; several flags may be named. */
function parts(text, flags) {
  const kept = [];
  let isIn = true;
  for (const line of text.split('\n')) {
    const condition = /^\s*(?:\/\/|<!--|#)#if ([\w -]+?)(?: -->)?$/.exec(line);
    if (condition !== null) isIn = condition[1].split(' ').some((flag) => flags.has(flag));
    else if (/^\s*(?:\/\/|<!--|#)#end(?: -->)?$/.test(line)) isIn = true;
    else if (isIn) kept.push(line);
  }
  return kept.join('\n');
}
