/** The matrix of what works, for people. */

import type { CaseResult } from './suite.ts';

const SIGNS = { passed: '✓', failed: '✗', skipped: '–' } as const;

/** Rows are features, columns conditions; below it what failed, and why. */
export function formatMatrix(results: readonly CaseResult[]): string {
  const conditions = [...new Set(results.map(({ condition }) => condition))];
  const rows = new Map<string, CaseResult[]>();
  for (const result of results) {
    const key = `${result.area}\n${result.feature}`;
    rows.set(key, [...(rows.get(key) ?? []), result]);
  }
  const width = Math.max(...results.flatMap(({ feature, area }) => [feature.length + 2, area.length]), 0);
  const lines: string[] = [];
  let area = '';
  for (const cases of rows.values()) {
    const [first] = cases as [CaseResult, ...CaseResult[]];
    if (first.area !== area) {
      area = first.area;
      lines.push('', `${area.padEnd(width)}  ${conditions.join('  ')}`.trimEnd());
    }
    const reason = cases.every(({ outcome }) => outcome === 'skipped') ? `  ${first.reason}` : '';
    const fields = conditions.map((condition) => {
      const found = cases.find((each) => each.condition === condition);
      return centred(found === undefined ? '' : SIGNS[found.outcome], condition.length);
    });
    lines.push(`  ${first.feature.padEnd(width - 2)}  ${fields.join('  ')}${reason}`.trimEnd());
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  for (const { area: where, feature, condition, reason = '' } of failed) {
    lines.push('', `✗ ${where}: ${feature} (${condition})`, ...reason.split('\n').map((line) => `  ${line}`));
  }
  return [...lines, '', summary(results)].join('\n').trimStart();
}

function summary(results: readonly CaseResult[]): string {
  const count = (outcome: CaseResult['outcome']) => results.filter((each) => each.outcome === outcome).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} do not apply`;
}

function centred(sign: string, width: number): string {
  const left = Math.floor((width - sign.length) / 2);
  return `${' '.repeat(left)}${sign}`.padEnd(width);
}
