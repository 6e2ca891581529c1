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

/** What happens on the network. All ids are those of messages. */
export type HarbourEvent =
  | { readonly kind: 'received' | 'read' | 'retraction'; readonly id: string }
  | { readonly kind: 'typing' }
  | { readonly kind: 'text'; readonly id: string; readonly text: string; readonly answers?: Said }
  | { readonly kind: 'picture'; readonly id: string; readonly name: string; readonly data: Uint8Array }
  | { readonly kind: 'edit'; readonly id: string; readonly text: string }
  | { readonly kind: 'reaction'; readonly id: string; readonly emojis: readonly string[] }
  | { readonly kind: 'there' | 'away'; readonly status: string };

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

/** One user's connection. */
export class HarbourClient {
  /** Messages that the user has not read, by id. */
  readonly unread = new Map<string, { readonly from: string; readonly text: string }>();

  readonly #later: (ms: number, task: () => void) => void;
  readonly #onEvent: (from: string, event: HarbourEvent) => void;
  /** What was answered to which message, so that answers follow when messages change. */
  readonly #answers = new Map<string, string>();
  #lastId = 0;
  #isOpen = false;

  constructor(later: (ms: number, task: () => void) => void, onEvent: (from: string, event: HarbourEvent) => void) {
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

  /** Returns the id of the message; the answer comes by and by. */
  send(to: string, text: string): string {
    const id = String(++this.#lastId);
    const answerId = String(++this.#lastId);
    this.#answers.set(id, answerId);
    for (const [ms, event] of PEOPLE[to]?.habit({ id, text }, answerId) ?? []) this.#emit(ms, to, event);
    return id;
  }

  edit(to: string, id: string, text: string): void {
    const answerId = this.#answers.get(id);
    if (answerId !== undefined) this.#emit(400, to, { kind: 'edit', id: answerId, text: echo(text) });
  }

  remove(to: string, id: string): void {
    const answerId = this.#answers.get(id);
    if (answerId !== undefined) this.#emit(400, to, { kind: 'retraction', id: answerId });
  }

  /** People here put the same emoji beside one's own. */
  react(to: string, id: string, emojis: readonly string[]): void {
    this.#emit(400, to, { kind: 'reaction', id, emojis });
  }

  /** The user has read everything of this person. */
  read(from: string): void {
    for (const [id, message] of this.unread) if (message.from === from) this.unread.delete(id);
  }

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  #emit(ms: number, from: string, event: HarbourEvent): void {
    this.#later(ms, () => {
      if (!this.#isOpen) return;
      if (event.kind === 'text') this.unread.set(event.id, { from, text: event.text });
      this.#onEvent(from, event);
    });
  }
}

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
