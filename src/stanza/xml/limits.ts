/** How much a peer may send before the parser refuses it. XMPP servers have such limits too. */

/** What is too much of one first-level element. */
export interface Limits {
  /** The bytes of one first-level element, tags included, or of the stream header. Default 262144, as Prosody's. */
  readonly bytes: number;
  /** How deep elements may nest, the first-level element counting as 1. At most 1000, default 64. */
  readonly depth: number;
  /** The attributes of one element, namespace declarations included. Default 128. */
  readonly attributes: number;
  /** The UTF-16 code units of one element or attribute name with its prefix, or its namespace. Default 1024. */
  readonly nameLength: number;
}

/** The limits where none are given. */
export const DEFAULT_LIMITS: Limits = { bytes: 262_144, depth: 64, attributes: 128, nameLength: 1024 };

/** Who looks at an element does it by recursion. */
const MAX_DEPTH = 1000;

/** The defaults with `given` over them. Throws TypeError for anything but positive integers, and for too much depth. */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value <= 0) {
      throw new TypeError(`limits.${name} must be a positive integer, got ${value}`);
    }
  }
  if (limits.depth > MAX_DEPTH) throw new TypeError(`limits.depth must be at most ${MAX_DEPTH}, got ${limits.depth}`);
  return limits;
}
