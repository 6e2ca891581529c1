/** The tour: what a user of the gateway sees, step by step, through a real client over TCP. */

import { body, type ClientStream, Element, find, has, iq, type Kind, message, presence, result } from 'slipway/stanza';
import { submit } from 'slipway/xep/0004-data-forms';
import { discoInfo } from 'slipway/xep/0030-disco';
import { NS as NS_SEARCH, search } from 'slipway/xep/0055-search';
import * as oob from 'slipway/xep/0066-oob';
import { register, registrationForm, unregister } from 'slipway/xep/0077-register';
import { chatState } from 'slipway/xep/0085-chat-states';
import * as receipts from 'slipway/xep/0184-receipts';
import { replace } from 'slipway/xep/0308-correction';
import { displayed, markable } from 'slipway/xep/0333-markers';
import { retract } from 'slipway/xep/0424-retraction';
import { reactions } from 'slipway/xep/0444-reactions';
import { reply } from 'slipway/xep/0461-replies';
import { GATEWAY, logIn, startWorld } from './world.ts';

const NS_ROSTER = 'jabber:iq:roster';
/** Milliseconds that a step may take. */
const PATIENCE = 10_000;

/** Plays it. Throws an Error naming the step that failed. */
export async function playTour(say: (line: string) => void): Promise<void> {
  const world = await startWorld();
  const inbox = new Inbox();
  const client = await logIn(world.server, 'romeo', (stanza) => inbox.take(stanza, client));
  const step = async <T>(name: string, run: () => Promise<T> | T): Promise<T> => {
    say(`• ${name}`);
    try {
      return await run();
    } catch (error) {
      throw new Error(`✗ ${name}: ${(error as Error).message}`);
    }
  };
  const ada = `ada@${GATEWAY}`;
  const text = (to: string, id: string, words: string) =>
    client.send(message({ to, id, type: 'chat' }, body.build(words), receipts.request.build(true)));
  const from = (name: string, codec: Kind) => (stanza: Element) =>
    stanza.attrs.from?.startsWith(`${name}@`) === true && has(stanza, codec);

  try {
    await step('romeo logs in and asks for his roster, which is empty', async () => {
      const roster = await client.request({ type: 'get', payload: new Element('query', NS_ROSTER) });
      if (roster?.getChildElements().length !== 0) throw new Error('it is not');
      client.send(presence({}));
    });
    await step('the gateway says what it is', async () => {
      const [identity] = (await discoInfo(client, GATEWAY)).identities;
      say(`    ${identity?.name}, a ${identity?.category} of type "${identity?.type}"`);
    });
    await step('romeo fills in its registration form', async () => {
      say(`    "${(await registrationForm(client, GATEWAY)).instructions}"`);
      await register(client, GATEWAY, { username: 'romeo', password: 'ahoy' });
    });
    await step('it welcomes him', async () => {
      const welcome = await inbox.find((s) => s.attrs.from === GATEWAY && has(s, body));
      say(`    "${find(welcome, body)}"`);
    });
    await step('the contacts arrive in his roster', async () => {
      for (let count = 0; count < 5; ) {
        const push = await inbox.find((s) => s.name === 'iq' && s.getChild('query', NS_ROSTER) !== undefined);
        const item = push.getChild('query')?.getChild('item');
        if (item?.attrs.jid === GATEWAY) continue;
        say(`    ${item?.attrs.name} <${item?.attrs.jid}>`);
        count++;
      }
    });
    await step('they are online', () => inbox.find((s) => s.name === 'presence' && isFrom(s, 'ada')));
    await step('romeo writes to Ada', () => text(ada, 'one', 'Ahoy, is there a berth free? ⛵'));
    await step('a receipt: his message has arrived', async () => {
      const receipt = await inbox.find(from('ada', receipts.received));
      expect(find(receipt, receipts.received)?.id, 'one');
    });
    await step('a marker: she has read it', async () => {
      expect(find(await inbox.find(from('ada', displayed)), displayed)?.id, 'one');
    });
    await step('a chat state: she is typing', () =>
      inbox.find((s) => from('ada', chatState)(s) && find(s, chatState) === 'composing'),
    );
    await step('her answer', async () => {
      const answer = await inbox.find(from('ada', body));
      expect(find(answer, body), 'You said: Ahoy, is there a berth free? ⛵');
      say(`    "${find(answer, body)}"`);
      if (!has(answer, markable)) throw new Error('it cannot be marked');
      client.send(message({ to: ada, type: 'chat' }, displayed.build({ id: answer.attrs.id ?? '' })));
    });
    await step('Bo reacts to what romeo writes', async () => {
      text(`bo@${GATEWAY}`, 'two', 'Two tickets, please.');
      const reaction = find(await inbox.find(from('bo', reactions)), reactions);
      expect(reaction?.id, 'two');
      say(`    ${reaction?.emojis.join(' ')}`);
    });
    await step('Cleo answers, and then changes her answer', async () => {
      text(`cleo@${GATEWAY}`, 'three', 'What is for dinner?');
      const answer = await inbox.find(from('cleo', body));
      const edited = await inbox.find(from('cleo', replace));
      expect(find(edited, replace)?.id, answer.attrs.id);
      say(`    "${find(answer, body)}" → "${find(edited, body)}"`);
    });
    await step('romeo changes his question, and the answer follows', async () => {
      const changed = 'What is for supper?';
      client.send(
        message({ to: `cleo@${GATEWAY}`, type: 'chat' }, body.build(changed), replace.build({ id: 'three' })),
      );
      expect(find(await inbox.find(from('cleo', replace)), body), `You said: ${changed}`);
    });
    await step('Dag answers with a reply to what he was asked', async () => {
      text(`dag@${GATEWAY}`, 'four', 'Is it stormy?');
      const answer = await inbox.find(from('dag', reply));
      expect(find(answer, reply)?.id, 'four');
      say(`    ${JSON.stringify(find(answer, body))}`);
    });
    await step('Eve says too much, and takes it back', async () => {
      text(`eve@${GATEWAY}`, 'five', 'Where and when?');
      const answer = await inbox.find(from('eve', body));
      expect(find(await inbox.find(from('eve', retract)), retract)?.id, answer.attrs.id);
      say(`    "${find(answer, body)}", gone`);
    });
    await step('Ada sends a picture', async () => {
      text(ada, 'six', 'Have you got a map?');
      const url = find(await inbox.find(from('ada', oob.x)), oob.x)?.url ?? '';
      const picture = await fetch(url);
      say(`    ${picture.headers.get('content-type')}, ${(await picture.arrayBuffer()).byteLength} bytes`);
      expect(picture.status, 200);
    });
    await step('romeo finds somebody he has not met', async () => {
      const [found] = await search(client, GATEWAY, { form: submit({ name: 'sail' }, NS_SEARCH) });
      say(`    ${found?.name} <${found?.jid}>`);
      expect(found?.jid, `fay@${GATEWAY}`);
    });
    await step('nobody of that name is there: romeo is told', async () => {
      text(`nobody@${GATEWAY}`, 'seven', 'Hello?');
      const error = await inbox.find((s) => s.attrs.type === 'error');
      say(`    ${error.getChild('error')?.getChildText('text')}`);
    });
    await step('romeo unregisters', () => unregister(client, GATEWAY));
    await step('and his roster is empty again', async () => {
      await inbox.find((s) => s.name === 'presence' && s.attrs.from === GATEWAY && s.attrs.type === 'unavailable');
      const roster = await client.request({ type: 'get', payload: new Element('query', NS_ROSTER) });
      expect(roster?.getChildElements().length, 0);
    });
  } finally {
    await client.stop();
    await world.stop();
  }
}

