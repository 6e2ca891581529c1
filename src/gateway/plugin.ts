/** Finding a plugin's classes in a module. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { OPTIONS } from './config.ts';
import { LegacyContact } from './contact.ts';
import { BaseGateway } from './gateway.ts';
import { importModule } from './import-module.ts';
import { LegacyBookmarks } from './muc/bookmarks.ts';
import { LegacyParticipant } from './muc/participant.ts';
import { LegacyMUC } from './muc/room.ts';
import { ConfigError, PluginOptions, withFileOptions } from './options.ts';
import { LegacyRoster } from './roster.ts';
import type { PluginClasses } from './services.ts';
import { BaseSession } from './session.ts';

type AnyClass = abstract new (...args: never[]) => object;

const BASES: Readonly<Record<string, AnyClass>> = {
  BaseGateway,
  BaseSession,
  LegacyRoster,
  LegacyContact,
  LegacyBookmarks,
  LegacyMUC,
  LegacyParticipant,
};

/** A plugin: its classes, and the options that it declares. */
export interface Plugin extends PluginClasses {
  readonly options: PluginOptions | undefined;
}

/**
 * Imports a plugin: a path of a module (`./my-plugin.js`) or the name of a package.
 * @throws ConfigError when it cannot be imported, or lacks a class, or has one twice.
 */
export async function loadPlugin(specifier: string): Promise<Plugin> {
  const isPath = /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(specifier) || existsSync(specifier);
  const path = resolve(specifier);
  if (isPath && !existsSync(path)) throw new ConfigError(`--legacy-network: there is no file ${path}`);
  let module: Record<string, unknown>;
  try {
    module = await (isPath ? importModule(path) : import(specifier));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`--legacy-network: cannot import ${specifier}: ${(error as Error).message}`);
  }
  return pluginClasses(module, specifier);
}

/** Finds the subclasses, and the options, among what a module exports. `name` is what to call the module in errors. */
export function pluginClasses(module: Readonly<Record<string, unknown>>, name: string): Plugin {
  const of = (base: string) => onlySubclass(module, base, name);
  const required = (base: string) => {
    const found = of(base);
    if (found === undefined)
      throw new ConfigError(`${name} exports no subclass of ${base}${foreignHint(module, base)}`);
    return found;
  };
  return {
    gateway: required('BaseGateway'),
    session: required('BaseSession'),
    roster: of('LegacyRoster'),
    contact: of('LegacyContact'),
    bookmarks: of('LegacyBookmarks'),
    muc: of('LegacyMUC'),
    participant: of('LegacyParticipant'),
    options: optionsIn(module, name),
  } as unknown as Plugin;
}

/** Of the same names as the gateway's own, nobody could say which is meant. */
function optionsIn(module: Readonly<Record<string, unknown>>, name: string): PluginOptions | undefined {
  const found = new Set(Object.values(module).filter((each) => each instanceof PluginOptions));
  if (found.size > 1) throw new ConfigError(`${name} exports more than one table of options: make it one`);
  const [options] = found;
  const taken = Object.keys(options?.table ?? {}).find((each) => RESERVED.has(each));
  if (taken !== undefined) {
    throw new ConfigError(
      `${name} declares the option ${taken}, which the gateway has itself: begin it with the network's name`,
    );
  }
  return options;
}

const RESERVED = new Set([...Object.keys(withFileOptions(OPTIONS)), 'config', 'help', 'version', 'check']);

function onlySubclass(module: Readonly<Record<string, unknown>>, base: string, name: string): AnyClass | undefined {
  const found = new Set(
    Object.values(module).filter(
      (each): each is AnyClass => typeof each === 'function' && each.prototype instanceof (BASES[base] as AnyClass),
    ),
  );
  if (found.size > 1) {
    const names = [...found].map((each) => each.name).join(' and ');
    throw new ConfigError(`${name} exports more than one subclass of ${base}: ${names}`);
  }
  return [...found][0];
}

/** A plugin may have got another copy of this library than the one that runs it. */
function foreignHint(module: Readonly<Record<string, unknown>>, base: string): string {
  for (const each of Object.values(module)) {
    for (let proto = each; typeof proto === 'function'; proto = Object.getPrototypeOf(proto)) {
      if (proto.name === base) return ' of this copy of slipway: install the plugin and slipway in the same place';
    }
  }
  return '';
}
