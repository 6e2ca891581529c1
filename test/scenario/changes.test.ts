/** Messages about messages: changed, taken back, reacted to, answered, in threads. Both ways. */

import * as assert from 'uvu/assert';
import type { LegacyContact } from '../../src/gateway/index.ts';
import { StanzaError } from '../../src/stanza/index.ts';
import { discoInfo } from '../../src/xep/0030-disco.ts';
import { FULL_PLUGIN, FullContact, FullGateway, FullSession } from '../support/full-plugin.ts';
import { type Call, TestSession } from '../support/plugin.ts';
import { Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('changes');
const JULIET = 'juliet@gw.localhost';
const CORRECT = (id: string) => `<replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;
const RETRACT = (id: string) => `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'/>`;
const REACT = (id: string, ...emojis: string[]) =>
  `<reactions xmlns='urn:xmpp:reactions:0' id='${id}'>${emojis.map((e) => `<reaction>${e}</reaction>`).join('')}</reactions>`;
const FALLBACK = (ns: string, region = '') => `<fallback xmlns='urn:xmpp:fallback:0' for='${ns}'>${region}</fallback>`;

const play = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  Stage.with({ ...options, plugin: { ...FULL_PLUGIN, ...options.plugin } }, async (stage) => {
    await scene(stage, await stage.registered());
  });
const say = (romeo: User, id: string, payload: string) =>
  romeo.sends(`<message to='${JULIET}' type='chat' id='${id}'>${payload}</message>`);
/** What the plugin was called with since it logged in. */
const calls = async (stage: Stage, romeo: User): Promise<Call[]> => {
  await romeo.settle();
  return stage.session().calls.slice(1);
};
const refusal = async (romeo: User) => StanzaError.fromStanza(await romeo.receives((s) => s.attrs.type === 'error'));
const juliet = (stage: Stage) => stage.session().contacts.byLegacyId('juliet');

// --- corrections of the user

test('to a contact :: a correction, and one of the correction', () =>
  play(async (stage, romeo) => {
    say(romeo, '1', '<body>helo</body>');
    say(romeo, '2', `<body>hello</body>${CORRECT('1')}`);
    // XEP-0308 §5: always the first message is named, not the last correction; some clients name the latter.
    say(romeo, '3', `<body>with a new id</body>${CORRECT('1')}`);
    say(romeo, '4', `<body>last</body>${CORRECT('3')}`);
    assert.equal((await calls(stage, romeo)).slice(1), [
      ['correct', 'juliet', 'hello', 'legacy-1', undefined],
      ['correct', 'juliet', 'with a new id', 'legacy-1', undefined],
      ['correct', 'juliet', 'last', 'legacy-1-v2', undefined],
    ]);
  }));

test('to a contact :: a correction of something unknown is a message that says what it is', () =>
  play(async (stage, romeo) => {
    (await juliet(stage)).sendText('hers', { legacyMsgId: 'hers' });
    say(romeo, '1', `<body>one</body>${CORRECT('odd')}`);
    say(romeo, '2', `<body>two</body>${CORRECT('hers')}`);
    assert.equal(await calls(stage, romeo), [
      ['sendText', 'juliet', 'Correction: one', undefined],
      ['sendText', 'juliet', 'Correction: two', undefined],
    ]);
  }));

test('to a contact :: a correction to nothing takes the message back', () =>
  play(async (stage, romeo) => {
    say(romeo, '1', '<body>oops</body>');
    say(romeo, '2', `<body/>${CORRECT('1')}`);
    assert.equal((await calls(stage, romeo)).at(-1), ['retract', 'juliet', 'legacy-1', undefined]);
  }));

test('to a contact :: without corrections on the network the words are not lost', () => {
  class Fixed extends FullContact {
    override readonly correction = false;
  }
  return play(
    async (stage, romeo) => {
      say(romeo, '1', '<body>helo</body>');
      say(romeo, '2', `<body>hello</body>${CORRECT('1')}<request xmlns='urn:xmpp:receipts'/>`);
      assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'juliet', 'Correction: hello', undefined]);
      await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === '2');
    },
    { plugin: { contact: Fixed } },
  );
});

// --- retractions of the user

