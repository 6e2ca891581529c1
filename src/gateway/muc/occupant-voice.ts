/** The conversation of a room, in the name of one of those who speak there. */

import type { Element } from '../../stanza/index.ts';
import type { Conversation, IdLookup, Voice } from '../conversation.ts';
import type { LegacyParticipant } from './participant.ts';

export class OccupantVoice implements Conversation {
  readonly #speaker: LegacyParticipant;

  constructor(speaker: LegacyParticipant) {
    this.#speaker = speaker;
  }

  get delayedBy(): string {
    return this.#speaker.muc.jid.bare;
  }

  send(stanza: Element, voice: Voice): void {
    this.#room.send(stanza, { speaker: this.#speaker, voice });
  }

  sendLater(build: (ids: IdLookup) => Promise<Element | undefined>, voice: Voice): void {
    this.#room.sendLater(build, { speaker: this.#speaker, voice });
  }

  idFor(legacyMsgId: string, voice: Voice): string {
    return this.#room.idFor(legacyMsgId, voice);
  }

  isSent(legacyMsgId: string, voice: Voice): Promise<boolean> {
    return this.#room.isSent(legacyMsgId, voice);
  }

  newId(): string {
    return this.#room.newId();
  }

  partSent(stanzaId: string, legacyMsgId: string, voice: Voice): void {
    this.#room.partSent(stanzaId, legacyMsgId, voice);
  }

  takeParts(legacyMsgId: string): Promise<readonly string[]> {
    return this.#room.takeParts(legacyMsgId);
  }

  /** The archive wants to know exactly; the room leaves it out of what it sends when it is as good as now. */
  delay(when: Date | undefined): Date | undefined {
    return when;
  }

  get #room() {
    return this.#speaker.muc.conversation;
  }
}
