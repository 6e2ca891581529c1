import * as assert from 'uvu/assert';
import {
  attr,
  body,
  type Codec,
  Element,
  element,
  iq,
  message,
  optionalAttr,
  parse,
  payload,
  SerializeError,
  serialize,
  stanzaXml,
  toXml,
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

test.run();
