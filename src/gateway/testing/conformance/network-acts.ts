/** What happens on the network, and users must see. */

import { ExpectationError } from '../kit/expectations.ts';
import { type Feature, feature } from './feature.ts';
import { demand, type Scene } from './scene.ts';

const AREA = 'what the network does';
const MANY = 20;

/** Milliseconds of real time that a plugin may take to connect again. */
const COMES_BACK = 25_000;

export const NETWORK_ACTS: readonly Feature[] = [
  feature({
    area: AREA,
    name: 'a text',
    fake: ['says'],
    async play(scene) {
      const { message } = await scene.hearsFrom();
      demand(message.id !== '', 'it has no id: pass `legacyMsgId` to sendText, or nobody can react to it');
    },
  }),
  feature({
    area: AREA,
    name: 'a text that XML cannot carry',
    fake: ['says'],
    async play(scene) {
      const text = scene.fresh('odd');
      await scene.does('says').call(scene.network, scene.session, scene.where, `\u0001<&>\u0000 ${text}`);
      await scene.user.expects.text(new RegExp(`<&>.*${text.replace(/[()]/g, '\\$&')}`));
    },
  }),
  feature({
    area: AREA,
    name: `${MANY} texts at once, in order`,
    fake: ['says'],
    async play(scene) {
      const texts = Array.from({ length: MANY }, (_, i) => scene.fresh(`number ${i}`));
      const ids = new Set<string>();
      for (const text of texts) {
        ids.add(await scene.does('says').call(scene.network, scene.session, scene.where, text));
      }
      demand(ids.size === MANY, 'several messages of the network have the same id');
      const mark = texts.map((text) => text.split(' ').at(-1));
      const came: string[] = [];
      for (const _ of texts) {
        const { body = '' } = await scene.user.expects.text(/^number/, { from: await scene.contact() });
        came.push(body);
      }
      demand(came.join() === texts.join(), `they came as ${came.join(', ')} (${mark.length})`);
    },
  }),
  feature({
    area: AREA,
    name: 'a text to all clients of the user',
    fake: ['says'],
    async play(scene) {
      const { name } = scene.user;
      const phone = await scene.kit.user(name, { resource: 'phone', register: false });
      try {
        const { message } = await scene.hearsFrom();
        await phone.expects.text(message.body);
      } finally {
        await phone.logsOut();
      }
    },
  }),
  feature({
    area: AREA,
    name: 'a reply',
    fake: ['says'],
    hook: 'sendText',
    hears: 'text',
    prepare: (scene) => scene.says(),
    async play(scene, { message, id }) {
      const text = scene.fresh('In reply');
      await scene.does('says').call(scene.network, scene.session, scene.where, text, { answers: id });
      const { replyTo } = await scene.user.expects.text(text);
      // Not every network has replies.
      demand(replyTo === undefined || replyTo === message.id, `it answers ${replyTo} instead of ${message.id}`);
    },
  }),
  feature({
    area: AREA,
    name: 'a correction',
    fake: ['says', 'edits'],
    prepare: (scene) => scene.hearsFrom(),
    async play(scene, { message, id }) {
      const text = scene.fresh('Better');
      await scene.does('edits').call(scene.network, scene.session, scene.where, id, text);
      await scene.user.expects.correction(message, text);
    },
  }),
  feature({
    area: AREA,
    name: 'a retraction',
    fake: ['says', 'deletes'],
    prepare: (scene) => scene.hearsFrom(),
    async play(scene, { message, id }) {
      await scene.does('deletes').call(scene.network, scene.session, scene.where, id);
      await scene.user.expects.retraction(message);
    },
  }),
  feature({
    area: AREA,
    name: "a reaction to the user's text",
    fake: ['reacts'],
    hook: 'sendText',
    hears: 'text',
    prepare: (scene) => scene.says(),
    async play(scene, { message, id }) {
      await scene.does('reacts').call(scene.network, scene.session, scene.where, id, ['👍']);
      await scene.user.expects.reaction(message, ['👍']);
      await scene.does('reacts').call(scene.network, scene.session, scene.where, id, []);
      await scene.user.expects.reaction(message, []);
    },
  }),
  feature({
    area: AREA,
    name: 'typing',
    fake: ['types'],
    async play(scene) {
      await scene.does('types').call(scene.network, scene.session, scene.where);
      await scene.user.expects.chatState('composing', { from: await scene.contact() });
    },
  }),
  feature({
    area: AREA,
    name: "a receipt for the user's text",
    fake: ['receives'],
    hook: 'sendText',
    hears: 'text',
    prepare: (scene) => scene.says(),
    async play(scene, { message, id }) {
      await scene.does('receives').call(scene.network, scene.session, scene.where, id);
      await scene.user.expects.receipt(message);
    },
  }),
  feature({
    area: AREA,
    name: "reading the user's text",
    fake: ['reads'],
    hook: 'sendText',
    hears: 'text',
    prepare: (scene) => scene.says(),
    async play(scene, { message, id }) {
      await scene.does('reads').call(scene.network, scene.session, scene.where, id);
      await scene.user.expects.displayed(message);
    },
  }),
  feature({
    area: AREA,
    name: 'a file',
    fake: ['sendsFile'],
    async play(scene) {
      const data = Buffer.from(scene.fresh('contents'));
      const file = { name: 'notes.txt', data };
      await scene.does('sendsFile').call(scene.network, scene.session, scene.where, file);
      const came = await scene.user.expects.file({ from: await scene.contact() });
      demand(Buffer.from(await came.fetch()).equals(data), 'the file that came is another one');
    },
  }),
  feature({
    area: AREA,
    name: 'presence',
    fake: ['appears'],
    async play(scene) {
      for (const state of ['away', 'online', 'offline', 'online'] as const) {
        await scene.does('appears').call(scene.network, scene.session, scene.person, state);
        await scene.user.expects.presence(await scene.contact(), state);
      }
    },
  }),
  feature({
    area: AREA,
    name: 'the contacts are there',
    inRoster: true,
    async play(scene) {
      for (const id of scene.network.people) {
        await scene.user.expects.contact(await scene.session.contacts.byLegacyId(id));
      }
    },
  }),
  feature({
    area: AREA,
    name: 'addresses, there and back',
    async play(scene) {
      for (const id of scene.network.people) {
        const contact = await scene.session.contacts.byLegacyId(id);
        const username = await scene.session.contacts.legacyIdToJidUsername(id);
        const back = await scene.session.contacts.jidUsernameToLegacyId(contact.jid.local);
        demand(back === id, `the address ${username} of ${id} stands for ${back}: the converters do not fit`);
      }
    },
  }),
  feature({
    area: AREA,
    name: 'the connection to the network breaks',
    fake: ['disconnects', 'says'],
    async play(scene) {
      await scene.does('disconnects').call(scene.network, scene.session);
      if (scene.kit.clock === undefined) return hearsAgain(scene);
      await scene.kit.passes(120_000);
      await isLoggedIn(scene, 600_000);
      await scene.hearsFrom();
    },
  }),
];

/** However the plugin does it: by itself, or by logging in again. */
async function isLoggedIn({ user, session }: Scene, within: number): Promise<void> {
  await user.expects.becomes('the session to be logged in again', () => session.logged || undefined, { within });
}

/** In real time: nobody knows when, and what is said before may be lost. */
async function hearsAgain(scene: Scene): Promise<void> {
  const end = Date.now() + COMES_BACK;
  await isLoggedIn(scene, COMES_BACK);
  for (;;) {
    try {
      await scene.hearsFrom(scene.fresh('Are you back?'), { within: 1000 });
      return;
    } catch (error) {
      if (!(error instanceof ExpectationError) || Date.now() > end) throw error;
    }
  }
}
