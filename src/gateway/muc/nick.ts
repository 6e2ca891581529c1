/** Nicknames of any network as resources of occupants: every server and client must take them, unchanged. */

import punycode from 'punycode/punycode.js';
import { prepareResource } from '../../stanza/precis.ts';
import { isUnassigned } from './unassigned.ts';

/** A nickname fit for an address. */
export interface SafeNick {
  readonly resource: string;
  /** Whether it reads as the nickname; if not, `<nick/>` (XEP-0172) has to tell the real one. */
  readonly isExact: boolean;
}

/** RFC 7622 §3.4. */
const MAX_BYTES = 1023;
/** For names that no one can see. */
const NAMELESS = 'unnamed';
/** What everybody leaves as it is: ASCII with single spaces inside. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
/** Longer ones are cut when they tell two nicknames apart. */
const MAX_HINT_BYTES = 255;

/**
 * The resource for an occupant with this nickname.
 *
 * Servers prepare addresses by RFC 7622 (PRECIS), or by the older RFC 3920 (resourceprep), which knows Unicode 3.2 only:
 * ejabberd drops the stanza when somebody's name holds a newer emoji. So the resource is one that both leave as it is.
 * Compatibility forms become ordinary letters and invisible characters go; what then is still refused is
 * encoded in Punycode, as slidge does, which some clients decode.
 *
 * @param fallback for a nickname with nothing to see in it: an id, for example.
 */
export function safeNick(nickname: string, fallback: string = NAMELESS): SafeNick {
  if (nickname.length <= MAX_BYTES && PLAIN.test(nickname)) return { resource: nickname, isExact: true };
  const clean = tidied(nickname);
  const short = shortened(clean);
  const simple = cut(simplified(short), (part) => Buffer.byteLength(part) <= MAX_BYTES);
  if (simple === '')
    return { resource: fallback === NAMELESS ? fallback : safeNick(fallback).resource, isExact: false };
  const resource = isAccepted(simple) ? simple : encoded(short);
  return { resource, isExact: resource === clean };
}

/**
 * `wanted` while nobody has it, then `wanted (hint)`, then `wanted (2)` and so on.
 * @param wanted what `safeNick` made.
 * @param hint what else is known of the occupant, such as the localpart of a contact; `''` for nothing.
 */
export function uniqueNick(wanted: string, taken: (resource: string) => boolean, hint: string): string {
  if (!taken(wanted)) return wanted;
  const short = cut(simplified(tidied(hint)), (text) => Buffer.byteLength(text) <= MAX_HINT_BYTES);
  const hinted = withSuffix(wanted, short);
  if (short !== '' && !taken(hinted)) return hinted;
  for (let count = 2; ; count++) {
    const numbered = withSuffix(wanted, String(count));
    if (!taken(numbered)) return numbered;
  }
}

function withSuffix(wanted: string, suffix: string): string {
  const whole = joined(wanted, suffix);
  // A name written from right to left, for one, must not end with a bracket.
  return isAccepted(whole) ? whole : joined(inAscii(wanted), inAscii(suffix));
}

function joined(wanted: string, suffix: string): string {
  const rest = ` (${suffix})`;
  return cut(wanted, (part) => Buffer.byteLength(part) + Buffer.byteLength(rest) <= MAX_BYTES) + rest;
}

/** What XML can carry, on one line. */
function tidied(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
  const printable = text.replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\p{Cs}\ufffe\uffff]/gu, '');
  return printable
    .replace(/[\s\u0085]+/gu, ' ')
    .trim()
    .normalize('NFC');
}

/** RFC 3454: what table B.1 maps to nothing or tables C.2 and C.8 prohibit is not to be seen, the rest by NFKC. */
function simplified(text: string): string {
  const visible = text.replace(/[\p{Default_Ignorable_Code_Point}\p{Cf}\u1806]/gu, '');
  return visible.normalize('NFKC').replace(/\s+/gu, ' ').trim();
}

function isAccepted(text: string): boolean {
  if (isAscii(text)) return true;
  return (
    simplified(text) === text &&
    prepareResource(text) === text &&
    !PROHIBITED.test(text) &&
    hasOneDirection(text) &&
    ![...text].some((char) => isUnassigned(char.codePointAt(0) as number))
  );
}

/** RFC 3454, tables C.6 and C.7: of what it prohibits, that which PRECIS allows and `simplified` leaves. */
const PROHIBITED = /[\u2ff0-\u2ffb\ufffc\ufffd]/u;

/** RFC 3454, table D.1: written from right to left. Presentation forms are ordinary letters by now. */
const RTL =
  '\\u05be\\u05c0\\u05c3\\u05d0-\\u05ea\\u05f0-\\u05f4\\u061b\\u061f\\u0621-\\u063a\\u0640-\\u064a\\u066d-\\u066f' +
  '\\u0671-\\u06d5\\u06dd\\u06e5\\u06e6\\u06fa-\\u06fe\\u0700-\\u070d\\u0710\\u0712-\\u072c\\u0780-\\u07a5\\u07b1\\ufe73';
const HAS_RTL = new RegExp(`[${RTL}]`, 'u');
/** Beside them only what has no direction: of that ASCII, the digits and the marks of these scripts. */
const RTL_ONLY = new RegExp(
  `^[${RTL}](?:[${RTL} -@[-\`{-~\\u0591-\\u05c4\\u064b-\\u0669\\u0670\\u06d6-\\u06f9\\u0711\\u0730-\\u074a\\u07a6-\\u07b0]*[${RTL}])?$`,
  'u',
);

/** RFC 3454 §6. */
function hasOneDirection(text: string): boolean {
  return !HAS_RTL.test(text) || RTL_ONLY.test(text);
}

function inAscii(text: string): string {
  return isAscii(text) ? text : encoded(text);
}

function isAscii(text: string): boolean {
  return /^[ -~]+$/.test(text);
}

/** RFC 3492, of as much of the text as has room. */
function encoded(text: string): string {
  return punycode.encode(cut(text, (part) => punycode.encode(part).length <= MAX_BYTES));
}

/** Every code point needs a byte at least in every form: no more are worth looking at. */
function shortened(text: string): string {
  return text.length <= MAX_BYTES ? text : [...text].slice(0, MAX_BYTES).join('').trim();
}

/** The longest beginning that fits. */
function cut(text: string, isFitting: (part: string) => boolean): string {
  if (isFitting(text)) return text;
  const chars = [...text];
  let fits = 0;
  let tooLong = chars.length;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (isFitting(chars.slice(0, middle).join(''))) fits = middle;
    else tooLong = middle;
  }
  return chars.slice(0, fits).join('').trim();
}
