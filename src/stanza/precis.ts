/**
 * Preparation of localparts and resourceparts with PRECIS: the profiles UsernameCaseMapped and OpaqueString of
 * RFC 8265 on the string classes of RFC 8264, with the derived properties computed from Unicode as RFC 8264 §8 says.
 */

/** RFC 7622 §3.3: UsernameCaseMapped without `"&'/:<>@`. Returns `undefined` for what cannot be a localpart. */
export function prepareLocal(text: string): string | undefined {
  if (/^[a-z0-9._+=~!#$%*?^`{|}\\-]+$/.test(text)) return text;
  const mapped = mapWidth(text).toLowerCase().normalize('NFC');
  if (/["&'/:<>@]/.test(mapped)) return undefined;
  return isOfClass(mapped, isIdentifierChar) && hasOneDirection(mapped) ? mapped : undefined;
}

/** RFC 7622 §3.4: OpaqueString. Returns `undefined` for what cannot be a resourcepart. */
export function prepareResource(text: string): string | undefined {
  if (/^[ -~]+$/.test(text)) return text;
  const mapped = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  return isOfClass(mapped, isFreeformChar) ? mapped : undefined;
}

/** RFC 8265 §3.3.1: full-width and half-width characters become their ordinary forms. */
function mapWidth(text: string): string {
  return text.replace(/[\uff01-\uffef]/g, (c) => c.normalize('NFKC'));
}

function isOfClass(text: string, isMember: (char: string, text: string, at: number) => boolean): boolean {
  if (text === '' || !text.isWellFormed()) return false;
  let at = 0;
  for (const char of text) {
    if (!isMember(char, text, at)) return false;
    at += char.length;
  }
  return true;
}

/** RFC 8264 §4.2 with the order of §8: exceptions, unassigned, ASCII, joiners, the rest. */
function isIdentifierChar(char: string, text: string, at: number): boolean {
  const exception = exceptional(char, text, at);
  if (exception !== undefined) return exception;
  if (/^[!-~]$/.test(char)) return true;
  if (isNeverAllowed(char) || hasCompatibilityForm(char)) return false;
  return /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u.test(char);
}

/** RFC 8264 §4.3. */
function isFreeformChar(char: string, text: string, at: number): boolean {
  const exception = exceptional(char, text, at);
  if (exception !== undefined) return exception;
  if (/^[ -~]$/.test(char)) return true;
  if (isNeverAllowed(char)) return false;
  return hasCompatibilityForm(char) || /^[\p{L}\p{N}\p{M}\p{S}\p{P}\p{Zs}]$/u.test(char);
}

/** RFC 8264 §9.6 (the same as RFC 5892 §2.6), with the contextual rules of RFC 5892 appendix A. */
function exceptional(char: string, text: string, at: number): boolean | undefined {
  if (/^[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]$/.test(char)) return true;
  if (/^[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]$/.test(char)) return false;
  if (char === '\u00b7') return text[at - 1] === 'l' && text[at + 1] === 'l';
  if (char === '\u0375') return /^\p{Script=Greek}/u.test(text.slice(at + 1));
  if (char === '\u05f3' || char === '\u05f4') return /\p{Script=Hebrew}$/u.test(text.slice(0, at));
  if (char === '\u30fb') return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);
  if (/^[\u0660-\u0669]$/.test(char)) return !/[\u06f0-\u06f9]/.test(text);
  if (/^[\u06f0-\u06f9]$/.test(char)) return !/[\u0660-\u0669]/.test(text);
  // Zero width joiners are allowed after a virama; the rule for cursive scripts needs tables JavaScript does not have.
  if (char === '\u200c' || char === '\u200d') return VIRAMA.test(text.slice(0, at));
  return undefined;
}

const VIRAMA =
  /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1734\u17d2]$/;

/** Unassigned, control, ignorable characters, and old Hangul letters: RFC 8264 §9.4, §9.9, §9.10, §9.12, §9.13. */
function isNeverAllowed(char: string): boolean {
  return (
    /^[\p{Cn}\p{Cc}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]$/u.test(char) ||
    /^[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]$/.test(char)
  );
}

function hasCompatibilityForm(char: string): boolean {
  return char.normalize('NFKC') !== char;
}

const RTL = '\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}\\p{Script=Adlam}';
const HAS_RTL = new RegExp(`[${RTL}]`, 'u');
const RTL_LABEL = new RegExp(`^(?=[${RTL}])(?:[${RTL}\\p{N}\\p{M}\\p{P}\\p{S}])*[${RTL}\\p{N}]\\p{M}*$`, 'u');

/** The bidi rule of RFC 5893 §2, by script: text written from right to left has no letters of the other direction. */
function hasOneDirection(text: string): boolean {
  return !HAS_RTL.test(text) || RTL_LABEL.test(text);
}
