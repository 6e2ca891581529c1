/** A chart of what was measured, as SVG: one panel for each benchmark, one bar for each candidate. */

const COLUMNS = 2;
const WIDTH = 480;
const BAR = 15;
const LABEL = 172;
const VALUE = 62;
const HEAD = 26;
const GAP = 18;

const MINE = '#1f6f8b';
const OTHERS = '#b8c4cc';
const BASE = '#8796a1';

export function plot(results, machine) {
  const panels = results.map(panel);
  // The next panel goes where there is most room: the columns end at about the same height.
  const heights = new Array(COLUMNS).fill(GAP);
  const placed = panels.map(({ svg, height }) => {
    const column = heights.indexOf(Math.min(...heights));
    const y = heights[column];
    heights[column] += height + GAP;
    return `<g transform="translate(${column * WIDTH + 10} ${y})">${svg}</g>`;
  });
  const bottom = Math.max(...heights);
  const note =
    `Processor time, each candidate in a process of its own; medians of ${results[0].rounds} rounds by turns, ` +
    'thin lines from the lowest to the highest.';
  const where = `${machine.cpu}, ${machine.os}, Node ${machine.node}, Slipway ${machine.slipway}`;
  const [width, height] = [COLUMNS * WIDTH, bottom + 34];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="11"><title>How fast Slipway is beside others</title><rect width="100%" height="100%" fill="#fff"/>` +
    `${placed.join('')}${text(10, bottom + 8, note, { fill: '#444' })}${text(10, bottom + 24, where, { fill: '#444' })}</svg>\n`
  );
}

function panel({ title, base, candidates }) {
  const sorted = Object.entries(candidates).sort(([, a], [, b]) => b.ratio - a.ratio);
  // One round that was disturbed must not make all bars short.
  const longest = 1.2 * Math.max(...sorted.map(([, { ratio }]) => ratio));
  const x = (ratio) => LABEL + ((WIDTH - LABEL - VALUE - 20) * Math.min(ratio, longest)) / longest;
  const bars = sorted.map(([name, { ratio, low, high }], i) => {
    const y = HEAD + i * BAR;
    const fill = name.startsWith('slipway') ? MINE : name === base ? BASE : OTHERS;
    const weight = name.startsWith('slipway') ? 'bold' : 'normal';
    return (
      text(LABEL - 6, y + 10, name, { 'text-anchor': 'end', 'font-weight': weight }) +
      `<rect x="${LABEL}" y="${y}" width="${(x(ratio) - LABEL).toFixed(1)}" height="${BAR - 3}" fill="${fill}"/>` +
      `<path d="M${x(low).toFixed(1)} ${y + 6}H${x(high).toFixed(1)}" stroke="#000" stroke-opacity=".55"/>` +
      text(WIDTH - 24, y + 10, `${ratio.toFixed(2)} ×`, { 'text-anchor': 'end', 'font-weight': weight })
    );
  });
  const head = text(0, 12, title, { 'font-weight': 'bold', 'font-size': 12 });
  const unit = text(WIDTH - 24, 12, `× ${base}`, { 'text-anchor': 'end', fill: '#444' });
  return { svg: head + unit + bars.join(''), height: HEAD + sorted.length * BAR };
}

function text(x, y, words, attributes = {}) {
  const escaped = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const all = Object.entries({ x, y, ...attributes }).map(([name, value]) => ` ${name}="${value}"`);
  return `<text${all.join('')}>${escaped}</text>`;
}
