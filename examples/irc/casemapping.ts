/** Which names are the same to a network: what servers announce as CASEMAPPING. RFC 2812 §2.2. */

/** ASCII letters are the same in capitals everywhere; by the other two, some punctuation has capitals too. */
export type CaseMapping = 'ascii' | 'rfc1459' | 'strict-rfc1459';

/** What a server means that announces nothing. */
export const DEFAULT_CASE_MAPPING: CaseMapping = 'rfc1459';

/**
 * Of those that count as the same, the one that names are made of more often, such as `nick[away]` and `nick|work`: with
 * these a name has one address, whatever the mapping.
 */
const USUAL: Readonly<Record<CaseMapping, Readonly<Record<string, string>>>> = {
  ascii: {},
  'strict-rfc1459': { '{': '[', '}': ']', '\\': '|' },
  rfc1459: { '{': '[', '}': ']', '\\': '|', '~': '^' },
};

/**
 * The mapping that a server announces. Of one that is not known, what all have in common: it takes no two for one.
 * @param software what the server says that it is.
 */
export function caseMappingOf(announced: unknown, software = ''): CaseMapping {
  const name = String(announced).toLowerCase();
  // COMPAT(InspIRCd): to it ^ and ~ are two, whatever it announces; seen with 3.15.
  if (name === 'rfc1459') return software.startsWith('InspIRCd') ? 'strict-rfc1459' : 'rfc1459';
  // Both orders are written.
  if (name === 'strict-rfc1459' || name === 'rfc1459-strict') return 'strict-rfc1459';
  return 'ascii';
}

/** The same for all names that are the same to a network. */
export function fold(name: string, mapping: CaseMapping): string {
  const usual = USUAL[mapping];
  return name.replace(/[A-Z{}\\~]/g, (char) => usual[char] ?? char.toLowerCase());
}
