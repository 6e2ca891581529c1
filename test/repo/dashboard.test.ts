/** The dashboard for Grafana asks for what the gateway exports, and for all of it. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { silentLog } from '../../src/gateway/log.ts';
import { registryFor } from '../../src/gateway/watch/registry.ts';
import { Watch } from '../../src/gateway/watch/watch.ts';
import { suite } from '../support/test.ts';

const test = suite('dashboard');
const FILE = join(resolve(import.meta.dirname, '../..'), 'docs/grafana-dashboard.json');

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const { panels } = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;

/** The samples of a gateway at rest: name, and labels with their values. */
async function samples(): Promise<{ name: string; labels: Record<string, string> }[]> {
  const registry = registryFor({
    watch: new Watch({ log: silentLog, logStripElements: [] }, 1),
    version: '1.2.3',
    isLinked: () => true,
    held: () => 0,
    journal: { counts: async () => [], oldestOutgoing: async () => undefined },
    now: () => 0,
    sessions: () => new Map(),
  });
  // Garbage has not been collected yet: its series come with the first time.
  const text = `${await registry.metrics()}\nnodejs_gc_duration_seconds_sum{kind="minor"} 0`;
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
      return { name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v])) };
    });
}

/** What a query asks for: the metrics with the labels that they must have. */
function selectors(expr: string): { name: string; labels: Record<string, string> }[] {
  return [...expr.matchAll(/\b([a-z]+_\w+)\{([^}]*)\}/g)].map(([, name = '', labels = '']) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v])),
  }));
}

test('queries :: each asks for series that are exported', async () => {
  const exported = await samples();
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const asked = selectors(expr);
      assert.ok(asked.length > 0, `${title}: ${expr}`);
      for (const { name, labels } of asked) {
        const fitting = exported.filter(
          (each) => each.name === name && Object.entries(labels).every(([k, v]) => each.labels[k] === v),
        );
        assert.ok(fitting.length > 0, `${title}: nothing is exported for ${name} ${JSON.stringify(labels)}`);
        for (const [, by = ''] of expr.matchAll(/by \(([^)]*)\)/g)) {
          for (const label of by.split(/,\s*/)) assert.ok(label in (fitting[0]?.labels ?? {}), `${title}: ${label}`);
        }
      }
    }
  }
});

test('queries :: everything of our own that is exported is shown', async () => {
  const asked = new Set(
    panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => selectors(expr))).map((s) => s.name),
  );
  const own = new Set((await samples()).map(({ name }) => name).filter((name) => name.startsWith('slipway_')));
  assert.equal(
    [...own].filter((name) => !asked.has(name)),
    [],
  );
});

test('panels :: none covers another', () => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  assert.is(new Set(cells).size, cells.length);
});

test.run();
