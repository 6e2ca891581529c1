/** Streams that were right once: the same ones for the same seed. */

const SEEDS = [
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'><message to='juliet@example.net' from="romeo@example.net/x" type='chat' id='a1'><body>h👋i &amp; &lt;bye&gt; &#x41;&#66;</body><request xmlns='urn:xmpp:receipts'/></message><presence/><iq type='get' id='é'><query xmlns='jabber:iq:roster'/></iq></stream:stream>`,
  `<s xmlns='a' xmlns:p='b' p:x='1' x='2'><p:c xmlns:p='d' p:x="3"><p:c/>t<c xmlns=''/></p:c><e a='&quot;&apos;'> </e><e a='1\t2\n3' b='4'/></s>`,
  `<r><a><![CDATA[x<y&]]>z</a><b\n c='d'\te="f"\r\n/><longlonglonglongname attribute='valuevaluevaluevalue'>texttexttexttexttext texttexttexttext</longlonglonglongname></r>`,
];

const PIECES = [
  ...[
    '<',
    '>',
    '/',
    '=',
    "'",
    '"',
    '&',
    ';',
    ' ',
    '\n',
    '\r',
    '\t',
    ':',
    '!',
    '?',
    '-',
    ']',
    '[',
    'x',
    'é',
    '👋',
    '\0',
  ],
  ...[
    '<a>',
    '</a>',
    '<a/>',
    '&amp;',
    '&lt;',
    '&#0;',
    '&#x1F44B;',
    '&#xD800;',
    '&nope;',
    ']]>',
    '<![CDATA[',
    '<!--',
    '-->',
  ],
  ...[
    "xmlns=''",
    "xmlns:p=''",
    "xmlns:xml='x'",
    "xmlns:p='b'",
    " p:x='1'",
    " x='1'",
    'xml:lang="en"',
    '<?xml',
    '<!DOCTYPE',
    '\ufffe',
  ],
];

/** A generator of numbers below `n`: small, and the same everywhere. */
function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** One to four things are done to each: something put in, taken out, doubled, or a byte changed. */
export function* mutatedStreams(count: number, seed = 1): Generator<Uint8Array> {
  const below = generator(seed);
  for (let i = 0; i < count; i++) {
    let bytes = Buffer.from(SEEDS[below(SEEDS.length)] as string);
    for (let changes = 1 + below(4); changes > 0; changes--) {
      const at = below(bytes.length);
      const end = Math.min(bytes.length, at + 1 + below(12));
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      switch (below(5)) {
        case 0:
          bytes = Buffer.concat([before, Buffer.from(PIECES[below(PIECES.length)] as string), after]);
          break;
        case 1:
          bytes = Buffer.concat([before, bytes.subarray(end)]);
          break;
        case 2:
          bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)]);
          break;
        case 3:
          bytes = Buffer.concat([before, Buffer.from(PIECES[below(PIECES.length)] as string), bytes.subarray(end)]);
          break;
        default:
          bytes = Buffer.from(bytes);
          bytes[at] = below(256);
      }
    }
    yield bytes;
  }
}
