/** XMPP addresses: splitting, preparation, comparison. RFC 7622. */

import { domainToASCII, domainToUnicode } from 'node:url';
import { detached } from './detached.ts';
import { prepareLocal, prepareResource } from './precis.ts';

/** A string that is not an XMPP address. */
export class JidError extends TypeError {
  override readonly name = 'JidError';
}

/** An address `local@domain/resource`, prepared: two addresses are the same when their `full` strings are. */
export class JID {
  /** `''` when there is none. */
  readonly local: string;
  readonly domain: string;
  /** `''` when there is none. */
  readonly resource: string;
  /** `local@domain`, or `domain`. */
  readonly bare: string;
  /** The whole address. */
  readonly full: string;

  /** The parts are prepared as RFC 7622 §3 says. Throws JidError. */
  constructor(local: string, domain: string, resource = '') {
    this.local = local === '' ? '' : limited('localpart', prepareLocal(local), local);
    this.domain = limited('domainpart', prepareDomain(domain), domain);
    this.resource = resource === '' ? '' : limited('resourcepart', prepareResource(resource), resource);
    this.bare = this.local === '' ? this.domain : `${this.local}@${this.domain}`;
    this.full = this.resource === '' ? this.bare : `${this.bare}/${this.resource}`;
  }

  /** Reads an address. The results for recently seen strings are kept. Throws JidError. */
  static parse(given: string): JID {
    const known = recent.get(given);
    if (known !== undefined) return known;
    // Addresses are remembered here, and for long by those who count, or have contacts.
    const text = detached(given);
    const slash = text.indexOf('/');
    const bare = slash === -1 ? text : text.slice(0, slash);
    const at = bare.indexOf('@');
    if (at === 0 || slash === text.length - 1) throw new JidError(`not an XMPP address: ${shown(text)}`);
    const jid = new JID(bare.slice(0, Math.max(at, 0)), bare.slice(at + 1), slash === -1 ? '' : text.slice(slash + 1));
    if (recent.size >= MAX_RECENT) recent.clear();
    recent.set(text, jid);
    return jid;
  }

  /** As `parse`, but `undefined` for what is not an address. */
  static tryParse(text: string | undefined): JID | undefined {
    if (text === undefined) return undefined;
    try {
      return JID.parse(text);
    } catch (error) {
      if (error instanceof JidError) return undefined;
      throw error;
    }
  }

  /** The same address with another resource; without one when `resource` is `''`. */
  withResource(resource: string): JID {
    return resource === this.resource ? this : new JID(this.local, this.domain, resource);
  }

  /** Whether it is the same address, resource included. A text that is no address is not the same as any. */
  equals(other: JID | string): boolean {
    return this.full === (typeof other === 'string' ? JID.tryParse(other)?.full : other.full);
  }

  toString(): string {
    return this.full;
  }

  toJSON(): string {
    return this.full;
  }
}

/** `local@domain` of an address that is known to be prepared, as those the server stamps on stanzas are. */
export function bareOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash === -1 ? jid : jid.slice(0, slash);
}

/** RFC 7622 §3.1: each part is at most 1023 bytes of UTF-8. */
const MAX_PART_BYTES = 1023;
const MAX_RECENT = 4096;
const recent = new Map<string, JID>();

function limited(part: string, prepared: string | undefined, given: string): string {
  if (prepared === undefined || prepared === '') throw new JidError(`not a ${part}: ${shown(given)}`);
  // Every UTF-16 code unit is at most three bytes.
  if (prepared.length * 3 > MAX_PART_BYTES && Buffer.byteLength(prepared) > MAX_PART_BYTES) {
    throw new JidError(`the ${part} is longer than ${MAX_PART_BYTES} bytes: ${shown(given)}`);
  }
  return prepared;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** RFC 7622 §3.2. Returns `undefined` for what is not a domain. */
function prepareDomain(text: string): string | undefined {
  const domain = text.endsWith('.') ? text.slice(0, -1) : text;
  if (/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(domain)) return domain;
  if (/^\[[0-9A-Fa-f:.]+\]$/.test(domain)) return URL.canParse(`http://${domain}/`) ? domain.toLowerCase() : undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  if (/^[\u0000-\u007f]*$/.test(domain)) {
    const lower = domain.toLowerCase();
    return lower === domain ? undefined : prepareDomain(lower);
  }
  const ascii = domainToASCII(domain);
  return ascii === '' ? undefined : domainToUnicode(ascii);
}