test('to a contact :: a message is taken back, and the text for old clients is not sent', () =>
  play(async (stage, romeo) => {
    say(romeo, '1', '<body>oops</body>');
    say(
      romeo,
      '2',
      `<body>/me retracted</body>${FALLBACK('urn:xmpp:message-retract:1')}${RETRACT('1')}<request xmlns='urn:xmpp:receipts'/>`,
    );
    say(
      romeo,
      '3',
      "<apply-to xmlns='urn:xmpp:fasten:0' id='odd'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to><body>x</body>",
    );
    assert.equal((await calls(stage, romeo)).slice(1), [
      ['retract', 'juliet', 'legacy-1', undefined],
      ['retract', 'juliet', 'odd', undefined],
    ]);
    await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === '2');
  }));

test('to a contact :: where nothing can be taken back that is said, not hidden', () => {
  class Carved extends FullContact {
    override readonly retraction = false;
  }
  return play(
    async (stage, romeo) => {
      say(romeo, '1', `${RETRACT('x')}<body>/me retracted</body>`);
      assert.is((await refusal(romeo)).condition, 'feature-not-implemented');
      assert.equal(await calls(stage, romeo), []);
    },
    { plugin: { contact: Carved } },
  );
});

// --- reactions of the user

test('to a contact :: reactions, with whatever comes beside them', () =>
  play(async (stage, romeo) => {
    (await juliet(stage)).sendText('hers', { legacyMsgId: 'hers' });
    const { id = '' } = (await romeo.receives((s) => s.getChildText('body') === 'hers')).attrs;
    say(
      romeo,
      '1',
      `<body>&gt; hers\n👋🎉</body><markable xmlns='urn:xmpp:chat-markers:0'/><request xmlns='urn:xmpp:receipts'/>
      <reply xmlns='urn:xmpp:reply:0' id='${id}' to='${JULIET}'/>${FALLBACK('urn:xmpp:reactions:0')}${REACT(id, '👋', '🎉', '👋')}`,
    );
    say(romeo, '2', REACT(id));
    assert.equal(await calls(stage, romeo), [
      ['react', 'juliet', 'hers', ['👋', '🎉'], undefined],
      ['react', 'juliet', 'hers', [], undefined],
    ]);
  }));

test('to a contact :: reactions that the network does not have are refused; spellings do not matter', () => {
  class Picky extends FullContact {
    override readonly reactionsSingleEmoji = true;
    override async availableEmojis(): Promise<ReadonlySet<string>> {
      return new Set(['❤️', '👍']);
    }
  }
  return play(
    async (stage, romeo) => {
      say(romeo, '1', REACT('x', '❤'));
      say(romeo, '2', REACT('x', '👎'));
      const reason = await refusal(romeo);
      assert.equal([reason.condition, reason.text], ['not-acceptable', 'You can react with these only: ❤️ 👍']);
      say(romeo, '3', REACT('x', '❤️', '👍'));
      assert.is((await refusal(romeo)).condition, 'not-acceptable');
      assert.equal(await calls(stage, romeo), [['react', 'juliet', 'x', ['❤️'], undefined]]);
      const info = await romeo.asks(
        'get',
        `${JULIET}/slipway`,
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
      );
      const form = String(info).match(/<x xmlns='jabber:x:data'.*<\/x>/)?.[0] ?? '';
      assert.match(form, "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:reactions:0:restrictions</value>");
      assert.match(form, "var='max_reactions_per_user'><value>1</value>");
      assert.match(form, "var='allowlist'><value>❤️</value><value>👍</value>");
    },
    { plugin: { contact: Picky } },
  );
});

const RESTRICTED: [what: string, single: boolean, emojis: readonly string[] | undefined, said: string | undefined][] = [
  ['none', false, undefined, undefined],
  ['one emoji each', true, undefined, 'max_reactions_per_user: 1'],
  ['certain emoji', false, ['👍', '👎'], 'allowlist: 👍 👎'],
  ['one of certain emoji', true, ['👍'], 'max_reactions_per_user: 1, allowlist: 👍'],
];
for (const [what, single, emojis, said] of RESTRICTED) {
  test(`to a contact :: reactions are restricted to ${what}, and clients can know it`, () => {
    class Restricted extends FullContact {
      override readonly reactionsSingleEmoji = single;
      override async availableEmojis(): Promise<ReadonlySet<string> | undefined> {
        return emojis && new Set(emojis);
      }
    }
    return play(
      async (_stage, romeo) => {
        const { forms } = await discoInfo(romeo.client, `${JULIET}/slipway`);
        const [formType, ...fields] = forms.flatMap((form) => form.fields);
        assert.equal(
          [formType?.values, fields.map(({ var: name, values }) => `${name}: ${values.join(' ')}`).join(', ')],
          said === undefined ? [undefined, ''] : [['urn:xmpp:reactions:0:restrictions'], said],
        );
      },
      { plugin: { contact: Restricted } },
    );
  });
}

