/**
 * The pretend network of harbour: in memory, always the same, with people who do what people do.
 * Your plugin has a library in its place.
 */

export interface Person {
  readonly name: string;
  readonly colour: string;
  readonly home: string;
  readonly phone?: string;
  /** Found by search only. */
  readonly isStranger?: boolean;
  /** What they do about a message, each after some milliseconds. `answerId` is for a message of their own. */
  readonly habit: (message: Said, answerId: string) => readonly Act[];
}

interface Said {
  readonly id: string;
  readonly text: string;
}

type Act = readonly [ms: number, event: HarbourEvent];

/** A group of people, or a channel that anybody can join. */
export interface Group {
  name: string;
  about: string;
  subject: string;
  readonly isChannel: boolean;
  /** Ids of people; the first one is in charge. */
  readonly members: string[];
  /** What was said before, oldest first. */
  readonly history: readonly { readonly from: string; readonly text: string; readonly hoursAgo: number }[];
}

/** What happens on the network. All ids are those of messages. */
export type HarbourEvent =
  | { readonly kind: 'received' | 'read' | 'retraction'; readonly id: string }
  | { readonly kind: 'typing' }
  | { readonly kind: 'text'; readonly id: string; readonly text: string; readonly answers?: Said }
  | { readonly kind: 'picture'; readonly id: string; readonly name: string; readonly data: Uint8Array }
  | { readonly kind: 'edit'; readonly id: string; readonly text: string }
  | { readonly kind: 'reaction'; readonly id: string; readonly emojis: readonly string[] }
  | { readonly kind: 'there' | 'away' | 'gone'; readonly status: string }
  // In groups only.
  | { readonly kind: 'subject'; readonly text: string }
  | { readonly kind: 'moderation'; readonly id: string; readonly reason: string };

const reading = ({ id }: Said): Act[] => [
  [100, { kind: 'received', id }],
  [200, { kind: 'read', id }],
];
const answering = (id: string, text: string, answers?: Said): Act[] => [
  [400, { kind: 'typing' }],
  [800, { kind: 'text', id, text, ...(answers && { answers }) }],
];
const echo = (text: string) => `You said: ${text}`;

export const PEOPLE: Readonly<Record<string, Person>> = {
  ada: {
    name: 'Ada the harbour master',
    colour: '#1f6f8b',
    home: 'The quay',
    phone: '+44 20 7946 0001',
    habit: (said, id) => [
      ...reading(said),
      ...(/\bmap\b/i.test(said.text)
        ? ([[600, { kind: 'picture', id, name: 'map.svg', data: drawMap() }]] as const)
        : answering(id, echo(said.text))),
    ],
  },
  bo: {
    name: 'Bo the ferryman',
    colour: '#2a9d5c',
    home: 'The ferry',
    habit: (said, id) => [
      ...reading(said),
      [300, { kind: 'reaction', id: said.id, emojis: ['⚓'] }],
      ...answering(id, echo(said.text)),
    ],
  },
  cleo: {
    name: 'Cleo the cook',
    colour: '#c8553d',
    home: 'The galley',
    habit: (said, id) => [
      ...reading(said),
      ...answering(id, echo(said.text)),
      [1200, { kind: 'edit', id, text: `You said "${said.text}", with salt.` }],
    ],
  },
  dag: {
    name: 'Dag the lighthouse keeper',
    colour: '#e0a030',
    home: 'The lighthouse',
    habit: (said, id) => [
      ...reading(said),
      [250, { kind: 'there', status: 'At the lamp' }],
      ...answering(id, 'That is a good question.', said),
      [1200, { kind: 'away', status: 'Up in the tower' }],
    ],
  },
  eve: {
    name: 'Eve the smuggler',
    colour: '#444466',
    home: 'Nobody knows',
    habit: (said, id) => [
      ...reading(said),
      ...answering(id, 'Tonight, at the third pier.'),
      [1200, { kind: 'retraction', id }],
    ],
  },
  fay: {
    name: 'Fay the sailmaker',
    colour: '#8d5a97',
    home: 'The loft',
    isStranger: true,
    habit: (said) => reading(said),
  },
};

