/** Looking for people. XEP-0055. */

import { fieldValues } from '../../xep/0004-data-forms.ts';
import { NS, query, type Search } from '../../xep/0055-search.ts';
import { notImplemented } from '../capability.ts';
import { dataForm, type FormValues, readAnswers, tableForm } from '../command/form.ts';
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
    return query.build({ items: [], form: tableForm(found, NS) });
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
