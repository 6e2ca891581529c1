/** How the cost of one grows with how many there are: one small chart for each measure, as SVG. */

const WIDTH = 340;
const HEIGHT = 130;
const COLUMNS = 3;

export function plotScaling(results, machine) {
  const shown = results.filter(({ points }) => points.length > 1);
  const rows = Math.ceil(shown.length / COLUMNS);
  const [width, height] = [COLUMNS * WIDTH, rows * HEIGHT + 24];
  const parts = shown.map((result, i) => {
    const at = `translate(${(i % COLUMNS) * WIDTH} ${Math.floor(i / COLUMNS) * HEIGHT})`;
    return `<g transform="${at}">${chart(result)}</g>`;
  });
  parts.push(
    text(8, height - 8, `${machine.cpu}, Node ${machine.node}. Cost of one against how many there are.`, '#333'),
  );
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="10"><title>How the cost of one grows with how many there are</title>`;
  return `${head}<rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`;
}

function chart({ title, unit, goal, points }) {
  const [left, top, right, bottom] = [36, 30, WIDTH - 24, HEIGHT - 22];
  const highest = Math.max(goal ?? 0, ...points.map(({ value }) => value)) * 1.1;
  const x = (i) => left + ((right - left) * i) / (points.length - 1);
  const y = (value) => bottom - ((bottom - top) * value) / highest;
  const marks = points.map(({ size, value }, i) => {
    const label = value >= 10 ? value.toFixed(0) : value.toFixed(1);
    return (
      `<circle cx="${x(i)}" cy="${y(value).toFixed(1)}" r="3" fill="#1f6f8b"/>` +
      text(x(i), y(value) - 6, label, '#1f6f8b', 'middle') +
      text(x(i), bottom + 12, String(size), '#333', 'middle')
    );
  });
  const line = points.map(({ value }, i) => `${x(i)},${y(value).toFixed(1)}`).join(' ');
  const limit =
    goal === undefined
      ? ''
      : `<path d="M${left} ${y(goal).toFixed(1)}H${right}" stroke="#b8584c" stroke-dasharray="4 3"/>${text(left - 4, y(goal) + 3, String(goal), '#b8584c', 'end')}`;
  return (
    `${text(8, 14, `${title}, ${unit}`, '#000')}<path d="M${left} ${top}V${bottom}H${right}" stroke="#999" fill="none"/>` +
    `${limit}<polyline points="${line}" fill="none" stroke="#1f6f8b"/>${marks.join('')}`
  );
}

function text(x, y, words, fill, anchor = 'start') {
  const escaped = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${fill}" text-anchor="${anchor}">${escaped}</text>`;
}
