/** Hands over the first-level elements that a tape tells of, in runs of those that have come together. */

import { Element, NO_CHILDREN, type Node } from './element.ts';
import {
  AFTER,
  COUNT,
  END_OF,
  LENGTH_OF,
  ORIGIN,
  POS,
  RECORD,
  STANZA,
  TAPE,
  VALUES,
  VALUES_END_OF,
  VALUES_OF,
  VALUES_TOP,
} from './layout.ts';
import type { Machine } from './machine.ts';
import { Builder } from './tree.ts';
import { Run, Unread } from './unread.ts';

/** So many bytes of values are made one string at most, but for those of one element. */
const TOGETHER = 2048;

/**
 * Leads to the tape for as long as it tells of the same elements. An object of its own, so that an element that is kept
 * for longer keeps neither the tape nor the memory around it.
 */
export interface View {
  handover: Handover | undefined;
}

export class Handover {
  readonly #machine: Machine;
  readonly #builder: Builder;
  /** What those have who may look at the tape, if there are any. */
  #view: View | undefined;
  /** Where the element that was handed over last ended in the input, from ORIGIN on. */
  end = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#builder = new Builder(machine.scanner.words, machine.scanner.bytes, machine.shapes.tags);
  }

  /** Says that the tape is written on, or that its tags are others. */
  turn(): void {
    const { scanner, shapes } = this.#machine;
    if (this.#view !== undefined) this.#view.handover = undefined;
    this.#view = undefined;
    this.#builder.words = scanner.words;
    this.#builder.bytes = scanner.bytes;
    this.#builder.tags = shapes.tags;
  }

  /** The children of an element of `run`, which the tape tells of. */
  childrenOf(run: Run, entry: number): readonly Node[] {
    const builder = this.#builder;
    builder.open(run, run.source);
    return builder.childrenAt(builder.base + entry);
  }

  /** Completes the record of the first-level element that has ended at POS. */
  complete(record: number): void {
    const { words } = this.#machine.scanner;
    const at = ((words[TAPE >> 2] as number) + record) >> 2;
    const end = words[POS >> 2] as number;
    words[at + (VALUES_END_OF >> 2)] = words[VALUES_TOP >> 2] as number;
    words[at + (LENGTH_OF >> 2)] = end - (words[STANZA >> 2] as number);
    words[at + (END_OF >> 2)] = end - (words[ORIGIN >> 2] as number);
  }

  /**
   * Hands over what is on the tape from `first` to `done`. Ends early with whatever a handler throws, or at an element of
   * more than `limit` bytes.
   * @returns whether all were handed over.
   */
  hand(first: number, done: number, limit: number, onElement: (element: Element) => void): boolean {
    this.turn();
    const builder = this.#builder;
    const { words, bytes } = this.#machine.scanner;
    // Where tags are always others, who waits would keep the tags of that time, each of another.
    const { isEndless } = this.#machine.shapes;
    const base = (words[TAPE >> 2] as number) >> 2;
    const last = base + (done >> 2);
    builder.base = base;
    builder.valuesBase = words[VALUES >> 2] as number;
    let record = base + (first >> 2);
    while (record < last) {
      const final = this.#finalOfRun(record, last);
      const next = this.#after(final);
      const start = record;
      const run = this.#run(start, final);
      try {
        for (; record < next; record = this.#after(record)) {
          if ((words[record + (LENGTH_OF >> 2)] as number) > limit) return false;
          this.end = words[record + (END_OF >> 2)] as number;
          const entry = record + (RECORD >> 2);
          const tag = builder.tagAt(entry);
          builder.open(run, run.source);
          const content = words[entry + (COUNT >> 2)] === 0 ? NO_CHILDREN : new Unread(run, entry - base);
          const element = Element.of(tag.name, tag.ns, builder.attributesAt(tag, entry), content);
          onElement(element);
          if (isEndless) void element.children;
        }
      } finally {
        if (run.waiting > 0) run.keepTape(bytes, start << 2, next << 2, start - base);
      }
    }
    return true;
  }

  /** The elements from `record` to `final`. */
  #run(record: number, final: number): Run {
    const { valuesBase, tags } = this.#builder;
    const { words, bytes } = this.#machine.scanner;
    const from = words[record + (VALUES_OF >> 2)] as number;
    const to = words[final + (VALUES_END_OF >> 2)] as number;
    this.#view ??= { handover: this };
    return new Run(this.#view, tags, from, bytes, valuesBase + from, valuesBase + to);
  }

  /** The last record of a run that begins with `record`: as many as are small. Who keeps one of them keeps all. */
  #finalOfRun(record: number, last: number): number {
    const { words } = this.#builder;
    const limit = (words[record + (VALUES_OF >> 2)] as number) + TOGETHER;
    let final = record;
    for (let next = this.#after(record); next < last; next = this.#after(next)) {
      if ((words[next + (VALUES_END_OF >> 2)] as number) > limit) break;
      final = next;
    }
    return final;
  }

  /** The record after another one. */
  #after(record: number): number {
    const { words, base } = this.#builder;
    return base + ((words[record + ((RECORD + AFTER) >> 2)] as number) >> 2);
  }
}
