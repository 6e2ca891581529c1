import * as assert from 'uvu/assert';
import { silentLog } from '../../src/gateway/log.ts';
import { withoutText } from '../../src/gateway/log-stanza.ts';
import { parse } from '../../src/stanza/index.ts';
import { TestGateway } from '../support/plugin.ts';
import { Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('log-stanza');

test('without text :: of the elements named, at any depth; everything else stays', () => {
  const xml = "<a xmlns='x' b='c'>1<secret>2<d>3</d>4</secret><d>5</d></a>";
  const stripped = "<a xmlns='x' b='c'>1<secret>…<d>…</d>…</secret><d>5</d></a>";
  assert.is(String(withoutText(parse(xml), ['secret'])), stripped);
  assert.is(String(withoutText(parse(xml), [])), xml);
});

test('log :: stanzas at level debug only, without what people write and fill in', async () => {
  const lines: { xml?: string; text: string }[] = [];
  class Logging extends TestGateway {
    override readonly log = {
      ...silentLog,
      level: 'debug',
      debug: (data: { xml?: string }, text: string) => void lines.push({ ...data, text }),
    };
  }
  await Stage.with({ plugin: { gateway: Logging } }, async (stage) => {
    const romeo = await stage.registered('romeo', 'sesame');
    romeo.sends("<message to='juliet@gw.localhost' type='chat' id='love'><body>by yonder moon</body></message>");
    stage.session().sendGatewayMessage('a private word');
    await romeo.settle();
    const all = lines.map(({ xml, text }) => `${text} ${xml}`).join('\n');
    assert.match(all, /received <message [^>]*id='love'/);
    assert.match(all, /sent <iq /);
    for (const secret of ['sesame', 'yonder', 'private word']) assert.not.match(all, secret);
    assert.ok(stage.gateway.logStripElements.includes('body'));
    const before = lines.length;
    stage.gateway.log.level = 'info';
    await romeo.settle();
    assert.is(lines.length, before);
  });
});

test.run();