const GROUPS: Readonly<Record<string, Group>> = {
  crew: {
    name: 'The crew',
    about: 'Those who keep the harbour going',
    subject: 'Storm tonight: tie everything down',
    isChannel: false,
    members: ['ada', 'bo', 'cleo'],
    history: [
      { from: 'cleo', text: 'Soup is ready.', hoursAgo: 5 },
      { from: 'bo', text: 'Keep some for me, I am on the water.', hoursAgo: 4 },
    ],
  },
  regatta: {
    name: 'Regatta',
    about: 'The race on Sunday',
    subject: 'Who brings a boat?',
    isChannel: false,
    members: ['bo', 'dag'],
    history: [{ from: 'dag', text: 'The light will be on.', hoursAgo: 3 }],
  },
  notices: {
    name: 'Notices',
    about: 'What everybody in the harbour should know',
    subject: 'Be kind, or be quiet',
    isChannel: true,
    members: ['ada', 'eve'],
    history: [
      { from: 'ada', text: 'The third pier is closed.', hoursAgo: 2 },
      { from: 'eve', text: 'Good.', hoursAgo: 1 },
    ],
  },
};

/** Ids are the network's, not the connection's: nothing has the same after a new login, nor in another run. */
let lastId = Date.now();

/** One user's connection. */
export class HarbourClient {
  /** The groups that the user is in, by id. */
  readonly groups = new Map(Object.entries(structuredClone(GROUPS)));

  /** Messages that the user has not read, by id. */
  readonly unread = new Map<string, { readonly chat: string; readonly text: string }>();

  /** What the user has done, the first first: for tests. */
  readonly done: UserAct[] = [];

  readonly #later: (ms: number, task: () => void) => void;
  readonly #onEvent: OnEvent;
  /** What was answered to which message, so that answers follow when messages change. */
  readonly #answers = new Map<string, { readonly person: string; readonly id: string }>();
  #isOpen = false;
  /** Whether the next text is refused. */
  refusesNext = false;

  constructor(later: (ms: number, task: () => void) => void, onEvent: OnEvent) {
    this.#later = later;
    this.#onEvent = onEvent;
  }

  static checkPassword(username: string, password: string): boolean {
    return username !== '' && password === 'ahoy';
  }

  static find(name: string): string[] {
    return Object.keys(PEOPLE).filter((id) => PEOPLE[id]?.name.toLowerCase().includes(name.toLowerCase()));
  }

  get friends(): string[] {
    return Object.keys(PEOPLE).filter((id) => !PEOPLE[id]?.isStranger);
  }

  /**
   * Says something to a person, or in a group: there those answer who are named, or else the one in charge.
   * Returns the id of the message; the answers come by and by.
   */
  send(chat: string, text: string, answers?: string): string {
    if (this.refusesNext) {
      this.refusesNext = false;
      throw new Error('The harbour master says no.');
    }
    const id = String(++lastId);
    this.done.push({ kind: 'text', chat, id, text, answers });
    for (const person of this.#addressed(chat, text)) {
      const answerId = String(++lastId);
      this.#answers.set(id, { person, id: answerId });
      for (const [ms, event] of PEOPLE[person]?.habit({ id, text }, answerId) ?? []) {
        this.#emit(ms, chat, person, event);
      }
    }
    if (this.groups.get(chat)?.isChannel && /\bspam\b/i.test(text)) {
      this.#emit(1500, chat, 'ada', { kind: 'moderation', id, reason: 'No spam here' });
    }
    return id;
  }

  /** Sends a file: people here can do no more than say what it is. */
  sendFile(chat: string, name: string, size: number): string {
    const id = this.send(chat, `${name}, ${size} bytes`);
    this.done.push({ kind: 'file', chat, id, name, size });
    return id;
  }

