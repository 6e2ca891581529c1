import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type Field, fieldValues, makeField, makeForm, submit } from '../../src/xep/0004-data-forms.ts';
import * as val from '../../src/xep/0122-validation.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0122');
const NS = 'http://jabber.org/protocol/xdata-validate';

roundtrip(test, val.validate, [
  [`<validate xmlns='${NS}' datatype='xs:dateTime'/>`, { datatype: 'xs:dateTime' }], // Example 1
  [
    `<validate xmlns='${NS}' datatype='xs:string'><open/></validate>`,
    { datatype: 'xs:string', method: { open: true } },
  ], // Example 3
  // Example 4.
  [
    `<validate xmlns='${NS}' datatype='xs:dateTime'><range min='2003-10-05T00:00:00-07:00' max='2003-10-24T23:59:59-07:00'/></validate>`,
    {
      datatype: 'xs:dateTime',
      method: { range: { min: '2003-10-05T00:00:00-07:00', max: '2003-10-24T23:59:59-07:00' } },
    },
  ],
  // Example 5.
  [
    `<validate xmlns='${NS}' datatype='xs:string'><regex>([0-9]{3})-([0-9]{2})-([0-9]{4})</regex></validate>`,
    { datatype: 'xs:string', method: { regex: '([0-9]{3})-([0-9]{2})-([0-9]{4})' } },
  ],
  // Example 6.
  [
    `<validate xmlns='${NS}' datatype='xs:string'><basic/><list-range min='1' max='3'/></validate>`,
    { datatype: 'xs:string', method: { basic: true }, listRange: { min: 1, max: 3 } },
  ],
]);
rejects(test, val.validate, [
  [`<validate xmlns='${NS}'><list-range min='few'/></validate>`, 'invalid-attribute', '/validate/list-range@min'],
]);

const method: fc.Arbitrary<val.Method> = fc.oneof(
  fc.constant({ basic: true as const }),
  fc.constant({ open: true as const }),
  fc.record({ range: a.object({}, { min: a.text, max: a.text }) }),
  fc.record({ regex: a.text }),
);
laws(test, val, {
  method,
  validate: a.object({}, { datatype: a.text, method, listRange: a.object({}, { min: a.count, max: a.count }) }),
});

/** A form that asks for one field, and what comes of an answer: its value, or what is wrong with it. */
function outcome(field: Partial<Field>, rules: val.Validation | undefined, ...values: string[]): unknown {
  const asked = makeForm({
    type: 'form',
    fields: [makeField({ var: 'a', ...field, extensions: rules === undefined ? [] : [val.validate.build(rules)] })],
  });
  try {
    return val.readAnswer(asked, submit({ a: values })).get('a');
  } catch (error) {
    if (!(error instanceof val.FormError)) throw error;
    assert.is(error.condition, 'not-acceptable');
    return error.problems[0]?.code;
  }
}

const options = [{ value: 'x' }, { value: 'y' }, { value: 'z' }];
const FIELDS: [field: Partial<Field>, rules: val.Validation | undefined, values: string[], expected: unknown][] = [
  // By type.
  [{}, undefined, ['hi'], 'hi'],
  [{ type: 'text-single' }, undefined, ['a', 'b'], 'too-many'],
  [{ type: 'boolean' }, undefined, ['1'], true],
  [{ type: 'boolean' }, undefined, ['false'], false],
  [{ type: 'boolean' }, undefined, ['yes'], 'wrong-type'],
  [{ type: 'jid-single' }, undefined, ['A@B/c'], 'a@b/c'],
  [{ type: 'jid-single' }, undefined, ['@'], 'wrong-type'],
  [{ type: 'jid-multi' }, undefined, ['a@b', 'A@b', 'c'], ['a@b', 'c']],
  [{ type: 'text-multi' }, undefined, ['one', '', 'two'], ['one', '', 'two']],
  [{ type: 'list-single', options }, undefined, ['y'], 'y'],
  [{ type: 'list-single', options }, undefined, ['q'], 'not-an-option'],
  [{ type: 'list-multi', options }, undefined, ['z', 'x'], ['z', 'x']],
  [{ type: 'list-multi', options }, undefined, [], []],
  // Required, and empty.
  [{ required: true }, undefined, [], 'required'],
  [{ required: true }, undefined, [''], 'required'],
  [{ required: true, type: 'list-multi', options }, undefined, [], 'required'],
  [{}, undefined, [''], ''],
  [{}, { datatype: 'xs:integer' }, [''], undefined],
  // By datatype.
  [{}, { datatype: 'xs:integer' }, ['-7'], -7],
  [{}, { datatype: 'xs:integer' }, ['7.5'], 'wrong-type'],
  [{}, { datatype: 'xs:byte' }, ['128'], 'wrong-type'],
  [{}, { datatype: 'xs:positiveInteger' }, ['0'], 'wrong-type'],
  [{}, { datatype: 'xs:decimal' }, ['-7.5'], -7.5],
  [{}, { datatype: 'xs:double' }, ['1e3'], 1000],
  [{}, { datatype: 'xs:float' }, ['one'], 'wrong-type'],
  [{}, { datatype: 'xs:boolean' }, ['true'], true],
  [{}, { datatype: 'xs:dateTime' }, ['2003-10-06T11:22:00-07:00'], new Date('2003-10-06T18:22:00Z')],
  [{}, { datatype: 'xs:date' }, ['2003-10-06'], new Date('2003-10-06T00:00:00Z')],
  [{}, { datatype: 'xs:date' }, ['2003-02-30'], 'wrong-type'],
  [{}, { datatype: 'xs:time' }, ['11:22:00'], '11:22:00'],
  [{}, { datatype: 'xs:time' }, ['11:62:00'], 'wrong-type'],
  [{}, { datatype: 'x:fancy' }, ['anything'], 'anything'],
  [{ type: 'text-multi' }, { datatype: 'xs:int' }, ['1', '2'], [1, 2]],
  // By method.
  [{ type: 'list-single', options }, { method: { open: true } }, ['q'], 'q'],
  [{}, { datatype: 'xs:int', method: { range: { min: '1', max: '5' } } }, ['5'], 5],
  [{}, { datatype: 'xs:int', method: { range: { min: '1', max: '5' } } }, ['6'], 'out-of-range'],
  [{}, { datatype: 'xs:int', method: { range: { min: 'low' } } }, ['-9'], -9],
  [{}, { datatype: 'xs:date', method: { range: { min: '2003-10-05' } } }, ['2003-10-04'], 'out-of-range'],
  [{}, { method: { regex: '([0-9]{3})-([0-9]{2})' } }, ['123-45'], '123-45'],
  [{}, { method: { regex: '([0-9]{3})-([0-9]{2})' } }, ['x123-45'], 'no-match'],
  [{}, { method: { regex: '([' } }, ['anything'], 'anything'],
  [{ type: 'list-multi', options }, { listRange: { min: 2 } }, ['x'], 'too-few'],
  [{ type: 'list-multi', options }, { listRange: { min: 1 } }, [], 'too-few'],
  [{ type: 'list-multi', options }, { listRange: { max: 1 } }, ['x', 'y'], 'too-many'],
  [{ type: 'text-multi' }, { listRange: { max: 1 } }, ['x', 'y'], ['x', 'y']],
];
for (const [field, rules, values, expected] of FIELDS) {
  const what = `${field.type ?? 'text-single'} ${JSON.stringify(rules ?? {})} ${JSON.stringify(values)}`;
  test(`readAnswer :: ${what}`, () => assert.equal(outcome(field, rules, ...values), expected));
}

