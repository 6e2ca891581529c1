import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type IqSender, parse, StanzaError } from '../../src/stanza/index.ts';
import * as upload from '../../src/xep/0363-http-upload.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0363');
const NS = 'urn:xmpp:http:upload:0';
const PUT = 'https://upload.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg';
const GET = 'https://download.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg';

roundtrip(test, upload.request, [
  // Example 5.
  [
    `<request xmlns='${NS}' filename='très cool.jpg' size='23456' content-type='image/jpeg'/>`,
    { filename: 'très cool.jpg', size: 23456, contentType: 'image/jpeg' },
  ],
  // Example 9.
  [
    `<request xmlns='${NS}' filename='eiffel-tower-status-picture.jpg' size='100' content-type='image/jpeg'><ephemeral xmlns='urn:xmpp:http:upload:purpose:0' expire-before='2025-09-10T23:08:25Z'/></request>`,
    {
      filename: 'eiffel-tower-status-picture.jpg',
      size: 100,
      contentType: 'image/jpeg',
      purpose: { expireBefore: new Date('2025-09-10T23:08:25Z') },
    },
  ],
]);
roundtrip(test, upload.purpose, [["<profile xmlns='urn:xmpp:http:upload:purpose:0'/>", 'profile']]); // Example 8
roundtrip(test, upload.slot, [
  // Example 6.
  [
    `<slot xmlns='${NS}'><put url='${PUT}'><header name='Authorization'>Basic Base64String==</header><header name='Cookie'>foo=bar; user=romeo</header></put><get url='${GET}'/></slot>`,
    {
      put: {
        url: PUT,
        headers: [
          { name: 'Authorization', value: 'Basic Base64String==' },
          { name: 'Cookie', value: 'foo=bar; user=romeo' },
        ],
      },
      get: { url: GET },
    },
  ],
]);
reads(test, upload.slot, [
  // §4: only three headers count, in any case, and none can smuggle in another.
  [
    `<slot xmlns='${NS}'><put url='${PUT}'><header name='Host'>evil.example</header><header name='cookie&#10;'>a=b&#13;&#10;Host: evil.example</header></put><get url='${GET}'/></slot>`,
    { put: { url: PUT, headers: [{ name: 'Cookie', value: 'a=bHost: evil.example' }] }, get: { url: GET } },
  ],
]);
roundtrip(test, upload.fileTooLarge, [
  [`<file-too-large xmlns='${NS}'><max-file-size>20000</max-file-size></file-too-large>`, { maxFileSize: 20000 }], // Example 11
]);
roundtrip(test, upload.retry, [
  [`<retry xmlns='${NS}' stamp='2017-12-03T23:42:05Z'/>`, { stamp: new Date('2017-12-03T23:42:05Z') }], // Example 12
]);
rejects(test, upload.request, [
  [`<request xmlns='${NS}' filename='a'/>`, 'missing-attribute', '/request@size'],
  [`<request xmlns='${NS}' filename='a' size='5 MB'/>`, 'invalid-attribute', '/request@size'],
]);
rejects(test, upload.slot, [
  [
    `<slot xmlns='${NS}'><put url='file:///etc/passwd'/><get url='${GET}'/></slot>`,
    'invalid-attribute',
    '/slot/put@url',
  ],
  [`<slot xmlns='${NS}'><put url='${PUT}'/></slot>`, 'missing-child', '/slot/get'],
]);

const purpose: fc.Arbitrary<upload.Purpose> = fc.oneof(
  fc.constantFrom('message' as const, 'profile' as const, 'permanent' as const),
  a.object({ expireBefore: a.date }),
);
const header = a.object({
  name: fc.constantFrom('Authorization', 'Cookie', 'Expires'),
  value: a.text.map((text) => text.replace(/[\r\n]/g, '')),
});
laws(test, upload, {
  purpose,
  request: a.object({ filename: a.text, size: a.count }, { contentType: a.text, purpose }),
  slot: a.object({
    put: a.object({ url: a.url, headers: a.list(header) }),
    get: a.object({ url: a.url }),
  }),
  fileTooLarge: a.object({}, { maxFileSize: a.count }),
  retry: a.object({ stamp: a.date }),
  serviceInfo: a.object({}, { maxFileSize: a.count }),
});

test('requestSlot', async () => {
  const iq = new Asked([`<slot xmlns='${NS}'><put url='${PUT}'/><get url='${GET}'/></slot>`]);
  const slot = await upload.requestSlot(iq, 'upload.montague.tld', { filename: 'a.jpg', size: 7 });
  assert.equal(slot, { put: { url: PUT, headers: [] }, get: { url: GET } });
  iq.expect(`get upload.montague.tld <request xmlns='${NS}' filename='a.jpg' size='7'/>`);
});

test('tooLarge :: what the service would have taken', async () => {
  const error = StanzaError.of('not-acceptable', '', { application: [upload.fileTooLarge.build({ maxFileSize: 9 })] });
  const failed = await refused(upload.requestSlot(new Asked([error]), 'a', { filename: 'a', size: 10 }));
  assert.equal(upload.tooLarge(failed), { maxFileSize: 9 });
  assert.is(upload.tooLarge(StanzaError.of('forbidden')), undefined);
});

const INFO = 'http://jabber.org/protocol/disco#info';
// Example 4.
const SERVICE = `<query xmlns='${INFO}'><identity category='store' type='file' name='HTTP File Upload'/><feature var='${NS}'/><x type='result' xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>${NS}</value></field><field var='max-file-size'><value>5242880</value></field></x></query>`;

/** A server whose parts answer as they are told; `undefined` for never. */
function server(parts: Record<string, string | StanzaError | undefined>): IqSender {
  return {
    async request({ to = '', payload }) {
      if (payload.ns === INFO) {
        const answer = parts[to];
        if (answer === undefined) return new Promise(() => {});
        if (typeof answer !== 'string') throw answer;
        return parse(answer);
      }
      const items = Object.keys(parts).filter((jid) => jid !== 'montague.tld');
      return parse(`<query xmlns='${payload.ns}'>${items.map((jid) => `<item jid='${jid}'/>`).join('')}</query>`);
    },
  };
}

test('findUploadService :: whoever else is silent, broken or refuses', async () => {
  const iq = server({
    'montague.tld': `<query xmlns='${INFO}'/>`,
    'silent.montague.tld': undefined,
    'broken.montague.tld': `<query xmlns='${INFO}'><feature/></query>`,
    'closed.montague.tld': StanzaError.of('forbidden'),
    'upload.montague.tld': SERVICE,
  });
  assert.equal(await upload.findUploadService(iq, 'montague.tld'), {
    jid: 'upload.montague.tld',
    maxFileSize: 5242880,
  });
});

test('findUploadService :: none', async () => {
  const iq = server({ 'montague.tld': `<query xmlns='${INFO}'/>`, 'a.montague.tld': StanzaError.of('forbidden') });
  assert.is(await upload.findUploadService(iq, 'montague.tld'), undefined);
});

test('findUploadService :: a bug of the sender is not hidden', async () => {
  const failing: IqSender = {
    async request({ payload }) {
      if (payload.ns === INFO) throw new RangeError('a bug');
      return parse(`<query xmlns='${payload.ns}'/>`);
    },
  };
  const failed = await upload.findUploadService(failing, 'a').catch((error: unknown) => error);
  assert.instance(failed, RangeError);
});

test.run();
