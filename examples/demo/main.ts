/**
 * `npm run demo`: an XMPP server, the example gateway and a web chat, all in this process.
 * `npm run demo -- --headless`: the tour instead, without a browser; exits 1 when a step fails.
 */

import { type Element, presence } from 'slipway/stanza';
import { webChat } from 'slipway/testing';
import { register } from 'slipway/xep/0077-register';
import { playTour } from './tour.ts';
import { GATEWAY, logIn, startWorld, USERS } from './world.ts';

const [, , ...args] = process.argv;
const unknown = args.find((arg) => arg !== '--headless' && !arg.startsWith('--port='));
if (unknown !== undefined) {
  console.error(`demo: ${unknown} is not an option; there are --headless and --port=8080`);
  process.exit(2);
}

if (args.includes('--headless')) {
  try {
    await playTour((line) => console.log(line));
    console.log('The tour is over: everything worked.');
    process.exit(0);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

const port = Number(args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length) ?? 0);
const chat = webChat({
  from: import.meta.dirname,
  webSocketUrl: () => world.server.webSocketUrl,
  domain: 'localhost',
  chats: [`ada@${GATEWAY}`],
  title: 'Slipway demo',
});
if (chat === undefined) throw new Error('Converse.js is not installed');
const world = await startWorld({ onHttpRequest: chat, ports: { http: port } });
const { server } = world;

// So that there is something to see at once: romeo is registered already, juliet is not.
let welcome: (stanza: Element) => void = () => {};
const welcomed = new Promise<Element>((resolve) => {
  welcome = resolve;
});
const romeo = await logIn(server, 'romeo', (stanza) => {
  if (stanza.name === 'message') welcome(stanza);
});
romeo.send(presence({}));
await register(romeo, GATEWAY, { username: 'romeo', password: 'ahoy' });
// COMPAT(Converse.js 14): what comes from a domain it takes for an announcement, after which it shows no rooms on reload.
await welcomed;
await romeo.stop();

console.log(`
  Web chat, logged in as romeo:   http://127.0.0.1:${server.httpPort}/

  Any other XMPP client:
    server     127.0.0.1, port ${server.clientPort}, no encryption
    accounts   ${USERS.map((name) => `${name}@${server.domain} with the password ${name}`).join(', ')}
    gateway    ${GATEWAY}: add it as a contact and write "help" to it; the network's password is "ahoy"

  Ctrl-C ends it. Nothing is kept.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await world.stop();
    process.exit(0);
  });
}
