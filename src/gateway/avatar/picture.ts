/** The picture of a contact or a room, as a plugin sets it. */

import type { JID } from '../../stanza/index.ts';
import type { BaseGateway } from '../gateway.ts';
import type { AvatarSource } from './avatar-cache.ts';

export interface PictureOptions {
  /** What the network calls the picture: as long as it is the same, nothing is done. */
  readonly avatarUniqueId?: string;
  /** Whether to wait until it has been fetched. Default: it is done in the background. */
  readonly blocking?: boolean;
}

/** Whose picture it is. */
export interface Pictured {
  readonly jid: JID;
  readonly session: { readonly xmpp: Pick<BaseGateway, 'avatars' | 'log'> };
  /** What the plugin calls the picture that is there. */
  readonly avatar: string | undefined;
  /** A change on its way: the next one waits for it. */
  settingPicture: Promise<void> | undefined;
  /** Takes the picture with this hash, of this name; `undefined` for none. */
  takePicture(hash: string | undefined, id: string | undefined): void;
}

/** Sets the picture. One that cannot be used is told to the log: the one before stays. */
export async function setPicture(
  owner: Pictured,
  source: AvatarSource | undefined,
  { avatarUniqueId, blocking = false }: PictureOptions,
): Promise<void> {
  if (avatarUniqueId !== undefined && avatarUniqueId === owner.avatar) return;
  const setting = Promise.resolve(owner.settingPicture).then(() => load(owner, source, avatarUniqueId));
  owner.settingPicture = setting;
  if (blocking || source === undefined) await setting;
}

async function load(owner: Pictured, source: AvatarSource | undefined, id: string | undefined): Promise<void> {
  const { avatars, log } = owner.session.xmpp;
  try {
    const hash = source === undefined ? undefined : await avatars.load(source);
    owner.takePicture(hash, id ?? hash);
  } catch (error) {
    // Thrown it would be lost, and so would all pictures that are set later: they wait for this one.
    log.warn({ of: owner.jid.bare, reason: (error as Error).message }, 'cannot use a picture');
  }
}
