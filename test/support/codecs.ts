/** Tests of codecs: tables of XML and values, and the laws that every codec keeps. */

import fc, { type Arbitrary } from 'fast-check';
import * as assert from 'uvu/assert';
import {
  type Codec,
  Element,
  isOf,
  type MalformedCode,
  MalformedError,
  parse,
  serialize,
  toXml,
} from '../../src/stanza/index.ts';
import type { Shape } from '../../src/xep/0068-form-types.ts';
import { mutants } from './mutants.ts';
import type { Test } from './test.ts';
import { assertValid, hasValidator } from './validator.ts';

/** How often each codec is tried with made-up values, and with broken elements. */
export const RUNS = 80;
export const FUZZ_CASES = 800;
const SEED = 6120;

/** Reading the XML gives the value, and building the value gives the XML. White space between elements is ignored. */
export function roundtrip<T>(
  test: Test,
  codec: Codec<T>,
  rows: readonly (readonly [xml: string, value: NoInfer<T>])[],
): void {
  reads(test, codec, rows);
  if (hasValidator && rows.length > 0) {
    test(`builds :: ${codec.names.join(', ')}, valid by the schema`, () => {
      assertValid(rows.map(([, value]) => codec.build(value)));
    });
  }
  for (const [xml, value] of rows) {
    test(`builds :: ${shown(xml)}`, () => assert.is(canonical(codec.build(value)), canonical(compact(parse(xml)))));
  }
}

/** Reading the XML gives the value; building it gives something else, for reasons that the row tells. */
export function reads<T>(
  test: Test,
  codec: Codec<T>,
  rows: readonly (readonly [xml: string, value: NoInfer<T>])[],
): void {
  for (const [xml, value] of rows) {
    test(`reads :: ${shown(xml)}`, () => {
      assert.equal(comparable(codec.parse(compact(parse(xml)))), comparable(value));
      same(codec, value);
    });
  }
}

/** Reading the XML fails with this code, at this place. */
export function rejects<T>(
  test: Test,
  codec: Codec<T>,
  rows: readonly (readonly [xml: string, code: MalformedCode, path?: string])[],
): void {
  for (const [xml, code, path] of rows) {
    test(`rejects :: ${shown(xml)}`, () => {
      const error = malformed(() => codec.parse(compact(parse(xml))));
      assert.is(error.code, code);
      if (path !== undefined) assert.is(error.path, path);
    });
  }
}

/** Generators for the values of all codecs and form types of a module: one that is missing does not compile. */
export type Values<M> = {
  readonly [K in keyof M as M[K] extends Codec<infer _> | Shape<infer _> ? K : never]: M[K] extends Codec<infer T>
    ? Arbitrary<T>
    : M[K] extends Shape<infer T>
      ? Arbitrary<T>
      : never;
};

/**
 * For every codec of a module: what is built from a value is read as that value, on the wire too; what is read from a
 * built element builds the same; and a broken element is refused with a MalformedError, or read as a value that can be
 * built.
 */
export function laws<M extends object>(test: Test, module: M, values: Values<M>): void {
  for (const [name, arbitrary] of Object.entries(values) as [keyof M & string, Arbitrary<unknown>][]) {
    const subject = module[name] as Codec<unknown> | Shape<unknown>;
    if ('formType' in subject) {
      test(`${name} :: forms hold its values`, () =>
        fc.assert(
          fc.property(arbitrary, (value) => {
            const form = subject.write('submit', value as object);
            assert.equal(comparable(subject.read(form)), comparable(value));
          }),
          { numRuns: RUNS, seed: SEED },
        ));
      continue;
    }
    test(`${name} :: reads what it builds, builds what it reads`, () =>
      fc.assert(
        fc.property(arbitrary, (value) => same(subject, value)),
        { numRuns: RUNS, seed: SEED },
      ));
    test(`${name} :: broken elements`, () => {
      const whole = fc.sample(arbitrary, { numRuns: 20, seed: SEED }).map((value) => subject.build(value));
      for (const mutant of mutants(whole, FUZZ_CASES, SEED)) survives(subject, mutant);
    });
    if (!hasValidator) continue;
    test(`${name} :: what is built is valid by the schema`, () => {
      assertValid(
        fc.sample(arbitrary, { numRuns: 40, seed: SEED }).map((value) => subject.build(value)),
        { structure: true },
      );
    });
  }
}

/** The MalformedError that `run` throws. Anything else that it throws is a bug. */
export function malformed(run: () => unknown): MalformedError {
  try {
    run();
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function same<T>(codec: Codec<T>, value: T): void {
  const built = codec.build(value);
  const wanted = comparable(value);
  assert.equal(comparable(codec.parse(built)), wanted);
  const xml = serialize(built);
  assert.is(toXml(codec, value), xml);
  const read = codec.parse(parse(xml));
  assert.equal(comparable(read), wanted, xml);
  assert.is(serialize(codec.build(read as T)), xml);
}

const CODES: readonly MalformedCode[] = [
  'missing-attribute',
  'invalid-attribute',
  'missing-child',
  'invalid-child',
  'invalid-text',
];

function survives<T>(codec: Codec<T>, mutant: Element): void {
  let value: T | undefined;
  try {
    value = codec.parse(mutant);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw new Error(`${mutant} :: ${error}`, { cause: error });
    assert.ok(CODES.includes(error.code), `${mutant} :: ${error.code}`);
    assert.ok(error.path.startsWith(`/${mutant.name}`), `${mutant} :: ${error.path}`);
    return;
  }
  if (value === undefined) return assert.not(isOf(codec, mutant), `${mutant} :: is ignored`);
  same(codec, value);
}

/** The value as plain data, in which elements, bytes and dates can be compared. Keys without a value show. */
export function comparable(value: unknown): unknown {
  if (value instanceof Element) return canonical(value);
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return `date ${value.toISOString()}`;
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, comparable(part)]),
  );
}

/** The XML with attributes in one order. */
export function canonical(element: Element): string {
  return serialize(sorted(element));
}

function sorted({ name, ns, attrs, children }: Element): Element {
  const ordered = Object.fromEntries(Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return new Element(
    name,
    ns,
    ordered,
    children.map((child) => (typeof child === 'string' ? child : sorted(child))),
  );
}

/** Without the white space between elements that people read XML by. */
export function compact({ name, ns, attrs, children }: Element): Element {
  const hasElements = children.some((child) => typeof child !== 'string');
  const kept = children.filter((child) => typeof child !== 'string' || !hasElements || child.trim() !== '');
  return new Element(
    name,
    ns,
    attrs,
    kept.map((child) => (typeof child === 'string' ? child : compact(child))),
  );
}

function shown(xml: string): string {
  return xml.replace(/\s+/g, ' ').slice(0, 60);
}
