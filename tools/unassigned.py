"""
Writes src/gateway/muc/unassigned.ts: the code points that Unicode 3.2 did not assign (RFC 3454, table A.1).

    python3 tools/unassigned.py

Python carries the table in its standard library, and it never changes: this is here to show where the file is from.
"""

import pathlib
import stringprep

WIDTH = 110
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number):
    digits = ""
    while number > 0 or digits == "":
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits


def steps():
    """How far it is to each code point where unassigned ones begin or end, from the one before it."""
    last = 0
    was_unassigned = False
    for code in range(0x110000):
        is_unassigned = stringprep.in_table_a1(chr(code))
        if is_unassigned != was_unassigned:
            yield base36(code - last)
            last = code
            was_unassigned = is_unassigned


def lines(words):
    line = ""
    for word in words:
        if len(line) + len(word) + 1 > WIDTH:
            yield line
            line = ""
        line += word + " "
    yield line.rstrip()


table = "\n".join(f"  '{line}'," for line in lines(steps()))
source = f"""/**
 * The code points that Unicode 3.2 did not assign: RFC 3454, table A.1.
 * Made by tools/unassigned.py: do not edit.
 */

/** Alternately the distance to where unassigned code points begin and to where they end, in base 36. */
const STEPS = [
{table}
];

/** Where unassigned code points begin (even indexes) and end (odd ones), ascending. */
const BORDERS: readonly number[] = borders();

/** Whether a code point was not there yet in Unicode 3.2, as all that servers with stringprep know. */
export function isUnassigned(codePoint: number): boolean {{
  let from = 0;
  let to = BORDERS.length;
  while (from < to) {{
    const middle = (from + to) >> 1;
    if ((BORDERS[middle] as number) <= codePoint) from = middle + 1;
    else to = middle;
  }}
  // An odd number of borders lies behind it: it is between a beginning and an end.
  return from % 2 === 1;
}}

function borders(): number[] {{
  let at = 0;
  return STEPS.join('')
    .split(' ')
    .map((step) => {{
      at += Number.parseInt(step, 36);
      return at;
    }});
}}
"""
target = pathlib.Path(__file__).parent.parent / "src/gateway/muc/unassigned.ts"
target.write_text(source, encoding="utf-8")
