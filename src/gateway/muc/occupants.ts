/** Who is in a room: one object for each, found by name, contact or id. */

import type { LegacyContact } from '../contact.ts';
import { safeNick, uniqueNick } from './nick.ts';
import type { Identity, LegacyParticipant } from './participant.ts';

export class Occupants {
  readonly #make: (identity: Identity) => LegacyParticipant;
  readonly #fill: () => AsyncIterable<LegacyParticipant> | Promise<void>;
  /** By the resource of the JID. */
  readonly #byResource = new Map<string, LegacyParticipant>();
  /** Names of the network that are not written so in the JID, or not alone. */
  readonly #byNickname = new Map<string, LegacyParticipant>();
  readonly #byContact = new Map<LegacyContact, LegacyParticipant>();
  readonly #byKey = new Map<string, LegacyParticipant>();
  /** The names under which somebody is to be found, so that they can be taken away again. */
  readonly #found = new Map<LegacyParticipant, readonly string[]>();
  /** Told of each as it is found, while the room is being filled. */
  readonly #watchers = new Set<(participant: LegacyParticipant) => void>();
  #filling: Promise<void> | undefined;
  #isFilled = false;

  /**
   * @param make makes the object.
   * @param fill asks the plugin for all who are in the room.
   */
  constructor(
    make: (identity: Identity) => LegacyParticipant,
    fill: () => AsyncIterable<LegacyParticipant> | Promise<void>,
  ) {
    this.#make = make;
    this.#fill = fill;
  }

  get size(): number {
    return this.#byResource.size;
  }

  /** Whether everybody is known: who comes now is new in the room. */
  get isFilled(): boolean {
    return this.#isFilled;
  }

  /** In the order in which they were found. */
  [Symbol.iterator](): IterableIterator<LegacyParticipant> {
    return this.#byResource.values();
  }

  byResource(resource: string): LegacyParticipant | undefined {
    return this.#byResource.get(resource);
  }

  byNickname(nickname: string): LegacyParticipant | undefined {
    return this.#byNickname.get(nickname) ?? this.#byResource.get(nickname);
  }

  byContact(contact: LegacyContact): LegacyParticipant | undefined {
    return this.#byContact.get(contact);
  }

  byKey(key: string): LegacyParticipant | undefined {
    return this.#byKey.get(key);
  }

  /** Adds somebody who is not there yet. A name that is taken gets something to tell them apart. */
  add(identity: Identity): LegacyParticipant {
    const nickname = this.#uniqueName(identity.nickname, identity.contact?.jid.local ?? identity.key);
    const participant = this.#make({ ...identity, nickname, key: this.#uniqueKey(identity.key) });
    this.adopt(participant, identity.nickname);
    return participant;
  }

  /** Takes in somebody who was met in the history, unless they are here already. */
  adopt(participant: LegacyParticipant, wanted = participant.nickname): void {
    if (this.#found.has(participant)) return;
    const { key, contact } = participant;
    this.#found.set(participant, []);
    this.#index(participant, wanted);
    this.#byKey.set(key, participant);
    if (contact === undefined) return;
    this.#byContact.set(contact, participant);
    contact.participants ??= new Set();
    contact.participants.add(participant);
  }

  remove(participant: LegacyParticipant): void {
    this.#unindex(participant);
    this.#byKey.delete(participant.key);
    this.#found.delete(participant);
    if (participant.contact !== undefined) this.#byContact.delete(participant.contact);
    participant.contact?.participants?.delete(participant);
  }

  /** Gives somebody another name. Returns whether anything has changed by that. */
  rename(participant: LegacyParticipant, nickname: string): boolean {
    if (nickname === participant.nickname) return false;
    this.#unindex(participant);
    const unique = this.#uniqueName(nickname, participant.contact?.jid.local ?? participant.occupantId);
    const { resource, isExact } = safeNick(unique, participant.resource);
    const isNews = resource !== participant.resource || unique !== participant.nickname;
    participant.takeName(unique, resource, isExact);
    this.#index(participant, nickname);
    return isNews;
  }

  /**
   * Asks the plugin for all who are in the room: once, whoever asks. A plugin that fails is asked again the next time.
   * @param onFound hears of those who are found while this lasts.
   */
  async fill(onFound: (participant: LegacyParticipant) => void = () => {}): Promise<void> {
    if (this.#isFilled) return;
    this.#watchers.add(onFound);
    this.#filling ??= this.#run();
    try {
      await this.#filling;
    } finally {
      this.#watchers.delete(onFound);
    }
  }

  /** The plugin is asked again who is in the room, the next time that somebody wants to know. */
  refill(): void {
    this.#isFilled = false;
  }

  /** Takes everybody out. */
  clear(): void {
    for (const participant of [...this]) this.remove(participant);
    this.#isFilled = false;
  }

  async #run(): Promise<void> {
    try {
      const filled = this.#fill();
      if (Symbol.asyncIterator in filled) {
        for await (const participant of filled) for (const tell of this.#watchers) tell(participant);
      } else {
        await filled;
      }
      this.#isFilled = true;
    } finally {
      this.#filling = undefined;
    }
  }

  /** Who has taken another name keeps the key of the one before: whoever has that name now is somebody else. */
  #uniqueKey(key: string): string {
    if (!this.#byKey.has(key)) return key;
    for (let count = 2; ; count++) {
      const numbered = `${key} (${count})`;
      if (!this.#byKey.has(numbered)) return numbered;
    }
  }

  #uniqueName(nickname: string, hint: string): string {
    const taken = (name: string) => this.#byResource.has(safeNick(name, hint).resource);
    return uniqueNick(nickname, taken, hint);
  }

  /** `wanted` is the name before it was made unique: found by it is who had it first. */
  #index(participant: LegacyParticipant, wanted: string): void {
    this.#byResource.set(participant.resource, participant);
    const names = [participant.nickname, wanted].filter((name) => !this.#byNickname.has(name));
    for (const name of names) this.#byNickname.set(name, participant);
    this.#found.set(participant, names);
  }

  #unindex(participant: LegacyParticipant): void {
    this.#byResource.delete(participant.resource);
    for (const name of this.#found.get(participant) ?? []) this.#byNickname.delete(name);
  }
}
