import * as assert from 'uvu/assert';
import { dataForm, type FormField, readAnswers } from '../../../src/gateway/command/form.ts';
import { XmppError } from '../../../src/gateway/index.ts';
import { mediaOf } from '../../support/forms.ts';
import { suite } from '../../support/test.ts';

const test = suite('form');

const OPTIONS = [{ value: 'a', label: 'A' }, { value: 'b' }];

const GOOD: [field: FormField, answers: string[], value: unknown][] = [
  [{ var: 'x' }, [' hello '], 'hello'],
  [{ var: 'x' }, [], undefined],
  [{ var: 'x' }, [''], undefined],
  [{ var: 'x', private: true }, [' keep spaces '], ' keep spaces '],
  [{ var: 'x', type: 'boolean' }, ['1'], true],
  [{ var: 'x', type: 'boolean' }, ['TRUE'], true],
  [{ var: 'x', type: 'boolean' }, ['0'], false],
  [{ var: 'x', type: 'boolean' }, [], false],
  [{ var: 'x', type: 'jid-single' }, ['Romeo@Example.net/x'], 'romeo@example.net/x'],
  [{ var: 'x', type: 'jid-multi' }, ['a@b', 'c@d'], ['a@b', 'c@d']],
  // XEP-0004 §3.3: options are for lists; they do not limit addresses.
  [{ var: 'x', type: 'jid-multi', options: [{ value: 'a@b' }] }, ['a@b', 'c@d'], ['a@b', 'c@d']],
  [{ var: 'x', type: 'list-single', options: OPTIONS }, ['b'], 'b'],
  [{ var: 'x', type: 'list-multi', options: OPTIONS }, ['b', 'a'], ['b', 'a']],
  [{ var: 'x', type: 'list-multi', options: OPTIONS }, [], []],
  [{ var: 'x', type: 'text-multi' }, ['1', '', '2'], ['1', '2']],
];
for (const [field, answers, value] of GOOD) {
  test(`answers :: ${JSON.stringify(field)} ${JSON.stringify(answers)}`, () => {
    assert.equal(
      readAnswers([field], () => answers),
      { x: value },
    );
  });
}

const BAD: [field: FormField, answers: string[], text: string][] = [
  [{ var: 'x', required: true }, [], 'x: an answer is needed.'],
  [{ var: 'x', label: 'The X', required: true }, ['  '], 'The X: an answer is needed.'],
  [{ var: 'x', required: true, private: true }, [''], 'x: an answer is needed.'],
  [{ var: 'x', required: true, type: 'text-multi' }, ['', ' '], 'x: an answer is needed.'],
  [{ var: 'x', required: true, type: 'list-multi', options: OPTIONS }, [], 'x: an answer is needed.'],
  [{ var: 'x' }, ['1', '2'], 'x: only one answer is possible.'],
  [{ var: 'x', type: 'boolean' }, ['maybe'], 'x: neither yes nor no.'],
  [{ var: 'x', type: 'jid-single' }, ['a b@c'], 'x: not an XMPP address.'],
  [{ var: 'x', type: 'jid-multi', options: OPTIONS }, ['a@b', 'no jid@'], 'x: not an XMPP address.'],
  [{ var: 'x', type: 'list-single', options: OPTIONS }, ['c'], 'x: not one of the choices.'],
  [{ var: 'x', type: 'list-multi', options: OPTIONS }, ['a', 'c'], 'x: not one of the choices.'],
];
for (const [field, answers, text] of BAD) {
  test(`answers :: ${JSON.stringify(field)} ${JSON.stringify(answers)} are refused`, () => {
    assert.throws(
      () => readAnswers([field], () => answers),
      (e: unknown) => e instanceof XmppError && e.condition === 'not-acceptable' && e.text === text,
    );
  });
}

test('data form :: what is asked, with what is filled in', () => {
  const { fields } = dataForm({
    fields: [
      { var: 'a', value: true, type: 'boolean' },
      { var: 'b', label: 'B', value: ['1', '2'], type: 'text-multi' },
    ],
    formType: 'f',
  });
  assert.equal(
    fields.map(({ var: name, type, label, values }) => [name, type, label, values]),
    [
      ['FORM_TYPE', 'hidden', undefined, ['f']],
      ['a', 'boolean', 'a', ['true']],
      ['b', 'text-multi', 'B', ['1', '2']],
    ],
  );
});

test('data form :: a field with a picture', () => {
  const { fields } = dataForm({ fields: [{ var: 'qr', type: 'fixed', imageUrl: 'https://a.example/qr.png' }] });
  assert.is(mediaOf(fields[0]), 'https://a.example/qr.png');
});

test.run();
