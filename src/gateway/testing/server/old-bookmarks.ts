/** Bookmarks in private storage (XEP-0048, XEP-0049), for clients of old: another view of those of XEP-0402. */

import { bareOf, Element, result, StanzaError } from '../../../stanza/index.ts';
import { type Conference, conference, NS as NS_BOOKMARKS } from '../../../xep/0402-bookmarks.ts';
import type { Account } from './account.ts';
import { putItem, takeItem } from './pep.ts';
import type { XmppServer } from './server.ts';

/** Says that there is such a view. */
export const COMPAT_FEATURE = `${NS_BOOKMARKS}#compat`;
const NS_PRIVATE = 'jabber:iq:private';
const NS_STORAGE = 'storage:bookmarks';

export function answerOldBookmarks(
  server: XmppServer,
  account: Account,
  stanza: Element,
): Element | StanzaError | undefined {
  const storage = stanza.getChild('query', NS_PRIVATE)?.getChild('storage', NS_STORAGE);
  if (storage === undefined) return undefined;
  if (bareOf(stanza.attrs.from ?? '') !== account.jid) return StanzaError.of('forbidden');
  const known = account.pep.get(NS_BOOKMARKS)?.items ?? new Map<string, Element>();
  if (stanza.attrs.type === 'get') {
    const shown = [...known].map(([jid, payload]) => toOld(jid, conference.parse(payload) as Conference));
    const list = new Element('storage', NS_STORAGE, undefined, shown);
    return result(stanza, new Element('query', NS_PRIVATE, undefined, [list]));
  }
  const wanted = new Map(storage.getChildren('conference', NS_STORAGE).map((each) => [each.attrs.jid ?? '', each]));
  for (const jid of [...known.keys()]) if (!wanted.has(jid)) takeItem(server, account, NS_BOOKMARKS, jid, true);
  for (const [jid, each] of wanted) {
    const before = known.get(jid);
    const payload = conference.build(fromOld(each, before === undefined ? undefined : conference.parse(before)));
    if (String(payload) !== String(before)) putItem(server, account, NS_BOOKMARKS, jid, payload, PRIVATE);
  }
  return result(stanza);
}

const PRIVATE = { accessModel: 'whitelist', maxItems: Number.POSITIVE_INFINITY, sendLast: false };

function toOld(jid: string, { name, autojoin = false, nick, password }: Conference): Element {
  const child = (what: string, text: string | undefined) =>
    text === undefined ? [] : [new Element(what, NS_STORAGE, undefined, [text])];
  return new Element('conference', NS_STORAGE, { jid, name, autojoin: String(autojoin) }, [
    ...child('nick', nick),
    ...child('password', password),
  ]);
}

/** What clients of old know nothing of stays. */
function fromOld(old: Element, before: Conference | undefined): Conference {
  const { name, autojoin } = old.attrs;
  const nick = old.getChildText('nick', NS_STORAGE) ?? undefined;
  const password = old.getChildText('password', NS_STORAGE) ?? undefined;
  return {
    autojoin: autojoin === 'true' || autojoin === '1',
    ...(name !== undefined && { name }),
    ...(nick !== undefined && { nick }),
    ...(password !== undefined && { password }),
    extensions: before?.extensions ?? [],
  };
}
