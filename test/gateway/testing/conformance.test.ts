import * as assert from 'uvu/assert';
import { network } from '../../../examples/harbour/harbour.fake.ts';
import * as harbour from '../../../examples/harbour/harbour.ts';
import { type CaseResult, conformance, type FakeNetwork, formatMatrix } from '../../../src/gateway/testing/index.ts';
import { systemClock } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';

const test = suite('conformance', { timeout: 60_000 });

const { HarbourGateway, HarbourRoster, HarbourSession } = harbour;

/** What fails of a plugin that is harbour but for these classes. */
async function faults(classes: object, only: string, fake: FakeNetwork<never> = network): Promise<CaseResult[]> {
  const results = await conformance({ ...harbour, ...classes }, fake, { only, patience: 400 });
  assert.ok(results.length > 0, only);
  return results.filter(({ outcome }) => outcome === 'failed');
}

const reasons = (failed: readonly CaseResult[]) => failed.map(({ reason = '' }) => reason.split('\n')[0]);

test('harbour :: sessions, texts and rooms are green', async () => {
  for (const only of ['sessions', 'a text', 'coming in']) {
    const results = await conformance(harbour, network, { only });
    assert.equal(
      results.filter(({ outcome }) => outcome !== 'passed'),
      [],
    );
  }
});

test('a broken plugin :: ids that are numbers are named', async () => {
  class NumberSession extends HarbourSession {
    override async sendText(...args: Parameters<InstanceType<typeof HarbourSession>['sendText']>): Promise<string> {
      return Number(await super.sendText(...args)) as unknown as string;
    }
  }
  const failed = await faults({ HarbourSession: NumberSession }, 'what users do: a text with all');
  assert.is(failed.length, 6);
  for (const reason of reasons(failed)) {
    assert.match(reason as string, /^sendText returned the number \d+: ids of messages are strings$/);
  }
});

test('a broken plugin :: what is said to one user comes to another', async () => {
  const all: InstanceType<typeof HarbourSession>[] = [];
  class SharedSession extends HarbourSession {
    override async login(): Promise<string> {
      all.push(this);
      return super.login();
    }
  }
  /** Its network tells everybody. */
  const fake: FakeNetwork<InstanceType<typeof HarbourSession>> = {
    ...network,
    says(_session, { from }, text) {
      const ids = all.map(({ client }) => {
        const id = client.newId();
        client.happen(from, from, { kind: 'text', id, text });
        return id;
      });
      return ids.at(-1) as string;
    },
  };
  const failed = await faults({ HarbourSession: SharedSession }, 'what the network does: a correction', fake as never);
  const other = failed.filter(({ condition }) => condition === 'two users');
  assert.is(other.length, 1);
  assert.match(other[0]?.reason as string, /what was said to (romeo|juliet), or by them, came to (romeo|juliet)/);
});

test('a broken plugin :: it goes on after the end', async () => {
  class TirelessSession extends HarbourSession {
    override async logout(): Promise<void> {}
  }
  const failed = await faults({ HarbourSession: TirelessSession }, 'sessions: the end');
  assert.equal(reasons(failed), ['the plugin said something after the end: logout must stop listening']);

  class PollingSession extends HarbourSession {
    override async login(): Promise<string> {
      const poll = (): unknown => this.xmpp.clock.after(60_000, poll);
      poll();
      return super.login();
    }
  }
  const polling = await faults({ HarbourSession: PollingSession }, 'sessions: nothing goes on');
  assert.match(reasons(polling)[0] as string, /after the end 1 of the plugin's timers go on and on/);
});

test('a broken plugin :: corrections of another message, hooks that do not return, anybody may register', async () => {
  class WrongIdSession extends HarbourSession {
    override async correct(chat: Parameters<InstanceType<typeof HarbourSession>['correct']>[0], text: string) {
      this.client.edit(chat.legacyId, 'the last one', text);
    }
  }
  const wrong = await faults({ HarbourSession: WrongIdSession }, 'what users do: a correction');
  assert.match(reasons(wrong)[0] as string, /^the network heard a correction of the last one instead of \d+$/);

  class HangingSession extends HarbourSession {
    override sendText(): Promise<string> {
      return new Promise(() => {});
    }
  }
  const hanging = await faults({ HarbourSession: HangingSession }, 'what users do: a text of two');
  assert.match(hanging[0]?.reason as string, /sendText was called, and has not returned/);

  class OpenGateway extends HarbourGateway {
    override async validate(): Promise<void> {}
  }
  const open = await faults({ HarbourGateway: OpenGateway }, 'wrong credentials');
  assert.equal(reasons(open), ['the registration with wrong credentials was accepted: check them in validate']);

  class EmptyRoster extends HarbourRoster {
    override async fill(): Promise<void> {}
  }
  const empty = await faults({ HarbourRoster: EmptyRoster }, 'the contacts are there');
  assert.match(reasons(empty)[0] as string, /ada@gw.localhost in the roster, which did not come/);
});

test('in real time :: hours seem to pass', async () => {
  const real = { ...network, clock: systemClock };
  class PollingSession extends HarbourSession {
    override async login(): Promise<string> {
      const poll = (): unknown => this.xmpp.clock.after(60_000, poll);
      poll();
      return super.login();
    }
  }
  const polling = await faults({ HarbourSession: PollingSession }, 'sessions: nothing goes on', real as never);
  assert.match(reasons(polling)[0] as string, /after the end 1 of the plugin's timers go on and on/);
  assert.equal(await faults({}, 'sessions: nothing goes on', real as never), []);
});

test('a network without lists of contacts :: that there are none is said, and no more is left out', async () => {
  const results = await conformance(harbour, { ...network, hasRoster: false }, { only: 'what the network does: ' });
  const skipped = results.filter(({ outcome }) => outcome === 'skipped').map(({ feature }) => feature);
  assert.equal([...new Set(skipped)], ['the contacts are there', 'the connection to the network breaks']);
  assert.ok(results.some(({ feature, outcome }) => feature === 'addresses, there and back' && outcome === 'passed'));
});

test('the matrix :: features by conditions, then what failed and why, then the sum', () => {
  const base = { area: 'groups', feature: 'a text', condition: 'calm' } as const;
  const text = formatMatrix([
    { ...base, outcome: 'passed' },
    { ...base, condition: 'cut', outcome: 'failed', reason: 'It is gone.\nFor good.' },
    { ...base, feature: 'a file', outcome: 'skipped', reason: 'the plugin has no sendFile' },
  ]);
  assert.is(
    text,
    [
      'groups    calm  cut',
      '  a text   ✓     ✗',
      '  a file   –         the plugin has no sendFile',
      '',
      '✗ groups: a text (cut)',
      '  It is gone.',
      '  For good.',
      '',
      '1 passed, 1 failed, 1 do not apply',
    ].join('\n'),
  );
});

test.run();
