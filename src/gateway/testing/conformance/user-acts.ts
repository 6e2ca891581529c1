/** What users do, and the network must hear. */

import { discoInfo } from '../../../xep/0030-disco.ts';
import { CAPABILITIES } from '../../capability.ts';
import { type Feature, feature } from './feature.ts';
import { demand, type Scene } from './scene.ts';

const AREA = 'what users do';
const MANY = 20;

export const USER_ACTS: readonly Feature[] = [
  feature({
    area: AREA,
    name: 'a text',
    hook: 'sendText',
    hears: 'text',
    async play(scene) {
      await scene.says();
      await silent(scene);
    },
  }),
  feature({
    area: AREA,
    name: 'a text with all kinds of characters',
    hook: 'sendText',
    hears: 'text',
    async play(scene) {
      await scene.says(`${scene.fresh('<b>&amp; "quoted" \'too\'')} é 👍🏽 مرحبا`);
    },
  }),
  feature({
    area: AREA,
    name: 'a text of two lines',
    hook: 'sendText',
    hears: 'text',
    play: (scene) => sayInPieces(scene, `${scene.fresh('first')}\nsecond`),
  }),
  feature({
    area: AREA,
    name: 'a long text',
    hook: 'sendText',
    hears: 'text',
    play: (scene) => sayInPieces(scene, scene.fresh('word '.repeat(2000))),
  }),
  feature({
    area: AREA,
    name: `${MANY} texts at once, in order`,
    hook: 'sendText',
    hears: 'text',
    async play(scene) {
      const texts = Array.from({ length: MANY }, (_, i) => scene.fresh(`number ${i}`));
      const to = await scene.contact();
      for (const text of texts) await scene.user.sends(text, { to });
      await scene.hears('the last text', 'text', ({ text }) => text === texts.at(-1));
      const heard = scene.network.heard(scene.session).flatMap((act) => (act.kind === 'text' ? [act.text] : []));
      const got = heard.filter((text) => texts.includes(text));
      demand(
        got.join('\n') === texts.join('\n'),
        `the network heard ${got.length} of ${MANY} texts, or in another order: ${got.join(', ')}`,
      );
    },
  }),
  feature({
    area: AREA,
    name: 'a reply',
    hook: 'sendText',
    hears: 'text',
    fake: ['says'],
    prepare: (scene) => scene.hearsFrom(),
    async play(scene, { message, id }) {
      const text = scene.fresh('In reply');
      await scene.user.replies(message, text);
      const act = await scene.hears(`a reply to ${id}`, 'text', (each) => each.text.includes(text));
      if (act.answers === id) return;
      // A network without replies gets the quotation in front of the text, or as a text of its own.
      const quoted = message.body;
      const isQuoted = scene.heard().some((each) => each.kind === 'text' && each.text.includes(quoted as string));
      demand(
        quoted !== undefined && isQuoted,
        `the network heard a text, but neither that it answers ${id} nor what it quotes`,
      );
    },
  }),
  feature({
    area: AREA,
    name: 'a correction',
    hook: 'correct',
    hears: 'correction',
    prepare: (scene) => scene.says(),
    async play(scene, { message, id }) {
      const text = scene.fresh('Better');
      await scene.user.corrects(message, text);
      const act = await scene.hears(`the correction of ${id}`, 'correction', (each) => each.text === text);
      demand(act.id === id, `the network heard a correction of ${act.id} instead of ${id}`);
    },
  }),
  feature({
    area: AREA,
    name: 'a second correction',
    hook: 'correct',
    hears: 'correction',
    async prepare(scene) {
      const said = await scene.says();
      const text = scene.fresh('Better');
      await scene.user.corrects(said.message, text);
      await scene.hears(`a correction of ${said.id}`, 'correction', (act) => act.text === text);
      return said;
    },
    async play(scene, { message }) {
      const text = scene.fresh('Best');
      await scene.user.corrects(message, text);
      await scene.hears('a second correction', 'correction', (each) => each.text === text);
    },
  }),
  feature({
    area: AREA,
    name: 'a retraction',
    hook: 'retract',
    hears: 'retraction',
    prepare: (scene) => scene.says(),
    async play(scene, { message, id }) {
      await scene.user.retracts(message);
      await scene.hears(`the retraction of ${id}`, 'retraction', (act) => act.id === id);
    },
  }),
  feature({
    area: AREA,
    name: 'a reaction',
    hook: 'react',
    hears: 'reaction',
    fake: ['says'],
    prepare: (scene) => scene.hearsFrom(),
    async play(scene, { message, id }) {
      await scene.user.reacts(message, [await emojiFor(scene)]);
      await scene.hears(`a reaction to ${id}`, 'reaction', (act) => act.id === id && act.emojis.length === 1);
      await scene.user.reacts(message, []);
      await scene.hears(`that the reaction to ${id} is taken back`, 'reaction', (act) => {
        return act.id === id && act.emojis.length === 0;
      });
    },
  }),
  feature({
    area: AREA,
    name: 'reading',
    hook: 'displayed',
    hears: 'reading',
    fake: ['says'],
    prepare: (scene) => scene.hearsFrom(),
    async play(scene, { message, id }) {
      await scene.user.displays(message);
      await scene.hears(`that ${id} has been read`, 'reading', (act) => act.id === id);
    },
  }),
  feature({
    area: AREA,
    name: 'typing',
    hook: 'composing',
    hears: 'typing',
    async play(scene) {
      await scene.user.shows('composing', { to: await scene.contact() });
      await scene.hears('that the user is typing', 'typing', (act) => act.chat === scene.chat);
    },
  }),
  feature({
    area: AREA,
    name: 'a file',
    hook: 'sendFile',
    hears: 'file',
    async play(scene) {
      const data = scene.fresh('contents');
      await scene.user.sendsFile({ data, name: 'notes.txt', type: 'text/plain' }, { to: await scene.contact() });
      const act = await scene.hears('a file', 'file');
      const size = Buffer.byteLength(data);
      demand(act.size === size, `the network heard of a file of ${act.size} bytes, which has ${size}`);
    },
  }),
  feature({
    area: AREA,
    name: 'what the network refuses',
    hook: 'sendText',
    fake: ['refusesNext'],
    hears: 'text',
    async play(scene) {
      const to = await scene.contact();
      await scene.does('refusesNext').call(scene.network, scene.session);
      await scene.user.sends(scene.fresh('Refused'), { to });
      const { condition } = await scene.user.expects.error(undefined, { from: to });
      demand(
        condition !== 'internal-server-error',
        'the user got internal-server-error: throw an XmppError that says what the network said',
      );
      await scene.says();
    },
  }),
  feature({
    area: AREA,
    name: 'writing to nobody',
    hook: 'sendText',
    fake: ['nobody'],
    async play(scene) {
      const username = await scene.session.contacts.legacyIdToJidUsername(scene.network.nobody as string);
      const to = `${username}@${scene.kit.domain}`;
      await scene.user.sends('Is anybody there?', { to });
      const { condition } = await scene.user.expects.error(undefined, { from: to });
      demand(condition === 'item-not-found', `the user got ${condition}: throw XmppError("item-not-found")`);
    },
  }),
  feature({
    area: AREA,
    name: 'a search',
    hook: 'search',
    fake: ['searchFor'],
    async play(scene) {
      const rows = await scene.user.searches(scene.network.searchFor as Record<string, string>);
      demand(rows.length > 0, 'nobody was found');
    },
  }),
  feature({
    area: AREA,
    name: 'what is offered is what is there',
    async play(scene) {
      const contact = await scene.contact();
      const { features } = await discoInfo(scene.user.iq, `${contact.jid.bare}/${contact.resource}`);
      for (const [name, { features: announced, hooks, flag }] of Object.entries(CAPABILITIES)) {
        const isThere = contact[flag] && hooks.some((hook) => typeof scene.session[hook] === 'function');
        const isOffered = announced.every((each) => features.includes(each));
        demand(isThere === isOffered, `${name}: ${isThere ? 'there, but not offered' : 'offered, but not there'}`);
      }
    },
  }),
];

/** A network may have a limit for one text, and the plugin may split it: nothing of it is lost. */
async function sayInPieces(scene: Scene, whole: string): Promise<void> {
  await scene.user.sends(whole, { to: await scene.contact() });
  const bare = (text: string) => text.replace(/\s+/g, '');
  await scene.user.expects.becomes('the network to hear all of it', () => {
    const heard = scene.network.heard(scene.session).flatMap((act) => (act.kind === 'text' ? [act.text] : []));
    const all = bare(heard.join(''));
    const isRefused = scene.user.client.received.some(({ attrs }) => attrs.type === 'error');
    return all.includes(bare(whole)) || isRefused || undefined;
  });
}

/** Nothing went wrong that the user was told of. */
async function silent(scene: Scene): Promise<void> {
  await scene.kit.settle();
  const error = scene.user.client.received.find(({ name, attrs }) => name === 'message' && attrs.type === 'error');
  demand(error === undefined, `the user got an error: ${error}`);
}

/** One that the plugin allows. */
async function emojiFor(scene: Scene): Promise<string> {
  const allowed = await (await scene.contact()).availableEmojis();
  return allowed === undefined || allowed.has('👍') ? '👍' : ([...allowed][0] ?? '👍');
}
