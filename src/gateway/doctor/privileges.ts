/** What the server lets the gateway do for its users, kind by kind. XEP-0356. */

import type { Version } from '../../xep/0092-version.ts';
import type { Privilege } from '../../xep/0356-privilege.ts';
import type { Finding } from './finding.ts';
import { type Place, privilegeLines } from './lines.ts';
import { isBroken } from './server.ts';

interface Kind {
  readonly id: string;
  readonly what: string;
  readonly access: 'roster' | 'message' | 'iq';
  readonly ns?: string;
  readonly wanted: string;
  /** What users miss without it. */
  readonly missing: string;
}

const KINDS: readonly Kind[] = [
  {
    ...{ id: 'privilege-roster', what: 'Privilege: rosters', access: 'roster', wanted: 'both' },
    missing: 'Contacts ask users for a subscription, one by one, instead of being in their rosters.',
  },
  {
    ...{ id: 'privilege-message', what: 'Privilege: messages', access: 'message', wanted: 'outgoing' },
    missing: 'What users write with other apps of the network comes as "You wrote elsewhere".',
  },
  {
    ...{ id: 'privilege-pubsub', what: 'Privilege: bookmarks and other personal data', access: 'iq', wanted: 'both' },
    ns: 'http://jabber.org/protocol/pubsub',
    missing: 'Groups come as invitations, and what was read in one app stays unread in another.',
  },
  {
    ...{ id: 'privilege-pubsub-owner', what: 'Privilege: keeping them private', access: 'iq', wanted: 'set' },
    ns: 'http://jabber.org/protocol/pubsub#owner',
    missing: 'The gateway cannot make nodes for bookmarks that only their owner sees, so it makes none.',
  },
  {
    ...{ id: 'privilege-upload', what: "Privilege: uploading in users' names", access: 'iq', wanted: 'get' },
    ns: 'urn:xmpp:http:upload:0',
    missing: "Files count against the gateway's own quota, not those of users.",
  },
];

export function privilegeFindings(
  granted: Privilege | undefined,
  version: Version | undefined,
  place: Place,
): Finding[] {
  const isUnusable = version !== undefined && isBroken(version);
  return KINDS.map(({ id, what, access, ns, wanted, missing }) => {
    const given = typeOf(granted, access, ns);
    if (given === wanted || given === 'both') {
      if (!isUnusable) return { id, what, status: 'ok', seen: `granted (${given})` };
      const remedy = 'This version grants it, but does not do it: upgrade to ejabberd 23.10 or later.';
      return { id, what, status: 'warning', seen: `granted (${given}), but not used`, remedy };
    }
    const seen = given === 'none' ? 'not granted' : `only "${given}" is granted, "${wanted}" is needed`;
    return { id, what, status: 'warning', seen, remedy: missing, lines: privilegeLines(place) };
  });
}

function typeOf(granted: Privilege | undefined, access: Kind['access'], ns: string | undefined): string {
  const perms = granted?.perms.filter((perm) => perm.access === access) ?? [];
  if (ns === undefined) return perms[0]?.type ?? 'none';
  return perms.flatMap(({ namespaces }) => namespaces).find((each) => each.ns === ns)?.type ?? 'none';
}
