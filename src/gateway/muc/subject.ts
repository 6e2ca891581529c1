/** The subject of a room, as clients are told of it. XEP-0045 §7.2.15, §8.1. */

import type { Element } from '../../stanza/index.ts';
import { subjectMessage } from '../outgoing/room.ts';
import type { LegacyMUC } from './room.ts';

/** The subject; of a room that has none, what comes near it. */
export function shownSubject(room: LegacyMUC): Element {
  const { subject, subjectSetter, subjectDate, occupants } = room;
  const shown = room.hasSubject ? subject : (room.description ?? room.displayName);
  const by = subjectSetter === undefined ? undefined : occupants.byNickname(subjectSetter);
  return subjectMessage({
    from: by?.jid ?? room.jid.bare,
    room: room.jid.bare,
    text: shown ?? '',
    when: subject === undefined ? undefined : subjectDate,
    occupantId: by?.occupantId,
  });
}
