/** A table of contacts or rooms, by name. */

import type { JID } from '../../stanza/index.ts';
import { byName } from '../directory.ts';
import { TableResult } from './command.ts';

export function addressList(
  description: string,
  entries: Iterable<{ readonly displayName: string; readonly jid: JID }>,
): TableResult {
  return new TableResult({
    description,
    fields: [
      { var: 'name', label: 'Name' },
      { var: 'jid', label: 'Address', type: 'jid-single' },
    ],
    items: byName(entries).map(({ displayName, jid }) => ({ name: displayName, jid: jid.bare })),
  });
}
