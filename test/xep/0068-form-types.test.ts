import * as assert from 'uvu/assert';
import { value } from '../../src/stanza/index.ts';
import { fieldValues, makeField, submit } from '../../src/xep/0004-data-forms.ts';
import { multi, optionalSingle, shape, single } from '../../src/xep/0068-form-types.ts';
import { malformed } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0068');

interface Pizza {
  readonly size: number;
  readonly name?: string;
  readonly extraCheese?: boolean;
  readonly toppings: readonly string[];
  readonly for: readonly string[];
}
const pizza = shape<Pizza>('urn:example:pizza', {
  size: single('size', value.unsigned),
  name: optionalSingle('name'),
  extraCheese: optionalSingle('extra_cheese', value.boolean),
  toppings: multi('toppings', 'list-multi'),
  for: multi('for', 'jid-multi', value.jid),
});

test('read :: values of their kinds, and nothing where nothing is', () => {
  const form = submit({ size: '30', extra_cheese: '1', for: ['A@B', 'c@d'], other: 'x' }, 'urn:example:pizza');
  assert.equal(pizza.read(form), { size: 30, extraCheese: true, toppings: [], for: ['a@b', 'c@d'] });
});

test('read :: a form of another type, or of none, is not its', () => {
  assert.is(pizza.read(submit({ size: '30' }, 'urn:example:pasta')), undefined);
  assert.is(pizza.read(submit({ size: '30' })), undefined);
});

test('read :: an empty field has no value, unless it is text', () => {
  const form = submit({ size: '30', extra_cheese: '', name: '' }, 'urn:example:pizza');
  assert.equal(pizza.read(form), { size: 30, name: '', toppings: [], for: [] });
});

test('read :: a wrong or missing value says where', () => {
  const wrong = malformed(() => pizza.read(submit({ size: 'big' }, 'urn:example:pizza'), '/query/x'));
  assert.equal([wrong.code, wrong.path], ['invalid-child', '/query/x/field[size]']);
  const missing = malformed(() => pizza.read(submit({}, 'urn:example:pizza')));
  assert.equal([missing.code, missing.path], ['missing-child', '/x/field[size]']);
  assert.is(malformed(() => pizza.read(submit({ size: '1', for: ['@'] }, 'urn:example:pizza'))).path, '/x/field[for]');
});

test('write :: a part of the values, under the form type', () => {
  const form = pizza.write('submit', { size: 30, toppings: ['olives', 'basil'] });
  assert.equal(form.fields[0], makeField({ var: 'FORM_TYPE', type: 'hidden', values: ['urn:example:pizza'] }));
  assert.equal(
    form.fields.map((field) => field.var),
    ['FORM_TYPE', 'size', 'toppings'],
  );
  assert.is(form.fields[2]?.type, 'list-multi');
  assert.equal(fieldValues(form, 'toppings'), ['olives', 'basil']);
  assert.equal(pizza.names, ['size', 'name', 'extra_cheese', 'toppings', 'for']);
});

test.run();
