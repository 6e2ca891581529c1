/** Broken elements, made from whole ones in a way that is the same each time. */

import { Element, type Node } from '../../src/stanza/index.ts';
import { randomNumbers } from './random.ts';

/** Text that is wrong in most places, and right in some. */
const JUNK = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  '99999999999999999999',
  'true',
  'none',
  'NaN',
  '__proto__',
  'constructor',
  'a@b@c',
  '/',
  'user@example.com/x',
  '2024-02-30T25:61:61Z',
  '2024-02-29T12:00:00Z',
  '=',
  'QUJD',
  'QUI',
  '<&>\'"',
  '👋\u0301',
  'x'.repeat(1100),
];

/** No element has an empty text as a child: the parser makes none. */
const JUNK_TEXT = JUNK.filter((text) => text !== '');

/** `count` elements, each one of `whole` with one to four things changed somewhere in it. */
export function* mutants(whole: readonly Element[], count: number, seed: number): Generator<Element> {
  const random = randomNumbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const names = [...new Set(whole.flatMap(namesIn))];

  const mutated = (el: Element, inside: boolean): Element => {
    const { name, ns, attrs, children } = el;
    const keys = Object.keys(attrs);
    const elements = children.filter((child) => typeof child !== 'string');
    // Deeper first: most of what can break is further in.
    if (elements.length > 0 && below(3) > 0) {
      const chosen = oneOf(elements);
      return new Element(
        name,
        ns,
        attrs,
        children.map((child) => (child === chosen ? mutated(chosen, true) : child)),
      );
    }
    const key = keys.length === 0 ? 'id' : oneOf(keys);
    const at = below(children.length + 1);
    const without = (index: number): Node[] => children.filter((_, i) => i !== index);
    switch (below(12)) {
      case 0:
        return new Element(name, ns, { ...attrs, [key]: undefined }, children);
      case 1:
      case 2:
        return new Element(name, ns, { ...attrs, [key]: oneOf(JUNK) }, children);
      case 3:
        return new Element(
          name,
          ns,
          { ...attrs, [oneOf(['id', 'type', 'jid', 'xml:lang', '__proto__'])]: oneOf(JUNK) },
          children,
        );
      case 4:
        return new Element(name, ns, attrs, without(at));
      case 5:
        return new Element(
          name,
          ns,
          attrs,
          children.flatMap((child, i) => (i === at ? [child, child] : [child])),
        );
      case 6:
        return new Element(name, ns, attrs, children.toReversed());
      case 7:
        return new Element(name, ns, attrs, [oneOf(JUNK_TEXT)]);
      case 8:
        return new Element(name, ns, attrs, children.toSpliced(at, 0, oneOf(JUNK_TEXT)));
      case 9:
        return new Element(
          name,
          ns,
          attrs,
          children.toSpliced(at, 0, new Element(oneOf(names), oneOf([ns, '', 'urn:other']))),
        );
      case 10:
        return inside ? new Element(oneOf(names), ns, attrs, children) : new Element(name, ns);
      default:
        return inside ? new Element(name, 'urn:other', attrs, children) : new Element(name, ns, {}, children);
    }
  };

  for (let i = 0; i < count; i++) {
    let el = oneOf(whole);
    for (let changes = 1 + below(4); changes > 0; changes--) el = mutated(el, false);
    yield merged(el);
  }
}

/** Neighbouring texts become one, as the parser would have it. */
function merged({ name, ns, attrs, children }: Element): Element {
  const nodes: Node[] = [];
  for (const child of children) {
    const last = nodes.at(-1);
    if (typeof child !== 'string') nodes.push(merged(child));
    else if (typeof last === 'string') nodes[nodes.length - 1] = last + child;
    else nodes.push(child);
  }
  return new Element(name, ns, attrs, nodes);
}

function namesIn(el: Element): string[] {
  return [el.name, ...el.getChildElements().flatMap(namesIn)];
}
