/**
 * A string of its own, for what is kept of a longer one: of a part V8 makes a view, which holds the whole. A word of a
 * stanza that is remembered would keep all texts of that stanza, and of some that came with it.
 */
export function detached(text: string): string {
  // What was joined is written anew as soon as it is cut.
  return `${text} `.slice(0, -1);
}
