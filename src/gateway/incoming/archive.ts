/** Looking into what was said in a room. XEP-0313. */

import { message } from '../../stanza/index.ts';
import { makeField, makeForm } from '../../xep/0004-data-forms.ts';
import { validate } from '../../xep/0122-validation.ts';
import { fin, metadata, NS, type Query, query, result } from '../../xep/0313-mam.ts';
import { expectType, type IqRoute, roomOf } from './route.ts';

/** The fields of the filter, or messages: these come before the answer, each in a message of its own. */
export const archiveQuery: IqRoute = {
  kind: query,
  async handle(incoming) {
    const { gateway, payload, from, type } = incoming;
    const room = await roomOf(incoming);
    if (type === 'get') return query.build({ form: FILTER, flipPage: false });
    const archive = await room.archiveReady();
    const { results, fin: end } = await archive.query(query.parse(payload) as Query);
    for await (const each of results) {
      gateway.sendTransient(message({ from: room.jid.bare, to: from.full }, result.build(each)));
    }
    return fin.build(end);
  },
};

export const archiveMetadata: IqRoute = {
  kind: metadata,
  async handle(incoming) {
    expectType(incoming, 'get');
    const archive = await (await roomOf(incoming)).archiveReady();
    return metadata.build(await archive.metadata());
  },
};

// Any id may be asked for, not only some that are offered.
const ANY_TEXT = validate.build({ datatype: 'xs:string', method: { open: true } });

const FILTER = makeForm({
  type: 'form',
  fields: [
    makeField({ var: 'FORM_TYPE', type: 'hidden', values: [NS] }),
    makeField({ var: 'with', type: 'jid-single' }),
    makeField({ var: 'start', type: 'text-single' }),
    makeField({ var: 'end', type: 'text-single' }),
    makeField({ var: 'before-id', type: 'text-single' }),
    makeField({ var: 'after-id', type: 'text-single' }),
    makeField({ var: 'ids', type: 'list-multi', extensions: [ANY_TEXT] }),
  ],
});
