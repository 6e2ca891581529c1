/** Looking for people. XEP-0055. */

import { fieldValues, makeField, makeForm } from '../../xep/0004-data-forms.ts';
import { NS, query, type Search } from '../../xep/0055-search.ts';
import { notImplemented } from '../capability.ts';
import { dataForm, type FormValues, readAnswers } from '../command/form.ts';
import type { IncomingIq, IqRoute } from './route.ts';

export const search: IqRoute = {
  kind: query,
  async handle(incoming) {
    const { gateway, stanza, to, type, payload } = incoming;
    if (to.local !== '') throw notImplemented();
    // Only users may ask: the network is searched with their account.
    const session = gateway.getSessionFromStanza(stanza);
    if (session.search === undefined) throw notImplemented();
    const asked = query.parse(payload) as Search;
    if (type === 'get') return query.build(searchForm(incoming));
    await session.waitForReady();
    const found = await session.search(answersIn(incoming, asked));
    // §3.1: nobody is no error.
    if (found === undefined || found.items.length === 0) return query.build({ items: [] });
    const columns = found.fields.map((field) =>
      makeField({
        var: field.var,
        type: field.type ?? (field.var === 'jid' ? 'jid-single' : 'text-single'),
        label: field.label ?? field.var,
      }),
    );
    const rows = found.items.map((item) => ({
      fields: found.fields.map((field) => makeField({ var: field.var, values: [item[field.var] ?? ''] })),
    }));
    const formType = makeField({ var: 'FORM_TYPE', type: 'hidden', values: [NS] });
    return query.build({
      items: [],
      form: makeForm({
        type: 'result',
        title: found.description,
        fields: [formType],
        reported: { fields: columns },
        items: rows,
      }),
    });
  },
};

const STANDARD = ['first', 'last', 'nick', 'email'] as const;

function searchForm({ gateway }: IncomingIq): Search {
  const { searchFields, searchInstructions, searchTitle } = gateway;
  const standard = STANDARD.filter((name) => searchFields.some((field) => field.var === name));
  return {
    instructions: searchInstructions === '' ? searchTitle : searchInstructions,
    ...Object.fromEntries(standard.map((name) => [name, ''])),
    form: dataForm({ title: searchTitle, instructions: searchInstructions, fields: searchFields, formType: NS }),
    items: [],
  };
}

function answersIn({ gateway }: IncomingIq, asked: Search): FormValues {
  return readAnswers(gateway.searchFields, (name) => {
    if (asked.form !== undefined) return fieldValues(asked.form, name);
    const value = STANDARD.some((each) => each === name) ? asked[name as (typeof STANDARD)[number]] : undefined;
    return value === undefined ? [] : [value];
  });
}
