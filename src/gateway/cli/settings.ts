/** Showing a configuration: what is set, and where. */

import type { OptionTable } from '../options.ts';
import type { CliInput } from './command.ts';

/** A line for each option that was given; never a secret. */
export function printSettings({ values, origins }: CliInput, table: OptionTable): void {
  const given = Object.entries(table).filter(([name]) => origins.has(name));
  const rows = given.map(([name, { secret }]) => {
    return [name, secret ? '(secret)' : shown(values[name]), `from ${origins.get(name)}`] as const;
  });
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column as 0 | 1].length)));
  for (const [name, value, origin] of rows) {
    console.log(`${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${origin}`);
  }
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
