/** A plain tree for parsers that report events, as whoever reads stanzas with one of them has to build. */

export class Stanzas {
  #open = [];
  #onStanza;

  constructor(onStanza) {
    this.#onStanza = onStanza;
  }

  start(name, ns, attrs) {
    const node = { name, ns, attrs, children: [] };
    if (this.#open.length > 1) this.#open[this.#open.length - 1].children.push(node);
    this.#open.push(node);
  }

  text(text) {
    if (this.#open.length < 2) return;
    const { children } = this.#open[this.#open.length - 1];
    const last = children.length - 1;
    // Some parsers report a text in pieces.
    if (typeof children[last] === 'string') children[last] += text;
    else children.push(text);
  }

  end() {
    const node = this.#open.pop();
    if (this.#open.length === 1) this.#onStanza(node);
  }
}

/** Looks at everything: the sum of all lengths. */
export function touch(node) {
  let sum = node.name.length + node.ns.length;
  const { attrs, children } = node;
  for (const name in attrs) sum += name.length + attrs[name].length;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    sum += typeof child === 'string' ? child.length : touch(child);
  }
  return sum;
}

/** A node as text that is the same for all parsers: `[name, namespace, attributes, children]`. */
export function canonical(node) {
  const children = [];
  for (const child of node.children) {
    const last = children.length - 1;
    if (typeof child !== 'string') children.push(canonical(child));
    else if (typeof children[last] === 'string') children[last] += child;
    else if (child !== '') children.push(child);
  }
  return [node.name, node.ns, Object.entries(node.attrs).sort(([a], [b]) => (a < b ? -1 : 1)), children];
}
