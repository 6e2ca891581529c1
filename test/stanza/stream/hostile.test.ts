import * as assert from 'uvu/assert';
import { fuzzStreams } from '../../support/stream-fuzz.ts';
import { suite } from '../../support/test.ts';

const test = suite('hostile servers', { timeout: 60_000 });

test('streams :: whatever a server does, nothing escapes, all that was begun ends, and nothing is left', async () => {
  const { problems, recovered, loggedIn, failed } = await fuzzStreams(400, 3);
  assert.equal(problems, []);
  assert.ok(recovered > 100 && loggedIn > 30 && failed > 50, `${recovered} ${loggedIn} ${failed}`);
});

test.run();
