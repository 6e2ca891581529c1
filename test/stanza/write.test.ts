import fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  attr,
  body,
  type Codec,
  Element,
  element,
  escapeAttr,
  escapeText,
  iq,
  isXmlText,
  message,
  optionalAttr,
  parse,
  payload,
  SerializeError,
  serialize,
  stanzaXml,
  type Thread,
  text as textOf,
  thread,
  toXml,
  type Value,
  writeStanza,
  XmlWriter,
} from '../../src/stanza/index.ts';
import { chatState, NS as NS_ACTIVE } from '../../src/xep/0085-chat-states.ts';
import { request } from '../../src/xep/0184-receipts.ts';
import { suite } from '../support/test.ts';

const test = suite('writing');

// That toXml gives the same as build and serialize is one of the laws that test/support/codecs.ts tries on all codecs.

test('stanzas :: are written as they are built', () => {
  const header = { to: "a&b@c/'", from: 'd', id: '1', type: 'chat', lang: 'en' } as const;
  const raw = new Element('x', 'u', { y: '<' }, ['z']);
  assert.is(
    stanzaXml(
      'message',
      header,
      payload(body, 'hi & <you>'),
      payload(chatState, 'active'),
      payload(request, true),
      raw,
    ),
    serialize(
      message(header, body.build('hi & <you>'), chatState.build('active'), request.build(true), raw),
      'jabber:client',
    ),
  );
  assert.is(stanzaXml('iq', { type: 'result' }), serialize(iq({ type: 'result' }), 'jabber:client'));
});

test('stanzas :: what XML cannot carry is refused, and its place is told', () => {
  const at = (path: string) => (error: unknown) => error instanceof SerializeError && error.path === path;
  assert.throws(() => stanzaXml('message', {}, payload(body, '\u0000')), at('/message/body'));
  assert.throws(() => stanzaXml('message', { id: '\ud800' }), at('/message@id'));
  assert.throws(() => toXml(body, '\uffff'), at('/body'));
});

test('codecs :: one that is written by hand need not be able to write', () => {
  const hand: Codec<string> = {
    ns: NS_ACTIVE,
    names: ['hand'],
    parse: (el) => el.attrs.x,
    build: (x) => new Element('hand', NS_ACTIVE, { x }),
  };
  assert.is(toXml(hand, '1'), `<hand xmlns='${NS_ACTIVE}' x='1'/>`);
});

test('codecs :: attributes in a namespace get a prefix; what is required must be there', () => {
  const both = element<{ a?: string; b: string }>('u', 'e', { a: optionalAttr('{v}a'), b: attr('b') });
  assert.equal({ ...parse(toXml(both, { a: '1', b: '2' })).attrs }, { '{v}a': '1', b: '2' });
  const one = element<{ b: string }>('u', 'e', { b: attr('b') });
  assert.throws(() => toXml(one, {} as { b: string }), /<e\/> needs b/);
});

/** Text of all lengths that are written in different ways, with few or many characters that need care. */
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.string({ minLength: 1, maxLength: 60 }) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
      fc.constantFrom('&', '<', '>', "'", '"', '\t', '\n', '\r', 'é', '名', '👋', '\ufffd', '\ufdd0', 'ﬀ', '\ue000'),
      fc.nat({ max: 700 }).map((n) => 'x'.repeat(n)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

test('text :: of any length is written as escaping it writes it, or refused', () => {
  const e = element<{ a: string; b: string }>('u', 'e', { a: attr('a'), b: textOf() });
  fc.assert(
    fc.property(text, text, (a, b) => {
      if (!isXmlText(a) || !isXmlText(b)) return assert.throws(() => toXml(e, { a, b }), isSerializeError);
      const content = b === '' ? '/>' : `>${escapeText(b)}</e>`;
      assert.is(toXml(e, { a, b }, 'u'), `<e a='${escapeAttr(a)}'${content}`);
    }),
    { numRuns: 1500, seed: 11, examples: [['x'.repeat(600), `${'x'.repeat(47)}👋${'y'.repeat(600)}&`]] },
  );
});

test('text :: no pair is cut where long text is written in parts, and every lone surrogate is found', () => {
  for (let n = 510; n < 518; n++) {
    const before = `${'x'.repeat(n)}&`;
    for (const good of ['👋', '\ufffd', '名']) {
      assert.is(toXml(body, before + good.repeat(60)), toXml(body, before).replace('</', `${good.repeat(60)}</`));
    }
    for (const bad of ['\ud83d', '\udc4b', '\udc4b\ud83d', '\uffff', '\ufffe', '\u0000']) {
      assert.throws(() => toXml(body, `${before}${bad}${'y'.repeat(60)}`), isSerializeError);
      assert.throws(() => toXml(body, before + bad), isSerializeError);
      assert.throws(() => toXml(body, bad + before.slice(n - 20)), isSerializeError);
    }
  }
});

test('writers :: what is refused leaves nothing behind, and writing goes on', () => {
  const out = new XmlWriter();
  writeStanza(out, 'message', { id: '1' }, payload(body, 'one'));
  assert.throws(() => writeStanza(out, 'message', { id: '2' }, payload(body, 'two \u0001')), isSerializeError);
  assert.throws(() => writeStanza(out, 'iq', { id: 'x' }, payload(thread, {} as Thread)), /<thread\/> needs id/);
  writeStanza(out, 'message', { id: '3', to: 'é@x' }, payload(body, ''), new Element('x', 'u'));
  assert.is(
    String(out),
    "<message id='1'><body>one</body></message><message to='é@x' id='3'><body/><x xmlns='u'/></message>",
  );
  assert.is(Buffer.from(out.bytes()).toString(), String(out));
  out.clear();
  assert.is(out.length, 0);
  out.begin('');
  out.element(new Element('a', '', { b: 1 as unknown as string }));
  assert.is(String(out), "<a b='1'/>");
});

test('writers :: names that are ever new, and very long text, are written like any', () => {
  for (let n = 0; n < 4200; n++) {
    assert.is(serialize(new Element(`a${n}`, `u${n}`, { [`b${n}`]: '' })), `<a${n} xmlns='u${n}' b${n}=''/>`);
  }
  const long = 'ř&'.repeat(500_000);
  assert.is(toXml(body, long, 'jabber:client').length, 500_000 * 6 + 13);
});

test('writers :: writing one text while another is being written', () => {
  const inner: Value<string> = {
    expected: 'xml',
    parse: (given) => given,
    format: (value) => toXml(body, value, 'jabber:client'),
  };
  const outer = element<{ a: string; b: string }>('u', 'o', { a: attr('a', inner), b: attr('b') });
  assert.is(toXml(outer, { a: '1', b: '2' }, 'u'), "<o a='&lt;body&gt;1&lt;/body&gt;' b='2'/>");
});

const isSerializeError = (error: unknown) => error instanceof SerializeError;

test.run();
