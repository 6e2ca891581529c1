/**
 * Data forms validation: what values a field takes; reading answers as typed values, and writing them.
 * XEP-0122 v1.0.2 <https://xmpp.org/extensions/xep-0122.html>
 */

import {
  type Codec,
  element,
  leaf,
  marker,
  optionalAttr,
  optionalChild,
  type Variant,
  variants,
} from '../stanza/codec.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { boolean, dateTime, integer, jid, unsigned, type Value } from '../stanza/value.ts';
import { type Field, type FieldType, type Form, makeField, makeForm } from './0004-data-forms.ts';
import { date, time } from './0082-date-time.ts';

export const NS = 'http://jabber.org/protocol/xdata-validate';

/** Bounds in the lexical form of the datatype, both allowed. */
export interface Range {
  readonly min?: string;
  readonly max?: string;
}
/** How many values of a `list-multi` may be chosen. */
export interface ListRange {
  readonly min?: number;
  readonly max?: number;
}

/** How values are checked beside their datatype. On lists, all but `basic` allow values that are no options. */
export type Method = Variant<{ basic: true; open: true; range: Range; regex: string }>;
export const method: Codec<Method> = variants<{ basic: true; open: true; range: Range; regex: string }>({
  basic: marker(NS, 'basic'),
  open: marker(NS, 'open'),
  range: element<Range>(NS, 'range', { min: optionalAttr('min'), max: optionalAttr('max') }),
  regex: leaf(NS, 'regex'),
});

/** Stands among the `extensions` of a field. */
export interface Validation {
  /** Of XML Schema: `xs:integer`. Default `xs:string`; one that is not known counts as that too. */
  readonly datatype?: string;
  /** Default `basic`. */
  readonly method?: Method;
  readonly listRange?: ListRange;
}
export const validate: Codec<Validation> = element(NS, 'validate', {
  datatype: optionalAttr('datatype'),
  method: optionalChild(method),
  listRange: optionalChild(
    element<ListRange>(NS, 'list-range', { min: optionalAttr('min', unsigned), max: optionalAttr('max', unsigned) }),
  ),
});

export const features: readonly string[] = [NS];

/** A value that can be compared with others. */
export type Scalar = string | number | boolean | Date;
/** A list for the `-multi` types, else one; booleans, numbers and dates where type or datatype say so. */
export type FieldValue = Scalar | readonly Scalar[];

/** What is wrong with an answer. */
export type ProblemCode =
  | 'required'
  | 'wrong-type'
  | 'not-an-option'
  | 'too-many'
  | 'too-few'
  | 'out-of-range'
  | 'no-match';

/** What is wrong with one field of an answer. */
export interface Problem {
  readonly var: string;
  readonly code: ProblemCode;
}

/** An answer that does not fit the form. To the one who gave it, it is `not-acceptable`, with the fields by name. */
export class FormError extends StanzaError {
  override readonly name = 'FormError';
  readonly problems: readonly Problem[];

  constructor(asked: Form, problems: readonly Problem[]) {
    const labelOf = (name: string) => asked.fields.find((field) => field.var === name)?.label ?? name;
    super('modify', 'not-acceptable', problems.map((each) => `${labelOf(each.var)}: ${TEXTS[each.code]}`).join('. '));
    this.problems = problems;
  }
}

/**
 * Checks an answer against the form that was asked, and reads its values. Omitted fields keep the value they have in
 * `asked`; a boolean without any is false, a list without any is empty, others are not in the map.
 * @throws FormError with all that is wrong.
 */
export function readAnswer(asked: Form, answer: Form): ReadonlyMap<string, FieldValue> {
  return check(asked, (field) => answer.fields.find((each) => each.var === field.var)?.values ?? field.values, true);
}

/**
 * The answer with these values to a form that was asked; fields that are not among them keep their value.
 * Regular expressions of the asker are not tried: they could be made to take forever.
 * @throws FormError when the values do not fit.
 */
export function writeAnswer(asked: Form, values: Readonly<Record<string, FieldValue>>): Form {
  const lexical = (field: Field): readonly string[] => {
    const value = Object.hasOwn(values, field.var ?? '') ? values[field.var as string] : undefined;
    if (value === undefined) return field.values;
    const datatype = datatypeOf(field);
    return (isList(value) ? value : [value]).map((each) =>
      each instanceof Date && !Number.isNaN(each.getTime()) ? datatype.format(each) : String(each),
    );
  };
  check(asked, lexical, false);
  const fields = questions(asked).map((field) =>
    makeField({ var: field.var, ...(field.type !== undefined && { type: field.type }), values: lexical(field) }),
  );
  return makeForm({ type: 'submit', fields: fields.filter((field) => field.values.length > 0) });
}

const TEXTS: Readonly<Record<ProblemCode, string>> = {
  required: 'a value is required',
  'wrong-type': 'not a value of the right kind',
  'not-an-option': 'not one of the choices',
  'too-many': 'too many values',
  'too-few': 'too few values',
  'out-of-range': 'too small or too big',
  'no-match': 'not of the right form',
};

/** The fields that take an answer. */
function questions(asked: Form): (Field & { readonly var: string })[] {
  return asked.fields.filter((field) => field.var !== undefined && field.type !== 'fixed') as (Field & {
    readonly var: string;
  })[];
}

function check(
  asked: Form,
  valuesOf: (field: Field) => readonly string[],
  tryRegex: boolean,
): ReadonlyMap<string, FieldValue> {
  const result = new Map<string, FieldValue>();
  const problems: Problem[] = [];
  for (const field of questions(asked)) {
    const value = readField(field, valuesOf(field), tryRegex);
    if (value === undefined) continue;
    if (isProblem(value)) problems.push({ var: field.var, code: value.code });
    else result.set(field.var, value);
  }
  if (problems.length > 0) throw new FormError(asked, problems);
  return result;
}