/** Stanzas that have come, and those who wait for one. */
class Inbox {
  readonly #stanzas: Element[] = [];
  readonly #waiting: { readonly wanted: (stanza: Element) => boolean; readonly take: (stanza: Element) => void }[] = [];

  take(stanza: Element, client: ClientStream): void {
    // Pushes of the roster, and other requests, are answered by every client.
    if (stanza.name === 'iq' && stanza.attrs.type === 'set') client.send(result(stanza));
    if (stanza.name === 'iq' && stanza.attrs.type === 'get') {
      client.send(iq({ type: 'error', to: stanza.attrs.from, id: stanza.attrs.id }));
    }
    const index = this.#waiting.findIndex(({ wanted }) => wanted(stanza));
    if (index === -1) this.#stanzas.push(stanza);
    else this.#waiting.splice(index, 1)[0]?.take(stanza);
  }

  /** The first stanza that is wanted, come already or coming. */
  find(wanted: (stanza: Element) => boolean): Promise<Element> {
    const index = this.#stanzas.findIndex(wanted);
    if (index !== -1) return Promise.resolve(this.#stanzas.splice(index, 1)[0] as Element);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing came within ${PATIENCE / 1000} s`)), PATIENCE);
      this.#waiting.push({
        wanted,
        take(stanza) {
          clearTimeout(timer);
          resolve(stanza);
        },
      });
    });
  }
}

function isFrom(stanza: Element, name: string): boolean {
  return stanza.attrs.from?.startsWith(`${name}@`) === true;
}

function expect(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}