const ASKED = makeForm({
  type: 'form',
  fields: [
    makeField({ var: 'FORM_TYPE', type: 'hidden', values: ['urn:example'] }),
    makeField({ type: 'fixed', values: ['Who are you?'] }),
    makeField({ var: 'name', label: 'Your name', required: true }),
    makeField({ var: 'age', extensions: [val.validate.build({ datatype: 'xs:unsignedByte' })] }),
    makeField({ var: 'news', type: 'boolean', values: ['1'] }),
    makeField({ var: 'born', extensions: [val.validate.build({ datatype: 'xs:date' })] }),
    makeField({ var: 'friends', type: 'jid-multi' }),
    makeField({ var: 'size', type: 'list-single', options, values: ['y'] }),
  ],
});

test('readAnswer :: omitted fields keep their value', () => {
  const values = val.readAnswer(ASKED, submit({ name: 'Juliet', age: '13' }));
  assert.equal(Object.fromEntries(values), {
    FORM_TYPE: 'urn:example',
    name: 'Juliet',
    age: 13,
    news: true,
    friends: [],
    size: 'y',
  });
});

test('readAnswer :: all that is wrong, by its label', () => {
  try {
    val.readAnswer(ASKED, submit({ age: '1300', size: 'huge' }));
    assert.unreachable();
  } catch (error) {
    if (!(error instanceof val.FormError)) throw error;
    assert.equal(error.problems, [
      { var: 'name', code: 'required' },
      { var: 'age', code: 'wrong-type' },
      { var: 'size', code: 'not-an-option' },
    ]);
    assert.is(error.type, 'modify');
    assert.match(error.text, /^Your name: .*\. age: .*\. size: /);
  }
});

test('writeAnswer :: values in their lexical form, and what was there', () => {
  const answer = val.writeAnswer(ASKED, {
    name: 'Juliet',
    age: 13,
    news: false,
    born: new Date('1583-08-01T00:00:00Z'),
    friends: ['romeo@montague.lit', 'nurse@capulet.lit'],
  });
  assert.is(answer.type, 'submit');
  assert.equal(
    answer.fields.map((field) => [field.var, ...field.values]),
    [
      ['FORM_TYPE', 'urn:example'],
      ['name', 'Juliet'],
      ['age', '13'],
      ['news', 'false'],
      ['born', '1583-08-01'],
      ['friends', 'romeo@montague.lit', 'nurse@capulet.lit'],
      ['size', 'y'],
    ],
  );
  assert.equal(val.readAnswer(ASKED, answer).get('born'), new Date('1583-08-01T00:00:00Z'));
});

test('writeAnswer :: what does not fit is refused before it is sent', () => {
  const problem = (values: Record<string, val.FieldValue>) => {
    try {
      val.writeAnswer(ASKED, values);
    } catch (error) {
      if (error instanceof val.FormError) return error.problems;
      throw error;
    }
    return [];
  };
  assert.equal(problem({}), [{ var: 'name', code: 'required' }]);
  assert.equal(problem({ name: 'a', age: -1 }), [{ var: 'age', code: 'wrong-type' }]);
  assert.equal(problem({ name: 'a', born: new Date(Number.NaN) }), [{ var: 'born', code: 'wrong-type' }]);
});

test('writeAnswer :: the regular expressions of strangers are not tried', () => {
  const slow = makeField({ var: 'a', extensions: [val.validate.build({ method: { regex: '(a+)+b' } })] });
  const answer = val.writeAnswer(makeForm({ type: 'form', fields: [slow] }), { a: 'a'.repeat(60) });
  assert.equal(fieldValues(answer, 'a'), ['a'.repeat(60)]);
});

test.run();
