/** Who is meant in a text: by their nickname, or by what the sender's client says of it (XEP-0372). */

import { body, type Element, find, findAll } from '../../stanza/index.ts';
import { mentioned, reference } from '../../xep/0372-references.ts';
import { toIndex } from '../../xep/0426-character-counting.ts';

/** A part of a text that means a participant. */
export interface Mention<P> {
  /** Who is meant. */
  readonly participant: P;
  /** Where it is in the text, for `text.slice(start, end)`: an `@` before the name belongs to it. */
  readonly start: number;
  readonly end: number;
}

/** The nicknames that begin with the words on the way here. */
interface Node<P> {
  readonly next: Map<string, Node<P>>;
  /** Those that end here, by how they are written exactly. */
  readonly names: Map<string, P>;
}

interface Match<P> {
  readonly participant: P;
  /** The index of the token behind it. */
  readonly after: number;
}

/** Something that is not cut: a word, white space, or one other character with what is combined with it. */
interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /\s+|[\p{L}\p{N}][\p{L}\p{N}\p{M}\u200c\u200d]*|\p{Regional_Indicator}{2}|.(?:[\p{M}\p{Emoji_Modifier}]|\u200d.?)*/gsu;
const NAMING = /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

/**
 * Finds nicknames in texts. What stands before and after one must not continue its first or last word; of several
 * that begin at the same place it is the longest. Letters must be as in the nickname, unless an `@` stands before it.
 *
 * A text is gone through once, word by word, however many nicknames there are.
 */
export class MentionFinder<P> {
  readonly #root: Node<P> = node();

  /** @param nicknames of two participants with the same one it is the first. */
  constructor(nicknames: Iterable<readonly [nickname: string, participant: P]>) {
    for (const [nickname, participant] of nicknames) this.#add(nickname, participant);
  }

  /** The mentions in a text, in their order; none overlaps another. */
  find(text: string): Mention<P>[] {
    const tokens = tokensOf(text);
    const found: Mention<P>[] = [];
    for (let i = 0; i < tokens.length; ) {
      const match = this.#at(tokens, i);
      if (match !== undefined) {
        const { start } = tokens[i] as Token;
        found.push({ participant: match.participant, start, end: (tokens[match.after - 1] as Token).end });
      }
      i = match?.after ?? i + 1;
    }
    return found;
  }

  #add(nickname: string, participant: P): void {
    const tokens = tokensOf(nickname.trim());
    if (tokens.length === 0) return;
    let at = this.#root;
    for (const token of tokens) {
      const key = folded(token);
      const next = at.next.get(key) ?? node();
      at.next.set(key, next);
      at = next;
    }
    const exact = tokens.map(normal).join('');
    if (!at.names.has(exact)) at.names.set(exact, participant);
  }

  #at(tokens: readonly Token[], index: number): Match<P> | undefined {
    const plain = this.#longest(tokens, index, false);
    // After a word it is part of an address.
    if ((tokens[index] as Token).text !== '@' || isWord(tokens[index - 1])) return plain;
    const marked = this.#longest(tokens, index + 1, true);
    return marked === undefined || (plain !== undefined && plain.after >= marked.after) ? plain : marked;
  }

  /** @param isMarked whether an `@` stands before it. */
  #longest(tokens: readonly Token[], first: number, isMarked: boolean): Match<P> | undefined {
    let longest: Match<P> | undefined;
    let exact = '';
    let hasName = isMarked;
    let at: Node<P> | undefined = this.#root;
    for (let i = first; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      at = at.next.get(folded(token));
      if (at === undefined) break;
      exact += normal(token);
      // Somebody may be called "…": not every ellipsis means them.
      hasName ||= NAMING.test(token.text);
      const name = at.names.has(exact) || !isMarked ? exact : at.names.keys().next().value;
      if (!hasName || name === undefined || !at.names.has(name)) continue;
      longest = { participant: at.names.get(name) as P, after: i + 1 };
    }
    return longest;
  }
}

/**
 * The mentions that the sender's client has marked in a message, in their order.
 * @param text the body, or what is left of it without a quotation before or after it.
 * @param resolve who has this JID.
 */
export function mentionsFromReferences<P>(
  stanza: Element,
  text: string,
  resolve: (jid: string) => P | undefined,
): Mention<P>[] {
  const whole = find(stanza, body) ?? '';
  // The places are those in the body as it was sent.
  if (!whole.endsWith(text) && !whole.startsWith(text)) return [];
  const removed = whole.endsWith(text) ? whole.length - text.length : 0;
  const found = findAll(stanza, reference).flatMap((each) => {
    const jid = mentioned(each);
    const participant = jid === undefined ? undefined : resolve(jid);
    if (participant === undefined || each.begin === undefined || each.end === undefined) return [];
    const start = toIndex(whole, each.begin) - removed;
    const end = toIndex(whole, each.end) - removed;
    return start >= 0 && start < end && end <= text.length ? [{ participant, start, end }] : [];
  });
  return withoutOverlaps(found);
}

/**
 * A text with the mentions in another form, such as the one that the network wants.
 *
 *     replaceMentions('hello Ann', mentions, ({ legacyId }) => `<@${legacyId}>`)   // hello <@123>
 */
export function replaceMentions<P>(
  text: string,
  mentions: readonly Mention<P>[],
  replace: (participant: P) => string,
): string {
  let replaced = '';
  let at = 0;
  for (const { participant, start, end } of withoutOverlaps(mentions)) {
    replaced += text.slice(at, start) + replace(participant);
    at = end;
  }
  return replaced + text.slice(at);
}

/**
 * In their order; of two that overlap the one that begins first.
 * @param others are left out where they overlap any of `mentions`.
 */
export function withoutOverlaps<P>(mentions: readonly Mention<P>[], others: readonly Mention<P>[] = []): Mention<P>[] {
  const kept: Mention<P>[] = [];
  for (const each of mentions.toSorted((a, b) => a.start - b.start)) {
    if (each.start >= (kept.at(-1)?.end ?? 0)) kept.push(each);
  }
  const isFree = ({ start, end }: Mention<P>) => kept.every((each) => each.end <= start || end <= each.start);
  const more = others.filter(isFree);
  return more.length === 0 ? kept : withoutOverlaps([...kept, ...more]);
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(({ 0: part, index }) => ({
    text: part,
    start: index,
    end: index + part.length,
  }));
}

function isWord(token: Token | undefined): boolean {
  return token !== undefined && /^[\p{L}\p{N}]/u.test(token.text);
}

/** The same for texts that look the same. */
function normal({ text }: Token): string {
  return /^\s/.test(text) ? ' ' : text.normalize('NFC');
}

function folded(token: Token): string {
  return normal(token).toLowerCase();
}

function node<P>(): Node<P> {
  return { next: new Map(), names: new Map() };
}
