/**
 * Reactions: IRCv3 react says of each that it comes or goes, XMPP (XEP-0444) all that there are of somebody. So what is
 * there must be remembered: of the messages that were reacted to last.
 */

/** How many of these. */
const MESSAGES = 1000;

export class Reactions {
  readonly #given = new Map<string, Map<string, ReadonlySet<string>>>();

  /** One comes, or goes. @returns all that there are of this person then. */
  change(message: string, by: string, emoji: string, isThere: boolean): readonly string[] {
    const emojis = new Set(this.#of(message, by));
    if (isThere) emojis.add(emoji);
    else emojis.delete(emoji);
    this.#set(message, by, emojis);
    return [...emojis];
  }

  /** These are all. @returns what comes and what goes by that. */
  replace(
    message: string,
    by: string,
    emojis: readonly string[],
  ): { readonly more: string[]; readonly less: string[] } {
    const before = this.#of(message, by);
    const after = new Set(emojis);
    this.#set(message, by, after);
    return {
      more: [...after].filter((each) => !before.has(each)),
      less: [...before].filter((each) => !after.has(each)),
    };
  }

  #of(message: string, by: string): ReadonlySet<string> {
    return this.#given.get(message)?.get(by) ?? new Set();
  }

  #set(message: string, by: string, emojis: ReadonlySet<string>): void {
    const ofMessage = this.#given.get(message) ?? new Map();
    ofMessage.set(by, emojis);
    this.#given.delete(message);
    this.#given.set(message, ofMessage);
    for (const [oldest] of this.#given) if (this.#given.size > MESSAGES) this.#given.delete(oldest);
  }
}
