/** The user's own picture, for the network. XEP-0084. */

import { type IqSender, MalformedError, StanzaError } from '../../stanza/index.ts';
import { NS as NS_PUBSUB } from '../../xep/0060-pubsub.ts';
import { fetchAvatar, fetchMetadata, type Info } from '../../xep/0084-avatar.ts';
import type { BaseSession } from '../session.ts';

/** Looks for the user's picture, and tells the plugin when it is another than before. */
export async function fetchUserAvatar(session: BaseSession): Promise<void> {
  if (session.onAvatar === undefined || session.user.preferences.syncAvatar !== true) return;
  try {
    const metadata = await fetchMetadata(senderFor(session), session.user.jid.bare);
    await updateUserAvatar(session, metadata?.infos ?? []);
  } catch (error) {
    // No picture, or none for us: nothing to tell.
    if (!isTheirs(error)) throw error;
  }
}

/** Tells the plugin of the picture that the user has published, unless it has been told. */
export async function updateUserAvatar(session: BaseSession, infos: readonly Info[]): Promise<void> {
  const { xmpp, user, userId } = session;
  if (session.onAvatar === undefined || user.preferences.syncAvatar !== true) return;
  const known = await xmpp.store.users.avatarHash(userId);
  // The form that is published beside, not somewhere on the web.
  const info = infos.find((each) => each.url === undefined);
  if (info?.id === known) return;
  if (info === undefined) {
    await session.onAvatar(undefined, undefined, undefined, undefined, undefined);
  } else {
    const bytes = await fetchAvatar(senderFor(session), user.jid.bare, info.id);
    if (bytes === undefined) return;
    await session.onAvatar(bytes, info.id, info.type, info.width, info.height);
  }
  await xmpp.store.users.setAvatarHash(userId, info?.id);
}

/** The picture that the user has published, for rooms. */
export async function userPhoto(session: BaseSession): Promise<Uint8Array | undefined> {
  try {
    const sender = senderFor(session);
    const metadata = await fetchMetadata(sender, session.user.jid.bare);
    const info = metadata?.infos.find((each) => each.url === undefined);
    return info === undefined ? undefined : await fetchAvatar(sender, session.user.jid.bare, info.id);
  } catch (error) {
    if (!isTheirs(error)) throw error;
    return undefined;
  }
}

/** Whether it is the answer that is wrong: an error, or nothing that can be read. */
function isTheirs(error: unknown): boolean {
  return error instanceof StanzaError || error instanceof MalformedError;
}

/** The user, if the server lets us: what is published for contacts only is then readable too. */
function senderFor({ xmpp, user }: BaseSession): IqSender {
  return xmpp.privileges.bestSenderFor(user.jid, NS_PUBSUB, 'get');
}
