// A client in 25 lines. ACCOUNT=me@example.com PASSWORD=… ROOM=garden@muc.example.com node --import tsx main.ts
import { body, ClientStream, type Element, find, message, newId, presence, Router } from 'slipway/stanza';
import { join } from 'slipway/xep/0045-muc';
import { fetchArchive } from 'slipway/xep/0313-mam';
import { idFor } from 'slipway/xep/0359-stanza-ids';
import { findUploadService, requestSlot } from 'slipway/xep/0363-http-upload';
import { reactions } from 'slipway/xep/0444-reactions';
import { sharePayloads } from 'slipway/xep/0447-sfs';
import { replyPayloads } from 'slipway/xep/0461-replies';

const { ACCOUNT: jid = '', PASSWORD: password = '', ROOM: to = '', OPTIONS = '{}' } = process.env;
const stream = new ClientStream({ jid, password, onStanza: (el) => router.handle(el), ...JSON.parse(OPTIONS) });
const router = new Router({ send: (stanza) => stream.send(stanza) });
const say = (...content: Element[]) => stream.send(message({ to, type: 'groupchat', id: newId() }, ...content));

const said = new Promise<Element>((resolve) => router.on(body, resolve)); // the last that was said in the room
const { domain, local } = await stream.start();
stream.send(presence({ to: `${to}/${local}` }, join.build({ history: { maxStanzas: 1 } })));
const target = { id: idFor('reply', await said, to) ?? '', to: (await said).attrs.from ?? to };
say(reactions.build({ id: target.id, emojis: ['👋'] }));
say(...replyPayloads(target, 'Hello!', { text: find(await said, body) ?? '' }));
const service = (await findUploadService(stream, domain))?.jid ?? domain;
const { put, get } = await requestSlot(stream, service, { filename: 'hello.txt', size: 6 });
await fetch(put.url, { method: 'PUT', body: 'Hello!', headers: put.headers.map(({ name, value }) => [name, value]) });
say(...sharePayloads(get.url, { name: 'hello.txt', size: 6 }));
for await (const { forwarded } of fetchArchive(stream, router, { archive: to })) console.log(String(forwarded.stanza));
await stream.stop();