// --- replies of the user

const QUOTED = (id: string, to: string, end: number) =>
  `<reply xmlns='urn:xmpp:reply:0' id='${id}' to='${to}'/>${FALLBACK('urn:xmpp:reply:0', `<body start='0' end='${end}'/>`)}`;

test('to a contact :: a reply names the message; the quotation is told apart', () =>
  play(async (stage, romeo) => {
    (await juliet(stage)).sendText('👋 where?', { legacyMsgId: 'hers' });
    const { id = '' } = (await romeo.receives((s) => s.name === 'message')).attrs;
    say(romeo, '1', `<body>&gt; 👋 where?\n  here</body>${QUOTED(id, `${JULIET}/slipway`, 11)}`);
    assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'juliet', '  here', undefined]);
    const session = stage.session() as FullSession;
    const { replyToMsgId, replyToFallbackText, replyTo } = session.options;
    assert.equal(
      [replyToMsgId, replyToFallbackText, (replyTo as LegacyContact).legacyId],
      ['hers', '👋 where?', 'juliet'],
    );
    say(romeo, '2', `<body>&gt; here\nand there</body>${QUOTED('1', 'romeo@localhost/test', 7)}`);
    assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'juliet', 'and there', undefined]);
    assert.equal([session.options.replyToMsgId, session.options.replyTo], ['legacy-1', undefined]);
  }));

test('to a contact :: a reply keeps its quotation where the network would not show what it answers', () => {
  class Plain extends FullContact {
    override readonly replies = false;
  }
  const unknown = play(async (stage, romeo) => {
    say(romeo, '1', `<body>&gt; hm\nyes</body>${QUOTED('odd', JULIET, 5)}`);
    assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'juliet', '> hm\nyes', undefined]);
    assert.is((stage.session() as FullSession).options.replyToMsgId, undefined);
  });
  const without = play(
    async (stage, romeo) => {
      (await juliet(stage)).sendText('hm', { legacyMsgId: 'hers' });
      say(romeo, '1', `<body>&gt; hm\nyes</body>${QUOTED('hers', JULIET, 5)}`);
      assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'juliet', '> hm\nyes', undefined]);
    },
    { plugin: { contact: Plain } },
  );
  return Promise.all([unknown, without]);
});

// --- threads and link previews

test('to a contact :: a thread is made on the network once, and is the same in both directions, also later', () =>
  play(async (stage, romeo) => {
    say(romeo, '1', '<body>a</body><thread>mine</thread>');
    say(romeo, '2', "<composing xmlns='http://jabber.org/protocol/chatstates'/><thread>mine</thread>");
    say(romeo, '3', '<body>b</body><thread>mine</thread>');
    assert.equal(await calls(stage, romeo), [
      ['createThread', 'juliet', 'mine'],
      ['sendText', 'juliet', 'a', 'thread of mine'],
      ['composing', 'juliet'],
      ['sendText', 'juliet', 'b', 'thread of mine'],
    ]);
    const contact = await juliet(stage);
    contact.sendText('c', { legacyMsgId: 'n', thread: 'thread of mine' });
    contact.composing({ thread: 'thread of mine' });
    contact.sendText('d', { thread: 'hers' });
    assert.equal(
      (await romeo.all('message')).map((xml) => /<thread>(.*)<\/thread>/.exec(xml)?.[1]),
      ['mine', 'mine', 'hers'],
    );
  }));

test('to a contact :: the id of a message is the thread it begins, where the network has it so', () => {
  class Threaded extends FullSession {
    override readonly messageIdsAreThreadIds = true;
  }
  return play(
    async (stage, romeo) => {
      say(romeo, '1', '<body>root</body>');
      say(romeo, '2', '<body>leaf</body><thread>1</thread>');
      assert.equal((await calls(stage, romeo)).at(-1), ['sendText', 'juliet', 'leaf', 'legacy-1']);
      (await juliet(stage)).sendText('more', { thread: 'legacy-1' });
      assert.is((await romeo.receives((s) => s.name === 'message')).getChildText('thread'), '1');
    },
    { plugin: { session: Threaded } },
  );
});

