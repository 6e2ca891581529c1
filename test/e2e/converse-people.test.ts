/** People of a network, as a user of Converse.js sees them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import * as harbour from '../../examples/harbour/harbour.ts';
import { pluginClasses, RegistrationType, type SendTextOptions } from '../../src/gateway/index.ts';
import { suite } from '../support/test.ts';
import { type Converse, playInConverse } from './support/converse.ts';
import { until } from './support/process.ts';
import { IN_PROCESS, PROSODY, type ServerKind } from './support/servers.ts';

const test = suite('people in Converse', { timeout: 300_000 });
const DOMAIN = 'harbour.localhost';

class QrHarbour extends harbour.HarbourGateway {
  override readonly registrationType = RegistrationType.QrCode;

  override async getQrText(): Promise<string> {
    return 'https://harbour.example/pair/4711';
  }
}

/** Remembers what was said as an answer to what. */
class RememberingSession extends harbour.HarbourSession {
  static readonly replies: (readonly [text: string, to: string | undefined])[] = [];

  override async sendText(
    chat: Parameters<harbour.HarbourSession['sendText']>[0],
    text: string,
    options: Partial<SendTextOptions> = {},
  ): Promise<string> {
    if (options.replyToMsgId !== undefined) RememberingSession.replies.push([text, options.replyToFallbackText]);
    return super.sendText(chat, text);
  }
}

/** By the form that the gateway gives to every client. */
async function register(converse: Converse): Promise<Locator> {
  const form = await converse.command(DOMAIN, 'Register');
  await form.getByText('Any user name will do. The password is "ahoy".').waitFor();
  await form.locator('input[name="username"]').fill('romeo');
  await form.locator('input[name="password"]').fill('ahoy');
  await form.locator('input[data-action="next"]').click();
  return form;
}

/** Resolves when a picture has been loaded and drawn. Returns its width. */
const drawn = (picture: Locator) =>
  until(
    () => picture.evaluate((image) => 'naturalWidth' in image && Number(image.naturalWidth)),
    'the picture is drawn',
  );

function playWithQr(kind: ServerKind): void {
  const classes = pluginClasses({ ...harbour, HarbourGateway: QrHarbour }, 'harbour');
  test(`${kind.name} :: registration by form, with a QR code`, () =>
    playInConverse(kind, { name: 'converse-qr', jid: DOMAIN, classes }, async ({ converse, gateway }) => {
      const { page } = converse;
      const form = await register(converse);
      await form.getByText('https://harbour.example/pair/4711').waitFor();
      await form.getByText('/qr.png').waitFor();
      await converse.picture('converse-qr-form');
      await converse.closeDialog();
      // To Converse, domains make announcements.
      await page.locator('converse-headlines-feeds-list').getByText(DOMAIN).click();
      const code = page.locator('converse-headlines img.chat-image');
      assert.is(
        await drawn(code),
        await widthOf(await (await fetch((await code.getAttribute('src')) ?? '')).arrayBuffer()),
      );
      await converse.picture('converse-qr-image');
      // The phone scans it.
      await gateway.confirmQr('romeo@localhost');
      await converse.command(DOMAIN, 'Register');
      await form.getByText('https://harbour.example/pair/4711').waitFor();
      await form.locator('input[data-action="next"]').click();
      await form.getByText('You are registered.').waitFor();
      // What is in the roster now is for the other test: Converse.js 14 fails when somebody comes into it who has made
      // announcements.
      assert.ok(gateway.getSessionFromJid('romeo@localhost'));
    }));
}