  edit(chat: string, id: string, text: string): void {
    this.done.push({ kind: 'correction', chat, id, text });
    const answer = this.#answers.get(id);
    if (answer !== undefined) this.#emit(400, chat, answer.person, { kind: 'edit', id: answer.id, text: echo(text) });
  }

  remove(chat: string, id: string): void {
    this.done.push({ kind: 'retraction', chat, id });
    const answer = this.#answers.get(id);
    if (answer !== undefined) this.#emit(400, chat, answer.person, { kind: 'retraction', id: answer.id });
  }

  /** People here put the same emoji beside one's own. */
  react(chat: string, id: string, emojis: readonly string[]): void {
    this.done.push({ kind: 'reaction', chat, id, emojis });
    const [person = chat] = this.groups.get(chat)?.members ?? [];
    this.#emit(400, chat, person, { kind: 'reaction', id, emojis });
  }

  setSubject(group: string, text: string): void {
    this.#emit(100, group, USER, { kind: 'subject', text });
  }

  /** Takes back what somebody else said. */
  moderate(group: string, id: string, reason: string): void {
    this.#emit(100, group, USER, { kind: 'moderation', id, reason });
  }

  /** Makes a group. Returns its id. */
  createGroup(name: string, members: readonly string[]): string {
    const id = `group-${++lastId}`;
    const group = { name, about: '', subject: '', isChannel: false, members: [...members], history: [] };
    this.groups.set(id, group);
    return id;
  }

  /** The user has read everything of this chat, up to a message. */
  read(chat: string, id: string): void {
    this.done.push({ kind: 'reading', chat, id });
    for (const [id, message] of this.unread) if (message.chat === chat) this.unread.delete(id);
  }

  /** Something happens at once: for tests. */
  happen(chat: string, from: string, event: HarbourEvent): void {
    this.#emit(0, chat, from, event);
  }

  /** An id that no message has. */
  newId(): string {
    return String(++lastId);
  }

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  #addressed(chat: string, text: string): readonly string[] {
    const group = this.groups.get(chat);
    if (group === undefined) return [chat];
    const named = group.members.filter((id) => text.includes(PEOPLE[id]?.name ?? id));
    return named.length > 0 ? named : group.members.slice(0, 1);
  }

  #emit(ms: number, chat: string, from: string, event: HarbourEvent): void {
    this.#later(ms, () => {
      if (!this.#isOpen) return;
      if (event.kind === 'text') this.unread.set(event.id, { chat, text: event.text });
      this.#onEvent(chat, from, event);
    });
  }
}

/** What a user has done. Ids are those of messages. */
export type UserAct =
  | {
      readonly kind: 'text';
      readonly chat: string;
      readonly id: string;
      readonly text: string;
      readonly answers?: string | undefined;
    }
  | { readonly kind: 'file'; readonly chat: string; readonly id: string; readonly name: string; readonly size: number }
  | { readonly kind: 'correction'; readonly chat: string; readonly id: string; readonly text: string }
  | { readonly kind: 'reaction'; readonly chat: string; readonly id: string; readonly emojis: readonly string[] }
  | { readonly kind: 'retraction' | 'reading'; readonly chat: string; readonly id: string };

/** As whom the user appears in events. */
export const USER = 'me';

/** `chat` is a person or a group, `from` who does it. */
type OnEvent = (chat: string, from: string, event: HarbourEvent) => void;

/** A flag in somebody's colour, as SVG. */
export function drawFlag(colour: string): Uint8Array {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="192" height="192"><rect width="192" height="192" fill="${colour}"/>` +
      '<path d="M60 40v116h10v-50l74-30z" fill="#fff"/></svg>',
  );
}

function drawMap(): Uint8Array {
  const piers = [40, 110, 180].map((x) => `<rect x="${x}" y="60" width="14" height="80" fill="#7a5c3e"/>`).join('');
  return Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="180"><rect width="240" height="180" fill="#9cd3e6"/>' +
      `<rect width="240" height="60" fill="#d9c9a3"/>${piers}<circle cx="215" cy="30" r="12" fill="#c8553d"/></svg>`,
  );
}