test('both ways :: what a page is about', () =>
  play(async (stage, romeo) => {
    const og = (name: string, text: string) => `<${name} xmlns='https://ogp.me/ns#'>${text}</${name}>`;
    const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
    say(
      romeo,
      '1',
      `<body>https://a.example</body><rdf:Description xmlns:rdf='${rdf}' rdf:about='https://a.example'>${og('title', 'A')}${og('image', 'https://a.example/i')}</rdf:Description>`,
    );
    await romeo.settle();
    const { linkPreviews = [] } = (stage.session() as FullSession).options as { linkPreviews?: readonly object[] };
    assert.equal([...linkPreviews], [{ about: 'https://a.example', title: 'A', image: 'https://a.example/i' }]);
    (await juliet(stage)).sendText('see https://b.example', {
      linkPreviews: [{ about: 'https://b.example', title: 'B', siteName: 'Bee' }],
    });
    const [xml = ''] = await romeo.all('message');
    assert.match(xml, /<Description [^>]*rdf-syntax-ns#'[^>]*about='https:\/\/b\.example'/);
    assert.match(xml, og('title', 'B'));
    assert.match(xml, og('site_name', 'Bee'));
  }));

// --- from a contact

test('from a contact :: corrections and retractions name the stanza that carried the message', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    contact.sendText('typo', { legacyMsgId: 'n1' });
    contact.correct('n1', 'type', { thread: 't' });
    contact.correct('n1', 'types', { correctionEventId: 'n1-v2' });
    contact.retract('n1');
    const [first = '', second = '', third = '', last = ''] = await romeo.all('message');
    assert.match(first, " id='n1'");
    assert.match(second, CORRECT('n1'));
    assert.match(second, '<thread>t</thread>');
    // A correction is a stanza of its own: with the same id clients take it for a repetition.
    assert.not.match(second, / id='n1' type/);
    assert.match(third, " id='n1-v2'");
    assert.match(third, CORRECT('n1'));
    assert.match(last, RETRACT('n1'));
    assert.match(last, CORRECT('n1'));
    assert.match(last, /<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/);
    assert.match(last, "<store xmlns='urn:xmpp:hints'/>");
  }));

test('from a contact :: a reply to the user, to itself, and with a quotation', () =>
  play(async (stage, romeo) => {
    say(romeo, 'mine', '<body>hi</body>');
    await romeo.settle();
    const contact = await juliet(stage);
    contact.sendText('hello', { replyTo: { legacyId: 'legacy-1', author: 'user' } });
    contact.sendText('me again', { replyTo: { legacyId: 'n', author: contact, body: 'two\nlines 👋' } });
    const [plain = '', quoting = ''] = await romeo.all('message');
    assert.match(plain, '<body>hello</body>');
    assert.match(plain, "<reply xmlns='urn:xmpp:reply:0' to='romeo@localhost' id='mine'/>");
    assert.not.match(plain, 'fallback');
    const quotation = '&gt; JULIET:\n&gt; two\n&gt; lines 👋\n';
    assert.match(quoting, `<body>${quotation}me again</body>`);
    assert.match(quoting, `<reply xmlns='urn:xmpp:reply:0' to='${JULIET}/slipway' id='n'/>`);
    // Counted in characters, not in bytes, nor in halves of an emoji.
    const end = [...'> JULIET:\n> two\n> lines 👋\n'].length;
    assert.match(quoting, FALLBACK('urn:xmpp:reply:0', `<body start='0' end='${end}'/>`));
  }));

test('from a contact :: a reply of which the plugin knows the id only names who is known to have written it', () =>
  play(async (stage, romeo) => {
    say(romeo, 'mine', '<body>hi</body>');
    await romeo.settle();
    const contact = await juliet(stage);
    contact.sendText('hello', { legacyMsgId: 'n1' });
    contact.sendText('to you', { replyTo: { legacyId: 'legacy-1' } });
    contact.sendText('to me', { replyTo: { legacyId: 'n1' } });
    contact.sendText('to whom', { replyTo: { legacyId: 'n2' } });
    const [, toUser = '', toContact = '', toNobody = ''] = await romeo.all('message');
    assert.match(toUser, "<reply xmlns='urn:xmpp:reply:0' to='romeo@localhost' id='mine'/>");
    assert.match(toContact, `<reply xmlns='urn:xmpp:reply:0' to='${JULIET}/slipway' id='n1'/>`);
    assert.match(toNobody, "<reply xmlns='urn:xmpp:reply:0' id='n2'/>");
    assert.match(toNobody, '<body>to whom</body>');
  }));