function playChats(kind: ServerKind): void {
  const classes = pluginClasses({ ...harbour, HarbourSession: RememberingSession }, 'harbour');
  test(`${kind.name} :: chats with contacts`, () =>
    playInConverse(kind, { name: 'converse-chats', jid: DOMAIN, classes }, async ({ converse }) => {
      const { page } = converse;
      const form = await register(converse);
      await form.getByText('You are registered.').waitFor();
      await converse.closeDialog();
      const open = (id: string, name: string) => converse.open(`${id}@${DOMAIN}`, name);

      // A contact with a name and a picture of its own.
      const cleo = await open('cleo', 'Cleo the cook');
      await page.locator('converse-chat-heading svg.avatar image[href^="data:image/png"]').first().waitFor();

      // Corrections, of her message and of one's own.
      await cleo.say('What is for dinner?');
      const answer = cleo.message('You said "What is for dinner?", with salt.');
      await answer.locator('.chat-msg__edit-modal').waitFor();
      await cleo.act(cleo.mine('What is for dinner?'), 'chat-msg__action-edit');
      await cleo.say('What is for supper?');
      await cleo.message('You said: What is for supper?').waitFor();
      assert.is(await cleo.view.locator('converse-chat-message').count(), 2);
      await converse.picture('converse-edit');

      // Reactions, of his and of one's own.
      const bo = await open('bo', 'Bo the ferryman');
      await bo.say('Two tickets, please.');
      await bo.mine('Two tickets, please.').locator('.chat-msg__reaction', { hasText: '⚓' }).waitFor();
      const said = bo.message('You said: Two tickets, please.');
      await bo.act(said, 'chat-msg__action-reaction');
      const emoji = said.locator('converse-reaction-picker .reaction-item').first();
      const chosen = (await emoji.textContent())?.trim() ?? '';
      await emoji.click();
      // Where one reacts, Bo does the same.
      const both = said.locator('.chat-msg__reaction', { hasText: chosen });
      await both.locator('.count', { hasText: '2' }).waitFor();
      await converse.picture('converse-reaction');

      // Replies, his and one's own.
      const dag = await open('dag', 'Dag the lighthouse keeper');
      await dag.say('Is it stormy?');
      const reply = dag.message('That is a good question.');
      await reply.locator('.chat-msg__reply-text', { hasText: 'Is it stormy?' }).waitFor();
      assert.not.match((await reply.locator('.chat-msg__text').textContent()) ?? '', /^>/m);
      await dag.act(reply, 'chat-msg__action-reply');
      await dag.say('Is it, though?');
      await dag.mine('Is it, though?').locator('.chat-msg__reply-text', { hasText: 'a good question' }).waitFor();
      const answered = () => RememberingSession.replies.at(-1);
      const quoted = 'Dag the lighthouse keeper:\nThat is a good question.';
      assert.equal(await until(answered, 'the reply'), ['Is it, though?', quoted]);
      await converse.picture('converse-reply');

      // Retractions, hers and one's own.
      const eve = await open('eve', 'Eve the smuggler');
      await eve.say('Where and when?');
      await eve.message('Eve the smuggler has removed a message').waitFor();
      await eve.say('Nobody must know.');
      await eve.act(eve.mine('Nobody must know.'), 'chat-msg__action-retract');
      await page.locator('.modal.show button[type="submit"]').click();
      await eve.message('You have removed a message').waitFor();
      await converse.picture('converse-retraction');

      // Pictures, hers and one's own.
      const ada = await open('ada', 'Ada the harbour master');
      await ada.say('Have you got a map?');
      const map = ada.view.locator('img.chat-image').first();
      assert.is(await drawn(map), 240);
      await withPicture(async (path, bytes) => {
        await ada.view.locator('input[type="file"]').setInputFiles(path);
        await ada.message(`You said: boat.png, ${bytes} bytes`).waitFor();
      });
      assert.is(await drawn(ada.view.locator('img.chat-image').last()), 160);
      await converse.picture('converse-pictures');
    }));
}

async function withPicture(use: (path: string, bytes: number) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-converse-'));
  try {
    const image = sharp({ create: { width: 160, height: 120, channels: 3, background: '#2a9d5c' } });
    const png = await image.png().toBuffer();
    writeFileSync(join(folder, 'boat.png'), png);
    await use(join(folder, 'boat.png'), png.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function widthOf(image: ArrayBuffer): Promise<number | undefined> {
  return (await sharp(image).metadata()).width;
}

for (const kind of [IN_PROCESS[0], PROSODY[0]]) {
  playWithQr(kind as ServerKind);
  playChats(kind as ServerKind);
}
test.run();
