/** A bar chart of what was measured, as SVG: one group for each benchmark, one bar for each candidate. */

const BAR = 16;
const LABEL = 190;
const WIDTH = 760;

export function plot(results, machine) {
  const longest = Math.max(...results.flatMap(({ candidates }) => Object.values(candidates).map(({ ratio }) => ratio)));
  const scale = (WIDTH - LABEL - 90) / longest;
  const parts = [];
  let y = 30;
  for (const { title, base, candidates } of results) {
    parts.push(text(0, y, `${title} (× ${base})`, 'font-weight="bold"'));
    y += 8;
    const sorted = Object.entries(candidates).sort(([, a], [, b]) => b.ratio - a.ratio);
    for (const [name, { ratio, low, high }] of sorted) {
      const mine = name.startsWith('slipway');
      const middle = y + BAR / 2;
      parts.push(
        text(LABEL - 8, middle + 4, name, 'text-anchor="end"'),
        `<rect x="${LABEL}" y="${y}" width="${(ratio * scale).toFixed(1)}" height="${BAR - 3}" fill="${mine ? '#1f6f8b' : '#b8c4cc'}"/>`,
        // How far the rounds lie apart.
        `<path d="M${at(low)} ${middle - 1.5}H${at(Math.min(high, longest))}" stroke="#333" stroke-width="1"/>`,
        text(WIDTH - 50, middle + 4, ratio.toFixed(2)),
      );
      y += BAR;
    }
    y += 28;
  }
  parts.push(text(0, y, `${machine.cpu}, Node ${machine.node}. Median of the rounds; the line is their spread.`));
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 16}" font-family="sans-serif" font-size="12">`;
  return `${head}<rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`;

  function at(ratio) {
    return (LABEL + ratio * scale).toFixed(1);
  }
}

function text(x, y, words, attributes = '') {
  const escaped = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
