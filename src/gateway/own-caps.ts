/** What contacts and the gateway can do, as a hash in their presence. XEP-0115. */

import type { Element } from '../stanza/index.ts';
import type { Info } from '../xep/0030-disco.ts';
import { type Caps, c, capsOf } from '../xep/0115-caps.ts';
import { abilitiesOf, describeContact } from './capability.ts';
import type { LegacyContact } from './contact.ts';

/** Names the software in capabilities. */
const NODE = 'urn:slipway:gateway';

/** Makes the same element once for all who can do the same. */
export class OwnCaps {
  readonly #elements = new Map<string, Element>();
  readonly #byAbilities = new Map<string, Element>();
  readonly #infos = new Map<string, Omit<Info, 'node'>>();

  /** At once for what is known already, unless the plugin must be asked what the contact can do. */
  of(contact: LegacyContact): Element | Promise<Element> {
    const abilities = abilitiesOf(contact);
    const known = typeof abilities === 'string' ? this.#byAbilities.get(abilities) : undefined;
    return known ?? this.#find(contact, abilities);
  }

  async #find(contact: LegacyContact, abilities: string | Promise<string>): Promise<Element> {
    const key = await abilities;
    const element = this.#byAbilities.get(key) ?? this.forInfo(await describeContact(contact));
    this.#byAbilities.set(key, element);
    return element;
  }

  forInfo(info: Omit<Info, 'node'>): Element {
    const caps: Caps = capsOf(NODE, info);
    let element = this.#elements.get(caps.ver);
    if (element === undefined) {
      element = c.build(caps);
      this.#elements.set(caps.ver, element);
      this.#infos.set(`${NODE}#${caps.ver}`, info);
    }
    return element;
  }

  /** What a disco node of ours stands for. */
  byNode(node: string): Omit<Info, 'node'> | undefined {
    return this.#infos.get(node);
  }
}
