/** Misuse of the XEP modules that must not compile: checked by the compiler, never run. See codecs.ts. */

import { type Element, find, type IqSender, im, roster } from '../../src/stanza/index.ts';
import { form, makeForm } from '../../src/xep/0004-data-forms.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { roomConfig, user } from '../../src/xep/0045-muc.ts';
import { executeCommand } from '../../src/xep/0050-commands.ts';
import { multi, optionalSingle, type Shape, shape, single } from '../../src/xep/0068-form-types.ts';
import { chatState } from '../../src/xep/0085-chat-states.ts';
import { received } from '../../src/xep/0184-receipts.ts';
import { fetchArchive, type Listener, type Result } from '../../src/xep/0313-mam.ts';
import { hint } from '../../src/xep/0334-hints.ts';
import { stanzaId } from '../../src/xep/0359-stanza-ids.ts';
import { request } from '../../src/xep/0363-http-upload.ts';
import { conference } from '../../src/xep/0402-bookmarks.ts';
import { reactions } from '../../src/xep/0444-reactions.ts';
import { is } from './equal.ts';

declare const el: Element;
declare const iq: IqSender;
declare const listener: Listener;

// @ts-expect-error
received.build({});
// @ts-expect-error
received.build({ id: 1 });
// @ts-expect-error
chatState.build('typing');
// @ts-expect-error
hint.build('keep');
// @ts-expect-error A stanza-id without the one who gave it.
stanzaId.build({ id: 'a' });
// @ts-expect-error One emoji is a list of one.
reactions.build({ id: 'a', emojis: '👋' });
// @ts-expect-error
request.build({ filename: 'a', size: '5 MB' });
// @ts-expect-error
request.build({ filename: 'a', size: 5, purpose: 'forever' });
// @ts-expect-error What other clients keep there must be kept.
conference.build({ autojoin: true });
// @ts-expect-error
user.build({ items: [{ affiliation: 'king', role: 'none' }], statuses: [], invites: [] });
// @ts-expect-error
im.message.build({ type: 'shout', subjects: [], bodies: [], payloads: [] });
// @ts-expect-error A body says its text.
im.message.build({ type: 'chat', subjects: [], bodies: ['hi'], payloads: [] });
// @ts-expect-error
roster.query.build({ items: [{ jid: 'a', groups: [], subscription: 'all' }] });
// @ts-expect-error
form.build({ type: 'submit' });
form.build(makeForm({ type: 'submit' }));

is<Awaited<ReturnType<typeof discoInfo>>['features'], readonly string[]>(true);
// @ts-expect-error Whom to ask.
discoInfo(iq);
// @ts-expect-error
executeCommand(iq, 'a@b', { node: 'x', action: 'go' });
for await (const result of fetchArchive(iq, listener)) is<typeof result, Result>(true);
// @ts-expect-error A date, not its text.
fetchArchive(iq, listener, { start: '2024-01-01T00:00:00Z' });
const subject = find(el, user)?.items[0]?.affiliation;
is<typeof subject, 'owner' | 'admin' | 'member' | 'none' | 'outcast' | undefined>(true);

// Form types.
interface Pizza {
  readonly size: string;
  readonly name?: string;
  readonly toppings: readonly string[];
}
const places = { size: single('size'), name: optionalSingle('name'), toppings: multi('toppings') };
const pizza: Shape<Pizza> = shape('urn:example:pizza', places);
pizza.write('submit', { name: 'a' });
// @ts-expect-error
pizza.write('submit', { size: 30 });
// @ts-expect-error
pizza.write('form', {});
// @ts-expect-error A place is missing.
shape<Pizza>('urn:example:pizza', { size: single('size'), toppings: multi('toppings') });
// @ts-expect-error A place too many.
shape<Pizza>('urn:example:pizza', { ...places, crust: single('crust') });
// @ts-expect-error May be empty, must not be.
shape<Pizza>('urn:example:pizza', { ...places, size: optionalSingle('size') });
// @ts-expect-error One for many.
shape<Pizza>('urn:example:pizza', { ...places, toppings: single('toppings') });
// @ts-expect-error
roomConfig.write('submit', { membersOnly: 'yes' });
