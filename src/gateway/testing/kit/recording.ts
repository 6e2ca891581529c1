/** A conversation as it was, to be kept in a file: what clients sent, what the gateway answered, and no secrets. */

import { type Clock, Element, find, JID } from '../../../stanza/index.ts';
import { field as fieldCodec, form as formCodec } from '../../../xep/0004-data-forms.ts';
import { info } from '../../../xep/0030-disco.ts';

/** One stanza. */
export interface RecordedStanza {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly by: 'client' | 'gateway';
  readonly xml: string;
}

/** A conversation. It can be written as JSON. */
export interface Recording {
  readonly version: 1;
  /** The domain of the gateway. */
  readonly gateway: string;
  /** The domain of the users. */
  readonly server: string;
  /** What each client said that it can do, as features of disco; by full JID. */
  readonly features: Readonly<Record<string, readonly string[]>>;
  readonly stanzas: readonly RecordedStanza[];
}

/** What must not be in a recording. */
export interface ScrubOptions {
  /** Further texts that must not be in it. Passwords and other private answers to forms are left out anyway. */
  readonly secrets?: readonly string[];
}

interface Heard {
  readonly at: number;
  readonly by: RecordedStanza['by'];
  readonly stanza: Element;
}

/** Names of fields whose answers are secret, also where no form has said so. */
const SECRET_NAME = /pass(word|phrase)?|secret|token|^code$|^pin$|api.?key/i;

/** Secrets shorter than this are not looked for outside of the field: too much else would look like them. */
const MIN_LENGTH = 4;

export class Recorder {
  readonly #gateway: string;
  readonly #server: string;
  readonly #clock: Clock;
  readonly #start: number;
  readonly #heard: Heard[] = [];
  readonly #features = new Map<string, readonly string[]>();

  constructor(gateway: string, server: string, clock: Clock) {
    this.#gateway = gateway;
    this.#server = server;
    this.#clock = clock;
    this.#start = clock.now();
  }

  /** A client has sent something. */
  sent(stanza: Element): void {
    if (stanza.name === 'iq' && (stanza.attrs.type === 'result' || stanza.attrs.type === 'error')) {
      // Answers are given by whoever replays it: their ids would not fit.
      const described = find(stanza, info);
      if (described !== undefined) this.#features.set(stanza.attrs.from ?? '', described.features);
      return;
    }
    this.#keep('client', stanza);
  }

  /** Something has passed through the server. */
  routed(stanza: Element): void {
    const { from = '', to = '' } = stanza.attrs;
    if (JID.tryParse(from)?.domain !== this.#gateway || JID.tryParse(to)?.local === '') return;
    this.#keep('gateway', stanza);
  }

  recording({ secrets = [] }: ScrubOptions): Recording {
    const scrubber = new Scrubber(
      this.#heard.map(({ stanza }) => stanza),
      secrets,
    );
    const stanzas = this.#heard.map(({ at, by, stanza }) => ({ at, by, xml: scrubber.scrub(stanza) }));
    const features = Object.fromEntries(this.#features);
    return { version: 1, gateway: this.#gateway, server: this.#server, features, stanzas };
  }

  #keep(by: Heard['by'], stanza: Element): void {
    this.#heard.push({ at: this.#clock.now() - this.#start, by, stanza });
  }
}

/** What stands in the place of the answer to a field, or of a text that was named as a secret. */
export function placeholder(name: string): string {
  return `{secret:${name}}`;
}

/** Finds secrets by where they stand, and takes them out wherever they stand. */
class Scrubber {
  /** The names of private fields of forms. */
  readonly #privateNames = new Set<string>();
  /** Placeholders by secret, the longest one first. */
  readonly #secrets: readonly (readonly [secret: string, placeholder: string])[];

  constructor(stanzas: readonly Element[], named: readonly string[]) {
    for (const stanza of stanzas) {
      walk(stanza, (element) => {
        const field = fieldCodec.parse(element);
        if (field?.type === 'text-private' && field.var !== undefined) this.#privateNames.add(field.var);
      });
    }
    const found = new Map<string, string>(named.map((secret, i) => [secret, placeholder(String(i + 1))]));
    for (const stanza of stanzas) {
      walk(stanza, (element) => {
        const [name, values] = this.#secretIn(element) ?? [];
        for (const value of values ?? []) {
          if (value.length >= MIN_LENGTH && name !== undefined && !found.has(value))
            found.set(value, placeholder(name));
        }
      });
    }
    this.#secrets = [...found].filter(([secret]) => secret !== '').sort(([a], [b]) => b.length - a.length);
  }

  scrub(stanza: Element): string {
    return String(this.#scrubbed(stanza));
  }

  #scrubbed(element: Element): Element {
    const [name] = this.#secretIn(element) ?? [];
    const entries = Object.entries(element.attrs).map(([key, value]) => [key, value && this.#without(value)]);
    const attrs = Object.fromEntries(entries);
    const children = element.children.map((child) => {
      if (typeof child !== 'string') return name === undefined ? this.#scrubbed(child) : emptied(child, name);
      return name !== undefined && child.trim() !== '' ? placeholder(name) : this.#without(child);
    });
    return new Element(element.name, element.ns, attrs, children);
  }

  #without(text: string): string {
    return this.#secrets.reduce((left, [secret, instead]) => left.replaceAll(secret, instead), text);
  }

  /** The name and the values of a secret answer; nothing for other elements. */
  #secretIn(element: Element): [name: string, values: readonly string[]] | undefined {
    const field = fieldCodec.parse(element);
    if (field !== undefined) {
      const { var: name = '', values } = field;
      return this.#privateNames.has(name) || SECRET_NAME.test(name) ? [name, values] : undefined;
    }
    // The standard fields of XEP-0077, and whatever is called like a password.
    const { name } = element;
    return SECRET_NAME.test(name) && element.getChildElements().length === 0 && find(element, formCodec) === undefined
      ? [name, [element.text()].filter((text) => text !== '')]
      : undefined;
  }
}

/** A child of a field: its values are not shown, its label is. */
function emptied(child: Element, name: string): Element {
  return child.name === 'value' && child.text() !== ''
    ? new Element(child.name, child.ns, child.attrs, [placeholder(name)])
    : child;
}

function walk(element: Element, see: (element: Element) => void): void {
  see(element);
  for (const child of element.getChildElements()) walk(child, see);
}
