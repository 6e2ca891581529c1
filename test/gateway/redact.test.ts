import { inspect } from 'node:util';
import * as assert from 'uvu/assert';
import { resolveConfig } from '../../src/gateway/index.ts';
import { createLog } from '../../src/gateway/log.ts';
import { hideIn, redacted, secretTexts } from '../../src/gateway/redact.ts';
import { concealed, Secret } from '../../src/gateway/secret.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('redaction');
const HUSH = 'hush-hush';

test('secret :: only reveal shows it', () => {
  const secret = new Secret(HUSH);
  assert.is(secret.reveal(), HUSH);
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect({ deep: [secret] }, { showHidden: true }),
    Object.entries(secret).join(),
    JSON.stringify({ ...secret }),
  ];
  for (const each of shown) assert.not.match(each, HUSH);
});

test('concealed :: JSON has it, inspection does not', () => {
  const data = concealed({ password: HUSH });
  assert.is(JSON.parse(JSON.stringify(data)).password, HUSH);
  assert.not.match(inspect({ user: { data } }), HUSH);
  assert.equal({ ...data }, { password: HUSH });
});

test('configuration :: inspected or as JSON, without secret, database URL and keys', () => {
  const config = resolveConfig({
    jid: 'gw.example.com',
    secret: HUSH,
    'database-url': `postgres://slipway:${HUSH}@db/x`,
    'encryption-key': Buffer.from(HUSH.padEnd(32)).toString('base64'),
  });
  assert.is(config.secret.reveal(), HUSH);
  for (const shown of [
    inspect(config, { depth: 9, showHidden: true }),
    JSON.stringify(config),
    JSON.stringify(redacted(config)),
  ]) {
    assert.not.match(shown, HUSH);
    assert.not.match(shown, Buffer.from(HUSH.padEnd(32)).toString('base64'));
  }
});

const SECRETS: [what: string, value: unknown][] = [
  ['a field, however deep', { a: { b: [{ c: { password: HUSH } }] } }],
  ['names in other spellings', { accessToken: HUSH, api_key: HUSH, 'qr-text': HUSH, passphrase: HUSH, code: HUSH }],
  ['what a plugin keeps of a user', { user: { jid: 'a@b', legacyModuleData: { phone: HUSH } } }],
  [
    'an error that carries it',
    { err: Object.assign(new Error('no'), { response: { headers: { authorization: HUSH } } }) },
  ],
  ['the cause of an error', { err: new Error('no', { cause: { token: HUSH } }) }],
  ['a URL in a message', { err: new Error(`cannot reach https://romeo:${HUSH}@x.example/`) }],
  ['a URL', { url: `postgres://romeo:${HUSH}@x.example/y` }],
  ['an URL object', { url: new URL(`https://romeo:${HUSH}@x.example/y`) }],
  ['maps', { map: new Map([['romeo', { token: HUSH }]]) }],
  ['bytes', { bytes: Buffer.from(HUSH) }],
  ['a stanza', { stanza: stanza(`<message><body>${HUSH}</body></message>`) }],
  ['in-band registration', { xml: stanza(`<iq><query xmlns='jabber:iq:register'><key>${HUSH}</key></query></iq>`) }],
  [
    'an upload slot',
    {
      xml: stanza(
        `<slot xmlns='urn:xmpp:http:upload:0'><put url='https://u.example/${HUSH}'><header name='Authorization'>${HUSH}</header></put></slot>`,
      ),
    },
  ],
];

test('log :: leaves out what is secret by type, by name or by its place', () => {
  for (const [what, data] of SECRETS) {
    const lines: string[] = [];
    const log = createLog('debug', { write: (line) => lines.push(line) });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](data as object, 'text');
    assert.is(lines.length, 4);
    for (const line of lines) {
      assert.not.match(line, HUSH, what);
      assert.not.match(line, Buffer.from(HUSH).toString('base64'), what);
      assert.is(JSON.parse(line).msg, 'text');
    }
  }
});

test('log :: keeps what is not', () => {
  const lines: string[] = [];
  const err = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', port: 5347 });
  createLog('debug', { write: (line) => lines.push(line) }).error({ err, user: 'romeo@x', retryIn: 3 }, 'no');
  const line = JSON.parse(lines[0] as string);
  assert.is(line.err.code, 'ECONNREFUSED');
  assert.is(line.err.message, 'refused');
  assert.match(line.err.stack, /redact\.test/);
  assert.equal([line.user, line.retryIn, line.level, line.err.port], ['romeo@x', 3, 'error', 5347]);
});

test('log :: what refers to itself, or to everything there is, ends', () => {
  const a: Record<string, unknown> = {};
  for (let i = 0; i < 100; i++) a[`a${i}`] = a;
  assert.ok(JSON.stringify(redacted(a)).includes('…'));
});

test('hide :: what was filled in is taken out of errors that quote it', () => {
  const cause = new Error(`${HUSH} is wrong`);
  const error = Object.assign(new Error(`login as romeo with ${HUSH} failed`, { cause }), { url: `/?p=${HUSH}` });
  const fields = [{ var: 'pin', private: true }, { var: 'username' }];
  const secrets = secretTexts({ username: 'romeo', pin: HUSH, password: 'x' }, fields);
  assert.equal(secrets, [HUSH, 'x']);
  hideIn(error, secrets);
  assert.is(error.message, 'login as romeo with [secret] failed');
  assert.not.match(inspect(error), HUSH);
  hideIn('not an error', secrets);
});

test.run();
