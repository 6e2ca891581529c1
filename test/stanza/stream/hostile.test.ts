import * as assert from 'uvu/assert';
import { fuzzStreams } from '../../support/stream-fuzz.ts';
import { suite } from '../../support/test.ts';

const test = suite('hostile servers', { timeout: 60_000 });

test('streams :: whatever a server does, nothing escapes, all that was begun ends, and nothing is left', async () => {
  const { problems, recovered, loggedIn, failed } = await fuzzStreams(400, 3);
  assert.equal(problems, []);
  // Each way must have been gone; how often, on a machine that is busy, nobody can say: steps have a time.
  assert.ok(recovered > 30 && loggedIn > 5 && failed > 30, `${recovered} ${loggedIn} ${failed}`);
});

test.run();
