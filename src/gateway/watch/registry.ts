/** What was counted, as Prometheus reads it. */

import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import type { JournalQueries } from '../store/journal-queries.ts';
import { type Histogram, OUTCOMES, STANZA_KINDS, STEPS } from './metrics.ts';
import type { Watch } from './watch.ts';

/** What is looked up when somebody asks. */
export interface Watched {
  readonly watch: Watch;
  readonly version: string;
  /** Whether the stream to the server is up. */
  isLinked(): boolean;
  /** How many stanzas wait for the server. */
  held(): number;
  /** What is in the journal. */
  readonly journal: Pick<JournalQueries, 'counts' | 'oldestOutgoing'>;
  /** Milliseconds since 1970. */
  now(): number;
  /** How many users' sessions are in which state. */
  sessions(): ReadonlyMap<string, number>;
}

/** All states are shown, also those that no session is in: a series that is not there is no zero. */
const JOURNAL_STATES = ['pending', 'handed', 'failed', 'unknown', 'parked'];
const SESSION_STATES = ['logged-out', 'logging-in', 'logged-in', 'ready', 'failed'];

export function registryFor(watched: Watched): Registry {
  const { metrics } = watched.watch;
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, read: () => number) => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const counters = <L extends string>(name: string, help: string, label: L, read: () => Iterable<[string, number]>) => {
    new Counter({
      name,
      help,
      registers,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value } as Record<L, string>, count);
      },
    });
  };

  counter(
    'slipway_messages_received_total',
    'Messages from users: as many as have an outcome or are in progress.',
    () => metrics.messagesReceived,
  );
  counters('slipway_message_outcomes_total', 'What became of messages from users.', 'outcome', () =>
    OUTCOMES.map((outcome) => [outcome, metrics.outcomes[outcome]]),
  );
  gauge('slipway_messages_in_progress', 'Messages from users that are being handled, or wait for that.', () => {
    return watched.watch.backlog.count;
  });
  gauge('slipway_messages_oldest_seconds', 'How long the oldest of those has been there; 0 when there is none.', () => {
    return watched.watch.backlog.age;
  });
  counters('slipway_stanzas_received_total', 'Stanzas from the server.', 'kind', () =>
    STANZA_KINDS.map((kind) => [kind, metrics.received[kind]]),
  );
  counters('slipway_stanzas_sent_total', 'Stanzas to the server.', 'kind', () =>
    STANZA_KINDS.map((kind) => [kind, metrics.sent[kind]]),
  );
  registry.registerMetric(
    histogramMetric(
      'slipway_message_seconds',
      'Where the time goes: wait for its turn, look-up, handle; order: from the plugin to the server.',
      'step',
      () => STEPS.map((step) => [step, metrics.steps[step]]),
    ),
  );
  gauge('slipway_link_up', 'Whether the stream to the XMPP server is up: 1 or 0.', () => (watched.isLinked() ? 1 : 0));
  counter('slipway_link_connects_total', 'How often that stream came up.', () => metrics.connects);
  gauge('slipway_stanzas_held', 'Stanzas that wait for the XMPP server to come back.', () => watched.held());
  const ageOf = (since: Date | undefined) =>
    since === undefined ? 0 : Math.max(0, (watched.now() - since.getTime()) / 1000);
  new Gauge({
    name: 'slipway_journal_events',
    help: 'What users did and has not come to a good end, as the journal has it, by state; parked can be tried again.',
    registers,
    labelNames: ['state'],
    async collect() {
      const counts = await watched.journal.counts();
      for (const state of JOURNAL_STATES) this.set({ state }, counts.find((each) => each.state === state)?.count ?? 0);
    },
  });
  new Gauge({
    name: 'slipway_journal_oldest_seconds',
    help: 'The age of the oldest entry of the journal: to the network, what is pending or handed; to users, what is not acknowledged.',
    registers,
    labelNames: ['direction'],
    async collect() {
      const open = (await watched.journal.counts()).filter(({ state }) => state === 'pending' || state === 'handed');
      const ages = open.map(({ since }) => ageOf(since));
      this.set({ direction: 'to-network' }, Math.max(0, ...ages));
      this.set({ direction: 'to-user' }, ageOf(await watched.journal.oldestOutgoing()));
    },
  });
  new Gauge({
    name: 'slipway_sessions',
    help: 'Sessions of users by state.',
    registers,
    labelNames: ['state'],
    collect() {
      const states = watched.sessions();
      for (const state of SESSION_STATES) this.set({ state }, states.get(state) ?? 0);
    },
  });
  counter('slipway_exceptions_total', 'Errors that nobody expected: the log has them.', () => metrics.exceptions);
  new Gauge({ name: 'slipway_info', help: 'Which version runs: always 1.', registers, labelNames: ['version'] }).set(
    { version: watched.version },
    1,
  );
  // CPU, memory, garbage collection, and how late the event loop is.
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The package's own histogram would be asked for every message: it costs more than all else that is measured. */
function histogramMetric<L extends string>(
  name: string,
  help: string,
  label: L,
  read: () => readonly [string, Histogram][],
): Metric {
  const metric = {
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    async get() {
      return { name, help, type: 'histogram', aggregator: 'sum', values: read().flatMap(seriesOf) };
    },
  };
  return metric as unknown as Metric;

  function seriesOf([value, { bounds, counts, sum }]: [string, Histogram]) {
    const labels = { [label]: value };
    let below = 0;
    const buckets = [...counts].map((count, i) => {
      below += count;
      return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? '+Inf' }, value: below };
    });
    const total = { metricName: `${name}_count`, labels, value: below };
    return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, total];
  }
}
