import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { cleanText, Element, isXmlText, parse, SerializeError, serialize } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';

const test = suite('serialize');

test('escapes :: what would end text or an attribute, or be read as something else', () => {
  const el = new Element('a', '', { x: `<&>'"\t\n\r` }, [`<&>'"\t\n\r]]>`]);
  assert.is(serialize(el), `<a x='&lt;&amp;&gt;&apos;&quot;&#9;&#10;&#13;'>&lt;&amp;&gt;'"\t\n&#13;]]&gt;</a>`);
  assert.is(parse(String(el)).text(), el.text());
});

test('namespaces :: are declared where they change', () => {
  const el = new Element('a', 'u', undefined, [
    new Element('b', 'u'),
    new Element('c', 'v', undefined, [new Element('d', '')]),
  ]);
  assert.is(serialize(el), "<a xmlns='u'><b/><c xmlns='v'><d xmlns=''/></c></a>");
  assert.is(serialize(el, 'u'), "<a><b/><c xmlns='v'><d xmlns=''/></c></a>");
});

test('namespaces :: of attributes get a prefix', () => {
  const el = new Element('a', '', { '{u}x': '1', '{v}x': '2', 'xml:lang': 'en' });
  const again = parse(serialize(el));
  assert.equal(Object.entries(again.attrs).sort(), [
    ['xml:lang', 'en'],
    ['{u}x', '1'],
    ['{v}x', '2'],
  ]);
});

test('refuses :: what XML cannot carry, and says where', () => {
  const at = (path: string, code: string) => (e: unknown) =>
    e instanceof SerializeError && e.path === path && e.code === code;
  const body = (text: string) => new Element('m', '', undefined, [new Element('body', '', undefined, [text])]);
  for (const bad of ['\u0000', 'a\u000bb', '\ud800', '\udc00x', '\ufffe']) {
    assert.throws(() => serialize(body(bad)), at('/m/body', 'invalid-character'));
    assert.throws(() => serialize(new Element('a', '', { x: bad })), at('/a@x', 'invalid-character'));
    assert.ok(isXmlText(cleanText(bad)));
  }
  for (const bad of ['', 'a b', '1', 'a:b', 'a>', 'xmlns']) {
    assert.throws(() => serialize(new Element(bad, '')), at('', 'invalid-name'));
    assert.throws(() => serialize(new Element('a', '', { [bad]: '' })), at('/a', 'invalid-name'));
  }
});

test('round trip :: any tree is read as it was written', () => {
  const name = fc.constantFrom('a', 'b', 'été', 'x-y.z', '名');
  const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => s !== '' && isXmlText(s));
  const attrs = fc.dictionary(fc.constantFrom('x', 'y', 'xml:lang', '{u}x', '__proto__'), text, { maxKeys: 4 });
  const ns = fc.constantFrom('', 'u', "v'&<");
  const { tree } = fc.letrec<{ tree: Element }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(name, ns, attrs).map(([n, s, a]) => new Element(n, s, a)),
      fc
        .tuple(name, ns, attrs, fc.array(fc.oneof(text, tie('tree')), { maxLength: 4 }))
        .map(([n, s, a, c]) => new Element(n, s, a, joined(c))),
    ),
  }));
  fc.assert(
    fc.property(tree, (el) => assert.equal(shape(parse(serialize(el))), shape(el))),
    { numRuns: 2000, seed: 7 },
  );
});

/** Texts beside each other are one when read. */
function joined(children: readonly (Element | string)[]): (Element | string)[] {
  const all: (Element | string)[] = [];
  for (const each of children) {
    const last = all.at(-1);
    if (typeof each === 'string' && typeof last === 'string') all[all.length - 1] = last + each;
    else all.push(each);
  }
  return all;
}

function shape(el: Element): unknown {
  return [
    el.name,
    el.ns,
    Object.entries(el.attrs).sort(),
    el.children.map((c) => (typeof c === 'string' ? c : shape(c))),
  ];
}

test.run();
