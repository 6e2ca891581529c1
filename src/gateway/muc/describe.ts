/** What a room, and those in it, say about themselves. XEP-0030, XEP-0045 §6. */

import { dataResult, type Form } from '../../xep/0004-data-forms.ts';
import { type Info, NS_INFO, NS_ITEMS } from '../../xep/0030-disco.ts';
import { NS as NS_MUC, roomInfo, STABLE_ID } from '../../xep/0045-muc.ts';
import { NS as NS_VCARD_TEMP } from '../../xep/0054-vcard-temp.ts';
import { NS as NS_REGISTER } from '../../xep/0077-register.ts';
import { NS as NS_PING } from '../../xep/0199-ping.ts';
import { features as MAM } from '../../xep/0313-mam.ts';
import { NS as NS_HATS } from '../../xep/0317-hats.ts';
import { NS as NS_SID } from '../../xep/0359-stanza-ids.ts';
import { NS as NS_SELF_PING } from '../../xep/0410-self-ping.ts';
import { NS as NS_OCCUPANT_ID } from '../../xep/0421-occupant-id.ts';
import { NS as NS_MODERATION, NS_V0 as NS_MODERATION_V0 } from '../../xep/0425-moderation.ts';
import { describeCapabilities } from '../capability.ts';
import type { LegacyParticipant } from './participant.ts';
import { type LegacyMUC, MucType } from './room.ts';

/** One of each pair. */
const OF_TYPE: Readonly<Record<MucType, readonly string[]>> = {
  [MucType.Group]: ['muc_membersonly', 'muc_nonanonymous', 'muc_hidden'],
  [MucType.Channel]: ['muc_open', 'muc_semianonymous', 'muc_public'],
  [MucType.ChannelNonAnonymous]: ['muc_open', 'muc_nonanonymous', 'muc_public'],
};

export async function describeRoom(room: LegacyMUC): Promise<Omit<Info, 'node'>> {
  const { features, forms } = await describeCapabilities(room);
  const moderation = room.session.onModerate === undefined ? [] : [NS_MODERATION, NS_MODERATION_V0];
  return {
    identities: [{ category: 'conference', type: 'text', name: room.displayName }],
    features: [
      ...[NS_INFO, NS_ITEMS, NS_MUC, STABLE_ID, NS_SELF_PING, NS_SID, NS_OCCUPANT_ID, NS_HATS, NS_PING, NS_VCARD_TEMP],
      ...MAM,
      ...moderation,
      ...(room.session.onLeaveGroup === undefined ? [] : [NS_REGISTER]),
      ...['muc_persistent', 'muc_unmoderated', 'muc_unsecured'],
      ...OF_TYPE[room.type],
      ...features,
    ],
    forms: [infoForm(room), ...forms],
  };
}

export function describeOccupant(participant: LegacyParticipant): Omit<Info, 'node'> {
  return {
    identities: [{ category: 'client', type: participant.contact?.clientType ?? 'pc', name: participant.nickname }],
    features: [NS_INFO, NS_ITEMS, NS_PING, NS_VCARD_TEMP, NS_OCCUPANT_ID],
    forms: [],
  };
}

function infoForm(room: LegacyMUC): Form {
  const { name, description, subject, avatarHash, nParticipants, type } = room;
  const occupants = nParticipants ?? (room.occupants.isFilled ? room.occupants.size : undefined);
  const facts: readonly [name: string, value: string | undefined][] = [
    ['muc#maxhistoryfetch', String(room.maxHistoryFetch)],
    ['muc#roominfo_description', description],
    ['muc#roominfo_subject', subject],
    ['muc#roominfo_subjectmod', room.onSetSubject === undefined ? '0' : '1'],
    ['muc#roominfo_occupants', occupants?.toString()],
    // COMPAT: the name that Prosody gave it before XEP-0486.
    ['muc#roominfo_avatarhash', avatarHash],
    ['{http://modules.prosody.im/mod_vcard_muc}avatar#sha1', avatarHash],
    ['muc#roomconfig_roomname', name],
    ['muc#roomconfig_persistentroom', '1'],
    ['muc#roomconfig_membersonly', type === MucType.Group ? '1' : '0'],
    ['muc#roomconfig_publicroom', type === MucType.Group ? '0' : '1'],
    ['muc#roomconfig_whois', room.isAnonymous ? 'moderators' : 'anyone'],
    ['muc#roomconfig_allowpm', 'none'],
    ['muc#roomconfig_changesubject', room.onSetSubject === undefined ? '0' : '1'],
    // Beyond this many, only those are shown who do something: clients need not wonder where the rest is.
    ['{urn:slipway:rooms}presence-limit', String(room.session.xmpp.config.roomPresenceLimit)],
  ];
  const known = facts.filter(([, value]) => value !== undefined) as [string, string][];
  return dataResult(Object.fromEntries(known), roomInfo.formType);
}
