/** Groups of a network, as a user of Converse.js sees them. */

import * as assert from 'uvu/assert';
import * as harbour from '../../examples/harbour/harbour.ts';
import { pluginClasses } from '../../src/gateway/index.ts';
import { suite } from '../support/test.ts';
import { Converse, playInConverse } from './support/converse.ts';
import { until } from './support/process.ts';
import { IN_PROCESS, PROSODY, type ServerKind } from './support/servers.ts';

const test = suite('rooms in Converse', { timeout: 300_000 });
const DOMAIN = 'harbour.localhost';
const CREW = `#crew@${DOMAIN}`;
const NOTICES = `#notices@${DOMAIN}`;
const OPTIONS = {
  ...{ name: 'converse-rooms', jid: DOMAIN, classes: pluginClasses(harbour, 'harbour') },
  registered: { username: 'romeo', password: 'ahoy' },
};

function playRooms(kind: ServerKind): void {
  test(`${kind.name} :: rooms`, () =>
    playInConverse(kind, OPTIONS, async ({ converse }) => {
      const { page } = converse;

      // From the bookmarks, with subject, people and history.
      const crew = await converse.openRoom(CREW, 'The crew');
      await page.getByText('Storm tonight: tie everything down').waitFor();
      const people = crew.view.locator('converse-muc-sidebar .occupant-nick');
      const all = ['Ada the harbour master', 'Bo the ferryman', 'Cleo the cook', 'romeo'];
      const shown = async () => (await people.allTextContents()).map((name) => name.trim()).sort();
      await until(async () => (await shown()).length === all.length, 'all are shown');
      assert.equal(await shown(), all);
      const pictures = crew.view.locator('converse-muc-sidebar svg.avatar image[href^="data:image/png"]');
      await until(async () => (await pictures.count()) === 3, 'those who have pictures are shown with them');
      await crew.message('Keep some for me, I am on the water.').waitFor();

      // What is said is seen once, and answered.
      await crew.say('Ahoy, crew!');
      const answer = crew.message('You said: Ahoy, crew!');
      await answer.getByText('In charge').waitFor();
      const history = ['Soup is ready.', 'Keep some for me, I am on the water.'];
      assert.equal(await crew.texts(), [...history, 'Ahoy, crew!', 'You said: Ahoy, crew!']);
      await converse.picture('converse-rooms-talk');

      // Corrections, of one's own message and of the answer to it by Cleo.
      await crew.say('Cleo the cook, what is there?');
      await crew.message('You said "Cleo the cook, what is there?", with salt.').waitFor();
      await crew.act(crew.mine('Cleo the cook, what is there?'), 'chat-msg__action-edit');
      await crew.say('Cleo the cook, what is left?');
      await crew.message('You said: Cleo the cook, what is left?').waitFor();
      assert.equal((await crew.texts()).slice(4), [
        'Cleo the cook, what is left?',
        'You said: Cleo the cook, what is left?',
      ]);

      // Reactions, of Bo to what is said, and of one's own, with which somebody agrees.
      await crew.say('Bo the ferryman, come.');
      await crew.mine('Bo the ferryman, come.').locator('.chat-msg__reaction', { hasText: '⚓' }).waitFor();
      await crew.act(answer, 'chat-msg__action-reaction');
      const emoji = answer.locator('converse-reaction-picker .reaction-item').first();
      const chosen = (await emoji.textContent())?.trim() ?? '';
      await emoji.click();
      const reaction = answer.locator('.chat-msg__reaction', { hasText: chosen });
      await reaction.locator('.count', { hasText: '2' }).waitFor();

      // A reply.
      await crew.act(answer, 'chat-msg__action-reply');
      await crew.say('So I did.');
      await crew.mine('So I did.').locator('.chat-msg__reply-text', { hasText: 'You said: Ahoy, crew!' }).waitFor();
      await crew.message('You said: So I did.').waitFor();
      await converse.picture('converse-rooms-reactions');

      // Moderation: in groups of friends one takes back what others said.
      await crew.act(crew.message('Soup is ready.'), 'chat-msg__action-retract');
      await page.locator('.modal.show input[type="text"]').fill('There is none');
      await page.locator('.modal.show').getByRole('button', { name: 'Confirm' }).click();
      await crew.message('romeo has removed a message').getByText('There is none').waitFor();
      await converse.picture('converse-rooms-moderated');
      const said = await crew.texts();

      // And what one says oneself is taken back by others.
      const notices = await converse.openRoom(NOTICES, 'Notices');
      await notices.say('Buy my spam!');
      await notices.message('Ada the harbour master has removed a message').getByText('No spam here').waitFor();
      await converse.picture('converse-rooms-channel');

      // All of it again: after a reload nothing is there twice, and in a new browser the room tells it.
      await page.reload();
      const reloaded = await converse.openRoom(CREW, 'The crew');
      await reloaded.message('romeo has removed a message').waitFor();
      await reloaded.message('You said: So I did.').waitFor();
      assert.equal(await reloaded.texts(), said);
      await converse.picture('converse-rooms-reloaded');

      const elsewhere = await page
        .context()
        .browser()
        ?.newPage({ viewport: { width: 1100, height: 700 } });
      if (elsewhere === undefined) throw new Error('there is no second window');
      await elsewhere.goto(page.url());
      const second = new Converse(elsewhere);
      const room = await second.openRoom(CREW, 'The crew');
      await room.message('You said: So I did.').waitFor();
      const first = room.message('You said: Ahoy, crew!');
      await first.locator('.chat-msg__reaction', { hasText: chosen }).waitFor();
      await second.picture('converse-rooms-elsewhere');
      assert.not((await room.texts()).includes('Soup is ready.'));
      assert.ok((await room.texts()).includes('You said: Cleo the cook, what is left?'));
      // What is said in one window is seen in the other.
      await room.say('From my phone.');
      await reloaded.mine('From my phone.').waitFor();
    }));
}

for (const kind of [IN_PROCESS[0], PROSODY[0]]) playRooms(kind as ServerKind);
test.run();