test('from a contact :: what is said comes in the order in which it was said, also when ids are looked up', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    contact.sendText('1', { legacyMsgId: 'a' });
    contact.correct('a', '2');
    contact.sendText('3');
    contact.react('a', ['4']);
    contact.sendText('5', { replyTo: { legacyId: 'a', author: contact } });
    contact.composing();
    const said = (await romeo.all('message')).map((xml) => /<(?:body|reaction)>(.)</.exec(xml)?.[1]);
    assert.equal(said, ['1', '2', '3', '4', '5', undefined]);
  }));

test('from a contact :: what comes late says when it was written; a little late does not count', () =>
  play(async (stage, romeo) => {
    const contact = await juliet(stage);
    contact.sendText('now', { when: new Date() });
    contact.sendText('recent', { when: new Date(Date.now() - 100_000) });
    contact.sendText('old', { when: new Date('2001-02-03T04:05:06Z') });
    const stamps = (await romeo.all('message')).map((xml) => /<delay [^>]*stamp='([^']*)' from='([^']*)'/.exec(xml));
    assert.equal(
      stamps.map((match) => match?.slice(1)),
      [undefined, undefined, ['2001-02-03T04:05:06Z', 'gw.localhost']],
    );
  }));

test('from a contact :: ids of the network may be written differently on XMPP', () => {
  class Numbered extends TestSession {
    override legacyMsgIdToXmppMsgId(legacyMsgId: string): string {
      return `n-${legacyMsgId}`;
    }
    override xmppMsgIdToLegacyMsgId(xmppMsgId: string): string {
      return xmppMsgId.replace(/^n-/, '');
    }
  }
  return play(
    async (stage, romeo) => {
      (await juliet(stage)).sendText('x', { legacyMsgId: '7' });
      assert.is((await romeo.receives((s) => s.name === 'message')).attrs.id, 'n-7');
      say(romeo, '1', "<displayed xmlns='urn:xmpp:chat-markers:0' id='n-7'/>");
      say(romeo, '2', "<displayed xmlns='urn:xmpp:chat-markers:0' id='n-8'/>");
      assert.equal(
        (await calls(stage, romeo)).map((call) => call[2]),
        ['7', '8'],
      );
    },
    { plugin: { session: Numbered } },
  );
});

// --- markers

test('to a contact :: networks that want each message marked get each, once', () => {
  class MarkAll extends FullGateway {
    override readonly markAllMessages = true;
  }
  return play(
    async (stage, romeo) => {
      const contact = await juliet(stage);
      for (const id of ['1', '2', '3', '4']) contact.sendText(id, { legacyMsgId: id });
      const mark = (id: string) => say(romeo, 'm', `<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`);
      mark('2');
      mark('2');
      mark('unknown');
      mark('4');
      assert.equal(
        (await calls(stage, romeo)).map(([hook, , id]) => `${hook} ${id}`),
        ['displayed 1', 'displayed 2', 'displayed 3', 'displayed 4'],
      );
      contact.sendText('5', { legacyMsgId: '5' });
      await romeo.settle();
      assert.equal(await contact.getMsgXmppIdUpTo('5'), ['5']);
      assert.equal(await contact.getMsgXmppIdUpTo('5'), []);
    },
    { plugin: { gateway: MarkAll } },
  );
});

test('sent :: a plugin can ask what became of what', () =>
  play(async (stage, romeo) => {
    say(romeo, 'stanza', '<body>x</body>');
    await romeo.settle();
    const contact = await juliet(stage);
    const { sent } = stage.session();
    assert.is(await sent.xmppId(contact, 'legacy-1'), 'stanza');
    assert.is(await sent.legacyId(contact, 'stanza'), 'legacy-1');
    sent.set(contact, 'late', 'other');
    assert.is(await sent.legacyId(contact, 'other'), 'late');
    assert.is(await sent.xmppId(contact, 'odd'), undefined);
  }));

test.run();