const MULTI: ReadonlySet<FieldType | undefined> = new Set(['jid-multi', 'list-multi', 'text-multi']);

interface Wrong {
  readonly code: ProblemCode;
}

function isProblem(value: FieldValue | Wrong): value is Wrong {
  return typeof value === 'object' && 'code' in value;
}

function isList(value: FieldValue): value is readonly Scalar[] {
  return Array.isArray(value);
}

function readField(field: Field, given: readonly string[], tryRegex: boolean): FieldValue | Wrong | undefined {
  const isMulti = MULTI.has(field.type);
  const rules = rulesOf(field);
  const datatype = datatypeOf(field);
  const isText = datatype === STRING;
  // An empty value is one only for text; a required field must say something in any case.
  const values = given.filter((value) => value !== '' || (isText && !field.required));
  if (values.length === 0) {
    if (field.required) return { code: 'required' };
    if (isMulti) return (rules.listRange?.min ?? 0) > 0 ? { code: 'too-few' } : [];
    return field.type === 'boolean' ? false : undefined;
  }
  if (!isMulti && field.type !== 'hidden' && values.length > 1) return { code: 'too-many' };
  const { min = 0, max = Number.POSITIVE_INFINITY } = (field.type === 'list-multi' && rules.listRange) || {};
  if (values.length < min) return { code: 'too-few' };
  if (values.length > max) return { code: 'too-many' };
  const parts: Scalar[] = [];
  for (const value of values) {
    const part = readValue(field, rules, datatype, value, tryRegex);
    if (typeof part === 'object' && 'code' in part) return part;
    parts.push(part);
  }
  if (field.type === 'jid-multi') return [...new Set(parts)];
  return isMulti || parts.length > 1 ? parts : parts[0];
}

function readValue(
  field: Field,
  rules: Validation,
  datatype: Datatype,
  value: string,
  tryRegex: boolean,
): Scalar | Wrong {
  const rule = rules.method ?? { basic: true };
  const isOpen = !('basic' in rule);
  const isList = field.type === 'list-single' || field.type === 'list-multi';
  if (isList && !isOpen && !field.options.some((option) => option.value === value)) return { code: 'not-an-option' };
  const part = datatype.parse(value);
  if (part === undefined) return { code: 'wrong-type' };
  if ('range' in rule && !isWithin(datatype, part, rule.range)) return { code: 'out-of-range' };
  if ('regex' in rule && tryRegex && !matches(rule.regex, value)) return { code: 'no-match' };
  return part;
}

function rulesOf(field: Field): Validation {
  for (const extension of field.extensions) {
    const found = validate.parse(extension);
    if (found !== undefined) return found;
  }
  return {};
}

/** A bound that is not of the datatype itself bounds nothing. */
function isWithin(datatype: Datatype, part: Scalar, { min, max }: Range): boolean {
  const low = min === undefined ? undefined : datatype.parse(min);
  const high = max === undefined ? undefined : datatype.parse(max);
  return (low === undefined || part >= low) && (high === undefined || part <= high);
}

/** A pattern that JavaScript does not understand counts as none, as §4.1 says of methods that are not understood. */
function matches(pattern: string, value: string): boolean {
  let regex: RegExp;
  try {
    regex = new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return true;
  }
  return regex.test(value);
}

interface Datatype {
  readonly parse: (text: string) => Scalar | undefined;
  readonly format: (value: Date) => string;
}

const STRING: Datatype = { parse: (text) => text, format: (value) => value.toISOString() };
const JID: Datatype = { ...STRING, parse: jid.parse };
const BOOLEAN: Datatype = { ...STRING, parse: boolean.parse };
const TIME: Datatype = { ...STRING, parse: (text) => (time.parse(text) === undefined ? undefined : text) };

const NUMBER: Datatype = {
  ...STRING,
  parse: (text) => (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : undefined),
};

function within(min: number, max: number): Datatype {
  return {
    ...STRING,
    parse(text) {
      const number = integer.parse(text);
      return number !== undefined && number >= min && number <= max ? number : undefined;
    },
  };
}

function point(value: Value<Date>): Datatype {
  return { parse: value.parse, format: value.format };
}

const MAX = Number.MAX_SAFE_INTEGER;

/** The types of XML Schema that are read as other than text. */
const DATATYPES: Readonly<Record<string, Datatype>> = {
  'xs:boolean': BOOLEAN,
  'xs:byte': within(-128, 127),
  'xs:date': point(date),
  'xs:dateTime': point(dateTime),
  'xs:decimal': NUMBER,
  'xs:double': NUMBER,
  'xs:float': NUMBER,
  'xs:int': within(-2_147_483_648, 2_147_483_647),
  'xs:integer': within(-MAX, MAX),
  'xs:long': within(-MAX, MAX),
  'xs:negativeInteger': within(-MAX, -1),
  'xs:nonNegativeInteger': within(0, MAX),
  'xs:nonPositiveInteger': within(-MAX, 0),
  'xs:positiveInteger': within(1, MAX),
  'xs:short': within(-32_768, 32_767),
  'xs:time': TIME,
  'xs:unsignedByte': within(0, 255),
  'xs:unsignedInt': within(0, 4_294_967_295),
  'xs:unsignedLong': within(0, MAX),
  'xs:unsignedShort': within(0, 65_535),
};

function datatypeOf(field: Field): Datatype {
  if (field.type === 'boolean') return BOOLEAN;
  if (field.type === 'jid-single' || field.type === 'jid-multi') return JID;
  const { datatype = 'xs:string' } = rulesOf(field);
  return Object.hasOwn(DATATYPES, datatype) ? (DATATYPES[datatype] as Datatype) : STRING;
}
