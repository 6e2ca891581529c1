/** A file for a contact, or in a room: somewhere on the web, described in one of three ways. XEP-0066, XEP-0385, XEP-0447. */

import { body, type Element, find, has } from '../../stanza/index.ts';
import { x as oob } from '../../xep/0066-oob.ts';
import { reference } from '../../xep/0372-references.ts';
import { sharedMedia } from '../../xep/0385-sims.ts';
import { realBody } from '../../xep/0428-fallback.ts';
import type { File } from '../../xep/0446-file-metadata.ts';
import { fileSharing, NS as NS_SFS } from '../../xep/0447-sfs.ts';
import { NS as NS_REPLY } from '../../xep/0461-replies.ts';
import { FetchError, type Fetched, type FetchLimits, fetchLimited } from '../attachment/fetch.ts';
import { nameInUrl } from '../attachment/source.ts';
import { can } from '../capability.ts';
import { XmppError } from '../errors.ts';
import { chatOf, type Route, taken } from './route.ts';
import { replyOptions, sendText } from './text.ts';

interface Shared {
  readonly url: string;
  readonly about: Partial<File>;
}

export const file: Route = {
  takes: (stanza) => has(stanza, oob) || has(stanza, fileSharing) || has(stanza, reference),
  isLasting: true,
  takesLong: true,
  async handle(incoming) {
    const { gateway, stanza } = incoming;
    const shared = sharedIn(stanza);
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    if (shared === undefined || session.sendFile === undefined || !can(session, recipient, 'files')) {
      return sendText(chat, incoming);
    }
    gateway.guard.allowance.count(incoming.from.bare, 'uploads');
    const { url, about } = shared;
    const { options } = await replyOptions(chat, incoming);
    const details = {
      ...options,
      fileName: (about.name ?? nameInUrl(url))?.replace(/[/\\]/g, '_'),
      size: about.size,
      caption: captionOf(stanza, url),
    };
    let httpResponse: Fetched | undefined;
    let legacyId: unknown;
    try {
      httpResponse = await fetched(url, gateway.files.limits);
      const contentType = about.mediaType ?? httpResponse.headers['content-type'];
      legacyId = await session.sendFile(recipient, url, { ...details, contentType, httpResponse });
    } catch (error) {
      // Also when it breaks while the plugin reads it.
      if (!(error instanceof FetchError)) throw error;
      throw new XmppError('not-acceptable', `The file at ${url} was not sent: ${error.message}.`);
    } finally {
      // A plugin that has no use for the content must not keep the connection open.
      httpResponse?.body.destroy();
    }
    taken(chat, incoming, legacyId);
  },
};

/** The file that a message is about; the newest form says most. */
function sharedIn(stanza: Element): Shared | undefined {
  const sharing = find(stanza, fileSharing);
  const [first] = sharing?.sources?.urls ?? [];
  if (sharing !== undefined && first !== undefined) return { url: first.target, about: sharing.file };
  const [media] = sharedMedia(stanza);
  const uri = media?.sources.map((each) => each.uri).find((each) => each !== undefined && /^https?:/i.test(each));
  if (media !== undefined && uri !== undefined) return { url: uri, about: media.file };
  const url = find(stanza, oob)?.url;
  return url === undefined ? undefined : { url, about: {} };
}

/** What the user wrote beside the URL, which is only there for clients that know no better. */
function captionOf(stanza: Element, url: string): string | undefined {
  const text = realBody(stanza, NS_SFS, NS_REPLY)?.trim();
  return text === undefined || text === '' || text === url || find(stanza, body) === url ? undefined : text;
}

/** @throws FetchError when it is not there. */
async function fetched(url: string, limits: FetchLimits): Promise<Fetched> {
  const response = await fetchLimited(url, limits);
  if (response.status < 400) return response;
  response.body.destroy();
  throw new FetchError(`the server of the file answers with status ${response.status}`);
}
