/**
 * Presence over a link to Prosody that is cut at random bytes, and over a restart of Prosody, while contacts change theirs
 * and clients come and go: afterwards each client sees everybody as they are, in their chats and in a room.
 */

import * as assert from 'uvu/assert';
import {
  type BaseGateway,
  type LegacyParticipant,
  resolveConfig,
  silentLog,
  startGateway,
} from '../../src/gateway/index.ts';
import { ClientStream, type Element, presence } from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { eventually } from '../support/eventually.ts';
import { GROUPS_PLUGIN, GroupsRoster, type GroupsSession, TestRoom } from '../support/groups-plugin.ts';
import { suite } from '../support/test.ts';
import { numbers } from './support/account.ts';
import { CuttingProxy } from './support/cutting-proxy.ts';
import { Prosody } from './support/prosody.ts';

const GATEWAY = 'gw.localhost';
const SECRET = 'secret';
const ROOM = `#group@${GATEWAY}`;
const CUTS = Number(process.env.PRESENCE_CUTS ?? 8);
const IDS = Array.from({ length: 20 }, (_, i) => `friend${i}`);
const STATES = ['online', 'away', 'busy', 'extendedAway', 'offline'] as const;

const test = suite('presence', { timeout: 60_000 + CUTS * 5000 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Roster extends GroupsRoster {
  override async fill(): Promise<void> {
    await super.fill();
    for (const id of IDS) {
      const friend = await this.byLegacyId(id);
      await friend.addToRoster();
      friend.online();
    }
  }
}

class Room extends TestRoom {
  override async *fillParticipants(): AsyncIterable<LegacyParticipant> {
    for (const id of IDS) yield await this.getParticipantByLegacyId(id);
  }
}

/** A client that remembers how it was shown everybody last. */
class Watcher {
  readonly stream: ClientStream;
  /** By full JID: `show`, or the type; `online` for neither. */
  readonly #shown = new Map<string, string>();

  constructor(prosody: Prosody, resource: string) {
    this.stream = new ClientStream({
      ...{ jid: `romeo@localhost/${resource}`, password: 'romeo', host: '127.0.0.1', port: prosody.clientPort },
      ...{ tls: 'never', allowPlain: true, onStanza: (stanza) => this.#see(stanza) },
    });
  }

  async come(): Promise<this> {
    await this.stream.start();
    this.stream.send(presence({}));
    return this;
  }

  join(): void {
    this.stream.sendRaw(`<presence to='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  }

  /** Who is online, and how; as contacts, or in the room. */
  people(isInRoom = false): readonly string[] {
    return IDS.flatMap((id) => {
      const shown =
        this.#shown.get(isInRoom ? `${ROOM}/${id.toUpperCase()}` : `${id}@${GATEWAY}/slipway`) ?? 'unavailable';
      return shown === 'unavailable' ? [] : [`${id} ${shown}`];
    });
  }

  #see(stanza: Element): void {
    const { from = '', type } = stanza.attrs;
    if (stanza.name !== 'presence' || type === 'error') return;
    this.#shown.set(from, stanza.getChildText('show') ?? type ?? 'online');
  }
}

const SHOWN = { online: 'online', away: 'away', busy: 'dnd', extendedAway: 'xa', offline: '' };

interface World {
  readonly prosody: Prosody;
  readonly line: CuttingProxy;
  readonly gateway: BaseGateway;
  readonly random: () => number;
  /** Who is online, and how. */
  readonly people: () => readonly string[];
  /** Somebody goes or comes. */
  change(): Promise<void>;
}

async function withWorld(play: (world: World) => Promise<void>): Promise<void> {
  const random = numbers(Number(process.env.PRESENCE_SEED ?? 1));
  const component = { domain: GATEWAY, secret: SECRET };
  const prosody = await Prosody.start({ users: ['romeo'], component, privileged: true });
  const line = await CuttingProxy.start(prosody.componentPort, random);
  const config = { jid: GATEWAY, secret: SECRET, server: '127.0.0.1', port: String(line.port), 'home-dir': '' };
  const plugin = { ...GROUPS_PLUGIN, roster: Roster, muc: Room };
  const gateway = await startGateway(plugin, resolveConfig(config), { log: silentLog, reconnectAfter: 100 });
  const states = new Map<string, (typeof STATES)[number]>(IDS.map((id) => [id, 'online']));
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  try {
    await play({
      ...{ prosody, line, gateway, random },
      people: () =>
        IDS.flatMap((id) => (states.get(id) === 'offline' ? [] : [`${id} ${SHOWN[states.get(id) ?? 'online']}`])),
      async change() {
        const [id, state] = [any(IDS), any(STATES)];
        states.set(id, state);
        const contact = await (gateway.getSessionFromJid('romeo@localhost') as GroupsSession).contacts.byLegacyId(id);
        contact[state]();
      },
    });
  } finally {
    await gateway.shutdown();
    await line.stop();
    await prosody.stop();
  }
}

async function registered({ prosody, gateway }: World): Promise<Watcher> {
  const first = await new Watcher(prosody, 'first').come();
  await register(first.stream, GATEWAY, { username: 'romeo', password: 'right' });
  await gateway.getSessionFromJid('romeo@localhost')?.waitForReady();
  return first;
}

test('cut at random bytes :: in the end each client sees everybody as they are, in chats and in the room', () =>
  withWorld(async (world) => {
    const { prosody, line, random } = world;
    const first = await registered(world);
    first.join();
    await eventually(() => assert.equal(first.people(true), world.people()));
    const others: Watcher[] = [];
    let isOver = false;
    const changing = (async () => {
      while (!isOver) {
        await world.change();
        await pause(5);
      }
    })();
    line.breakEvery(4000);
    while (line.cuts < CUTS) {
      await pause(100 + random() * 300);
      if (others.length >= 3) await others.shift()?.stream.stop();
      others.push(await new Watcher(prosody, `client${random()}`).come());
    }
    // One more comes while the line is down.
    line.breakEvery(1);
    await pause(200);
    others.push(await new Watcher(prosody, 'last').come());
    await pause(100);
    isOver = true;
    await changing;
    line.breakEvery(0);
    await eventually(() => {
      for (const each of [first, ...others]) assert.equal(each.people(), world.people());
      assert.equal(first.people(true), world.people());
    }, 15_000);
    for (const each of [first, ...others]) await each.stream.stop();
  }));

test('the server restarts :: clients that are there before the gateway see everybody as they are', () =>
  withWorld(async (world) => {
    const first = await registered(world);
    await eventually(() => assert.equal(first.people(), world.people()));
    await world.prosody.halt();
    for (let i = 0; i < 30; i++) await world.change();
    await world.prosody.resume();
    const [again, other] = [new Watcher(world.prosody, 'first'), new Watcher(world.prosody, 'other')];
    for (const each of [again, other]) await each.come();
    await eventually(() => {
      for (const each of [again, other]) assert.equal(each.people(), world.people());
    }, 15_000);
    for (const each of [again, other, first]) await each.stream.stop();
  }));

test.run();
