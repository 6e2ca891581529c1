/** One more place of a codec: further in. */

import type { Field } from './codec.ts';
import { attrMap, Element, type Node } from './xml/element.ts';

/**
 * What `field` holds, in a child element of its own: `inside(NS, 'extensions', rest())`. A child that is missing holds
 * nothing, and for nothing none is written.
 */
export function inside<T, Optional extends boolean>(
  ns: string,
  name: string,
  field: Field<T, Optional>,
): Field<T, Optional> {
  const nothing = new Element(name, ns);
  return {
    optional: field.optional,
    reads: (el) => el.is(name, ns),
    read: (el, path) => field.read(el.getChild(name, ns) ?? nothing, `${path}/${name}`),
    write(value, draft) {
      const attrs = attrMap();
      const children: Node[] = [];
      field.write(value, { attrs, children });
      if (children.length > 0 || Object.keys(attrs).length > 0)
        draft.children.push(new Element(name, ns, attrs, children));
    },
  };
}
