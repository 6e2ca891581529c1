/** A pretend network with any number of contacts and groups, steered over the channel to the benchmark. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  BaseGateway,
  BaseSession,
  LegacyBookmarks,
  LegacyContact,
  LegacyMUC,
  LegacyRoster,
  MucType,
  XmppError,
} from '../../dist/gateway/index.js';
import { serve } from './rpc.mjs';
import { delayOf, stamp } from './stanzas.mjs';

/** What has come from the user. */
const got = { texts: 0, marks: 0, delays: [], isTiming: false };
let gateway;

export class BenchGateway extends BaseGateway {
  componentName = 'Bench';
  groups = true;
  registrationFields = [
    { var: 'username', label: 'Name', required: true },
    { var: 'contacts', label: 'Contacts', required: true },
  ];

  constructor(services) {
    super(services);
    gateway = this;
  }

  async validate() {}
}

export class BenchSession extends BaseSession {
  async login() {
    return 'Connected';
  }

  async sendText(_chat, text) {
    got.texts++;
    if (got.isTiming) got.delays.push(delayOf(text));
    return `n${got.texts}`;
  }

  async displayed() {
    got.marks++;
  }

  async composing() {}
  async correct() {}
  async react() {}
  async retract() {}
}

export class BenchRoster extends LegacyRoster {
  async jidUsernameToLegacyId(username) {
    if (username.startsWith('#')) throw new XmppError('item-not-found', 'This is a room.');
    return super.jidUsernameToLegacyId(username);
  }

  async *fill() {
    this.userLegacyId = 'me';
    const count = Number(this.session.user.legacyModuleData.contacts);
    for (let i = 0; i < count; i++) yield await this.byLegacyId(`c${i}`);
  }
}

export class BenchContact extends LegacyContact {
  async updateInfo() {
    this.name = `Contact ${this.legacyId}`;
    this.online({ status: 'At sea' });
  }
}

export class BenchBookmarks extends LegacyBookmarks {
  async legacyIdToJidUsername(legacyId) {
    return `#${legacyId}`;
  }

  /** A room is called by the number of its members and of the messages in its history: `r1000-100`. */
  async jidUsernameToLegacyId(username) {
    if (!/^#r\d+-\d+/.test(username)) throw new XmppError('item-not-found', 'There is no such room.');
    return username.slice(1);
  }
}

export class BenchRoom extends LegacyMUC {
  get #size() {
    return this.legacyId.slice(1).split('-').map(Number);
  }

  async updateInfo() {
    this.type = MucType.Group;
    this.name = `Room ${this.legacyId}`;
    this.subject = 'The sea';
  }

  async *fillParticipants() {
    const [members] = this.#size;
    for (let i = 0; i < members; i++) yield await this.getParticipantByLegacyId(`m${i}`);
  }

  async backfill() {
    const [members, messages] = this.#size;
    const now = Date.now();
    for (let i = 0; i < messages; i++) {
      const author = await this.getParticipantByLegacyId(`m${i % members}`);
      author.sendText(`Message ${i} of the history`, {
        legacyMsgId: `h${i}`,
        archiveOnly: true,
        when: new Date(now - (messages - i) * 100),
      });
      // As messages of a network come: some at a time.
      if (i % 100 === 99) await nextTurn();
    }
  }
}

/** What is said before it is waited for the server. */
const AT_ONCE = 500;

/** Does something so many times, as the packets of a network bring it: a few at a time, or so many in a second. */
async function times(count, { burst = 20, perSecond }, work) {
  const started = performance.now();
  for (let i = 0; i < count; i++) {
    await work(i);
    // Who says more than the server takes has presences dropped of which only the last one counts.
    if (i % AT_ONCE === AT_ONCE - 1) await gateway.drained();
    if (perSecond === undefined) {
      if (i % burst === burst - 1) await nextTurn();
    } else {
      while (((performance.now() - started) * perSecond) / 1000 < i)
        await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}

const sessionOf = (user) => gateway.getSessionFromJid(user);

let lag;
let profiler;
const collectGarbage = () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

if (process.send !== undefined) {
  serve({
    hasUser: (user) => sessionOf(user) !== undefined,
    texts: async ({ user, contacts, count, from = 0, ...pace }) => {
      const session = sessionOf(user);
      await times(count, pace, async (i) => {
        const contact = await session.contacts.byLegacyId(`c${i % contacts}`);
        contact.sendText(`Message ${from + i}: ${stamp()} the ship leaves at noon`, { legacyMsgId: `o${from + i}` });
      });
    },
    presences: async ({ user, contacts, count, from = 0, ...pace }) => {
      const session = sessionOf(user);
      await times(count, pace, async (i) => {
        const contact = await session.contacts.byLegacyId(`c${i % contacts}`);
        if (Math.floor(i / contacts) % 2 === 0) contact.away({ status: `Away ${from + i}` });
        else contact.online({ status: `Back ${from + i}` });
      });
    },
    groupTexts: async ({ user, room, members, count, from = 0, ...pace }) => {
      const muc = await sessionOf(user).bookmarks.byLegacyId(room);
      await times(count, pace, async (i) => {
        const author = await muc.getParticipantByLegacyId(`m${i % members}`);
        author.sendText(`Message ${from + i}: ${stamp()} the ship leaves at noon`, { legacyMsgId: `g${from + i}` });
      });
    },
    got: () => ({ texts: got.texts, marks: got.marks, delays: got.delays }),
    timing: (isTiming) => {
      Object.assign(got, { isTiming, delays: [] });
    },
    /** Microseconds of CPU time so far. */
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    memory: () => {
      collectGarbage();
      collectGarbage();
      return process.memoryUsage();
    },
    startLag: async () => {
      const { monitorEventLoopDelay } = await import('node:perf_hooks');
      lag = monitorEventLoopDelay({ resolution: 1 });
      lag.enable();
    },
    /** Milliseconds beyond the one of the timer. */
    stopLag: () => {
      lag.disable();
      return { p50: lag.percentile(50) / 1e6, p99: lag.percentile(99) / 1e6, max: lag.max / 1e6 };
    },
    startProfile: async () => {
      const { Session } = await import('node:inspector/promises');
      profiler = new Session();
      profiler.connect();
      await profiler.post('Profiler.enable');
      await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
      await profiler.post('Profiler.start');
    },
    stopProfile: async () => {
      const { profile } = await profiler.post('Profiler.stop');
      profiler.disconnect();
      return profile;
    },
  });
}
