/** What components may do for users. XEP-0356. */

import {
  type Element,
  errorReply,
  find,
  iq,
  message,
  payloadOf,
  readdressed,
  result,
  StanzaError,
} from '../../../stanza/index.ts';
import { privilege, privilegedIq, privilegeV1 } from '../../../xep/0356-privilege.ts';
import type { Account } from './account.ts';
import { NS_ROSTER, rosterRequest } from './roster.ts';
import type { XmppServer } from './server.ts';

/** What components may do for users, as the server says it. XEP-0356. */
export interface Privileges {
  readonly roster?: 'get' | 'set' | 'both';
  readonly message?: 'outgoing';
  /** By namespace of the request. */
  readonly iq?: Readonly<Record<string, 'get' | 'set' | 'both'>>;
  /** The version of the protocol; the first has no iqs. Default 2. */
  readonly version?: 1 | 2;
}

/** The message that tells a component what it may do. */
export function advertisement(server: XmppServer, privileges: Privileges, domain: string): Element {
  const perms = [];
  if (privileges.roster !== undefined) perms.push({ access: 'roster', type: privileges.roster, namespaces: [] });
  if (privileges.message !== undefined) perms.push({ access: 'message', type: privileges.message, namespaces: [] });
  if (privileges.iq !== undefined && privileges.version !== 1) {
    const namespaces = Object.entries(privileges.iq).map(([ns, type]) => ({ ns, type }));
    perms.push({ access: 'iq', namespaces });
  }
  const codec = privileges.version === 1 ? privilegeV1 : privilege;
  return message({ from: server.domain, to: domain, id: server.newId() }, codec.build({ perms }));
}

/** Takes a message that a component sends for a user. Returns whether it was one. */
export function actAsUser(server: XmppServer, stanza: Element): boolean {
  if (stanza.name !== 'message' || stanza.attrs.to !== server.domain) return false;
  const wrapped = find(stanza, privilege) ?? find(stanza, privilegeV1);
  if (wrapped === undefined) return false;
  server.options.onStanza?.(stanza);
  const { privileges, faults } = server;
  const inner = wrapped.forwarded?.stanza;
  const from = inner?.attrs.from ?? '';
  const isAllowed = privileges !== false && !faults.refusesPrivileges && privileges.message === 'outgoing';
  if (isAllowed && inner?.name === 'message' && server.account(from)?.jid === from) server.route(inner);
  else server.bounce(stanza, StanzaError.of('forbidden'));
  return true;
}

/** Answers a component that asks for the roster of a user, or makes another request in the user's name. */
export function answerPrivileged(
  server: XmppServer,
  account: Account,
  stanza: Element,
): Element | StanzaError | 'later' | undefined {
  const { from = '', type } = stanza.attrs;
  if (server.componentSecret(from) === undefined) return undefined;
  const privileges = !server.faults.refusesPrivileges && server.privileges;
  const query = stanza.getChild('query', NS_ROSTER);
  if (query !== undefined) {
    const allowed = privileges === false ? undefined : privileges.roster;
    if (allowed !== 'both' && allowed !== type) return StanzaError.of('forbidden');
    return rosterRequest(server, account, stanza, query, true);
  }
  const inner = find(stanza, privilegedIq)?.iq;
  if (inner === undefined) return undefined;
  const payload = payloadOf(inner);
  const allowed = privileges === false || payload === undefined ? undefined : privileges.iq?.[payload.ns];
  const isOwn = inner.attrs.from === undefined || inner.attrs.from === account.jid;
  if (payload === undefined || (allowed !== 'both' && allowed !== type) || inner.attrs.type !== type || !isOwn) {
    return StanzaError.of('forbidden');
  }
  const { to = account.jid, id } = inner.attrs;
  const wrapped = (answer: Element) =>
    server.route(result(stanza, privilege.build({ perms: [], forwarded: { stanza: answer } })));
  server
    .request({ type: type as 'get' | 'set', from: account.jid, to, payload })
    .then((answer) => wrapped(iq({ type: 'result', from: to, to: account.jid, id }, answer)))
    .catch((error) => {
      if (!(error instanceof StanzaError)) throw error;
      wrapped(errorReply(readdressed(inner, { from: account.jid, to }), error));
    });
  return 'later';
}
