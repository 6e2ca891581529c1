import * as assert from 'uvu/assert';
import * as forms from '../../src/xep/0004-data-forms.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0004');
const { makeField, makeForm } = forms;

reads(test, forms.form, [
  // Example 2, shortened.
  [
    `<x xmlns='jabber:x:data' type='form'>
      <title>Bot Configuration</title>
      <instructions>Fill out this form to configure your new bot!</instructions>
      <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
      <field type='fixed'><value>Section 1: Bot Info</value></field>
      <field type='text-single' label='The name of your bot' var='botname'/>
      <field type='list-single' label='Maximum number of subscribers' var='maxsubs'>
        <value>20</value>
        <option label='10'><value>10</value></option>
        <option label='20'><value>20</value></option>
      </field>
      <field type='jid-multi' label='People to invite' var='invitelist'><desc>Tell all your friends!</desc></field>
    </x>`,
    makeForm({
      type: 'form',
      title: 'Bot Configuration',
      instructions: ['Fill out this form to configure your new bot!'],
      fields: [
        makeField({ var: 'FORM_TYPE', type: 'hidden', values: ['jabber:bot'] }),
        makeField({ type: 'fixed', values: ['Section 1: Bot Info'] }),
        makeField({ var: 'botname', type: 'text-single', label: 'The name of your bot' }),
        makeField({
          var: 'maxsubs',
          type: 'list-single',
          label: 'Maximum number of subscribers',
          values: ['20'],
          options: [
            { label: '10', value: '10' },
            { label: '20', value: '20' },
          ],
        }),
        makeField({ var: 'invitelist', type: 'jid-multi', label: 'People to invite', desc: 'Tell all your friends!' }),
      ],
    }),
  ],
]);
roundtrip(test, forms.form, [
  // Example 8, shortened.
  [
    `<x xmlns='jabber:x:data' type='result'>
      <title>Joogle Search: verona</title>
      <reported><field var='name'/><field var='url'/></reported>
      <item>
        <field var='name'><value>Comune di Verona</value></field>
        <field var='url'><value>http://www.comune.verona.it/</value></field>
      </item>
    </x>`,
    makeForm({
      type: 'result',
      title: 'Joogle Search: verona',
      reported: { fields: [makeField({ var: 'name' }), makeField({ var: 'url' })] },
      items: [
        {
          fields: [
            makeField({ var: 'name', values: ['Comune di Verona'] }),
            makeField({ var: 'url', values: ['http://www.comune.verona.it/'] }),
          ],
        },
      ],
    }),
  ],
]);
rejects(test, forms.form, [
  ["<x xmlns='jabber:x:data'/>", 'missing-attribute', '/x@type'],
  ["<x xmlns='jabber:x:data' type='question'/>", 'invalid-attribute', '/x@type'],
  [
    "<x xmlns='jabber:x:data' type='form'><field var='a'><option/></field></x>",
    'missing-child',
    '/x/field[1]/option[1]/value',
  ],
]);
reads(test, forms.field, [
  ["<field xmlns='jabber:x:data' var='a' type='text-fancy'/>", makeField({ var: 'a', type: 'text-single' })],
]);

laws(test, forms, {
  option: a.object({ value: a.text }, { label: a.text }),
  field: a.field,
  reported: a.object({ fields: a.list(a.field, 1) }),
  item: a.object({ fields: a.list(a.field, 1) }),
  form: a.form,
});

test('submit :: values under a form type', () => {
  const answer = forms.submit({ a: '1', b: ['2', '3'], c: [] }, 'urn:example');
  assert.is(forms.formTypeOf(answer), 'urn:example');
  assert.is(answer.fields[0]?.type, 'hidden');
  assert.is(forms.fieldValue(answer, 'a'), '1');
  assert.equal(forms.fieldValues(answer, 'b'), ['2', '3']);
  assert.is(forms.fieldValue(answer, 'c'), undefined);
  assert.equal(forms.fieldValues(answer, 'd'), []);
  assert.is(forms.formTypeOf(forms.submit({ a: '1' })), undefined);
  assert.is(forms.dataResult({}).type, 'result');
});

test.run();
