/** XML streams for a peer that must not be the bottleneck: cut into stanzas by looking for tags, counted by looking for text. */

/** Cuts what the other side writes into elements. It must write `>` in attributes as `&gt;`, as servers and Slipway do. */
export class Cutter {
  #rest = '';
  #onElement;

  constructor(onElement) {
    this.#onElement = onElement;
  }

  push(text) {
    const all = this.#rest + text;
    let at = 0;
    for (;;) {
      const start = all.indexOf('<', at);
      if (start === -1) break;
      const end = elementEnd(all, start);
      if (end === -1) {
        at = start;
        break;
      }
      this.#onElement(all.slice(start, end));
      at = end;
    }
    this.#rest = all.slice(at);
  }
}

/** Where the element that begins at `start` ends; -1 when that has not come yet. Stream tags and `<?xml?>` stand alone. */
function elementEnd(text, start) {
  const tagEnd = text.indexOf('>', start) + 1;
  if (tagEnd === 0) return -1;
  const first = text.charCodeAt(start + 1);
  const isAlone = first === 0x3f /* ? */ || first === 0x2f /* / */ || text.startsWith('stream:stream', start + 1);
  if (isAlone || text.charCodeAt(tagEnd - 2) === 0x2f) return tagEnd;
  let nameEnd = start + 1;
  while (!' />'.includes(text[nameEnd])) nameEnd++;
  const name = text.slice(start + 1, nameEnd);
  const [open, close] = [`<${name}`, `</${name}>`];
  let depth = 1;
  let at = tagEnd;
  for (;;) {
    const closed = text.indexOf(close, at);
    if (closed === -1) return -1;
    // The same name inside, as in a forwarded message.
    for (let inner = text.indexOf(open, at); inner !== -1 && inner < closed; inner = text.indexOf(open, inner + 1)) {
      const innerEnd = text.indexOf('>', inner);
      if (' />'.includes(text[inner + open.length]) && text[innerEnd - 1] !== '/') depth++;
    }
    at = closed + close.length;
    if (--depth === 0) return at;
  }
}

/** The value of an attribute of the element itself. */
export function attribute(xml, name) {
  const tag = xml.slice(0, xml.indexOf('>'));
  const found = new RegExp(` ${name}=(?:'([^']*)'|"([^"]*)")`).exec(tag);
  return found?.[1] ?? found?.[2];
}

/** Counts the elements that hold certain texts, and says when there are so many. */
export class Counter {
  #needles = [];
  #counts = {};
  #last = {};
  #waiting = [];
  /** Nanoseconds on the way, by the time stamp (`@123@`) in a stanza. */
  #delays = [];
  #isTiming = false;

  /** @param needles by name: the texts that must all be in the element. */
  reset(needles, options) {
    this.#needles = Object.entries(needles).map(([name, texts]) => [name, [texts].flat()]);
    this.#counts = Object.fromEntries(Object.keys(needles).map((name) => [name, 0]));
    this.#waiting = [];
    this.#delays = [];
    this.#isTiming = options?.isTiming === true;
  }

  take(xml) {
    for (const [name, texts] of this.#needles) {
      if (!texts.every((text) => xml.includes(text))) continue;
      this.#counts[name]++;
      this.#last[name] = xml;
    }
    if (this.#isTiming) {
      const delay = delayOf(xml);
      if (delay !== undefined) this.#delays.push(delay);
    }
    if (this.#waiting.length > 0) this.#wake();
  }

  get counts() {
    return { ...this.#counts };
  }

  /** The last element that was counted under this name. */
  last(name) {
    return this.#last[name];
  }

  get delays() {
    return this.#delays;
  }

  /** Resolves when so many were counted, with the time. */
  until(name, count) {
    return new Promise((resolve) => {
      this.#waiting.push({ name, count, resolve });
      this.#wake();
    });
  }

  #wake() {
    for (const each of this.#waiting.filter(({ name, count }) => this.#counts[name] >= count)) {
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      each.resolve(now());
    }
  }
}

/** Milliseconds on a clock that all processes of the machine share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A time to be put into a text. */
export function stamp() {
  return `@${process.hrtime.bigint()}@`;
}

/** Nanoseconds since the time in a text. */
export function delayOf(text) {
  const start = /@(\d{9,})@/.exec(text);
  return start === null ? undefined : Number(process.hrtime.bigint() - BigInt(start[1]));
}

export function percentile(list, share) {
  const sorted = Float64Array.from(list).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A stanza with `{i}` (its number), `{m}` (the number modulo `modulo`) and `{t}` (a time stamp), cut once for many. */
export function template(xml, modulo = 1) {
  const parts = xml.split(/(\{[imt]\})/);
  return (i) => {
    let text = '';
    for (const part of parts)
      text += part === '{i}' ? i : part === '{m}' ? i % modulo : part === '{t}' ? stamp() : part;
    return text;
  };
}

/**
 * Writes so many stanzas, as fast as the other side takes them, or so many in a second.
 * @param write puts text on the wire; returns false when `drained` should be awaited.
 */
export async function flood({ xml, count, modulo, from = 0, perSecond }, write, drained) {
  const make = template(xml, modulo);
  const started = now();
  let sent = 0;
  while (sent < count) {
    const due = perSecond === undefined ? count : Math.min(count, Math.floor(((now() - started) * perSecond) / 1000));
    let text = '';
    for (; sent < due && text.length < 65_536; sent++) text += make(from + sent);
    if (text !== '' && !write(text)) await drained();
    else if (sent >= due && sent < count) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
