import {
  attr,
  type Codec,
  child,
  element,
  inside,
  leaf,
  many,
  optionalAttr,
  optionalChild,
} from '../../../src/stanza/index.ts';
import * as a from '../../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../../support/codecs.ts';
import { suite } from '../../support/test.ts';

const test = suite('inside');

interface Box {
  readonly size: string;
  readonly label?: string;
  readonly color?: string;
  readonly parts: readonly string[];
}
const box: Codec<Box> = element('urn:box', 'box', {
  size: inside('urn:box', 'about', attr('size')),
  label: inside('urn:box', 'front', optionalChild(leaf('urn:box', 'label'))),
  color: inside('urn:box', 'paint', optionalAttr('color')),
  parts: inside('urn:box', 'content', many(leaf('urn:box', 'part'))),
});

roundtrip(test, box, [
  ["<box xmlns='urn:box'><about size='1'/></box>", { size: '1', parts: [] }],
  [
    "<box xmlns='urn:box'><about size='1'/><front><label>a</label></front><paint color='red'/><content><part>b</part><part>c</part></content></box>",
    { size: '1', label: 'a', color: 'red', parts: ['b', 'c'] },
  ],
]);
reads(test, box, [["<box xmlns='urn:box'><about size='1'/><front/><content/></box>", { size: '1', parts: [] }]]);
rejects(test, box, [
  ["<box xmlns='urn:box'/>", 'missing-attribute', '/box/about@size'],
  ["<box xmlns='urn:box'><about xmlns='urn:other' size='1'/></box>", 'missing-attribute', '/box/about@size'],
]);

const lid = element<{ readonly lid: string }>('urn:box', 'pot', {
  lid: inside('urn:box', 'top', child(leaf('urn:box', 'lid'))),
});
rejects(test, lid, [["<pot xmlns='urn:box'><top/></pot>", 'missing-child', '/pot/top/lid']]);

laws(
  test,
  { box, lid },
  {
    box: a.object({ size: a.text, parts: a.list(a.text) }, { label: a.text, color: a.text }),
    lid: a.object({ lid: a.text }),
  },
);

test.run();
