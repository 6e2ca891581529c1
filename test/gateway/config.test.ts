import * as assert from 'uvu/assert';
import { ConfigError, defineOptions, type RawConfig, resolveConfig } from '../../src/gateway/index.ts';
import { suite } from '../support/test.ts';

const test = suite('config');
const ENOUGH = { jid: 'gw.example.com', secret: 's' };

test('defaults :: for everything but the plugin, the domain and the secret', () => {
  const { userJidValidator, secret, keyring, ...rest } = resolveConfig(ENOUGH);
  assert.is(secret.reveal(), 's');
  assert.is(keyring.current, undefined);
  assert.equal(rest, {
    jid: 'gw.example.com',
    server: 'localhost',
    port: 5347,
    homeDir: '.slipway/gw.example.com',
    databaseUrl: undefined,
    databasePoolSize: 10,
    workers: 1,
    admins: [],
    noRosterPush: false,
    ignoreDelayThreshold: 300,
    lastSeenFallback: false,
    uploadService: undefined,
    noUploadPath: undefined,
    noUploadUrlPrefix: '',
    noUploadMethod: 'copy',
    noUploadFileReadOthers: false,
    useAttachmentOriginalUrls: false,
    attachmentMaxSize: 1_073_741_824,
    attachmentTimeout: 600,
    allowPrivateUrls: false,
    avatarSize: 200,
    avatarResamplingThreads: 2,
    partialRegistrationTimeout: 3600,
    qrTimeout: 60,
    mamMaxDays: 7,
    hookTimeout: 60,
    journalMaxDays: 7,
    messageMaxDays: 90,
    roomPresenceLimit: 1000,
    limitMessages: 600,
    limitBytes: 8_388_608,
    limitRequests: 6000,
    limitJoins: 120,
    limitUploads: 60,
    limitPeople: 3000,
    limitLogins: 30,
    limitRegistrations: 30,
    limitPending: 100,
    limitCommands: 20,
    logLevel: 'info',
    httpHost: '127.0.0.1',
    httpPort: undefined,
    httpToken: undefined,
    explainMessages: 10_000,
    pluginOptions: {},
  });
  assert.ok(userJidValidator.test('romeo@example.com'));
  for (const jid of ['romeo@example.com.evil', 'romeo@exampleXcom', 'example.com', 'romeo@gw.example.com']) {
    assert.not(userJidValidator.test(jid), jid);
  }
});

test('values :: as text or as what they are', () => {
  const config = resolveConfig({
    ...ENOUGH,
    port: '1234',
    admins: ['a@b, c@d', 'E@F/x'],
    'no-roster-push': 'true',
    'user-jid-validator': 'romeo@.*',
  });
  assert.equal([config.port, config.admins, config.noRosterPush], [1234, ['a@b', 'c@d', 'e@f'], true]);
  assert.ok(config.userJidValidator.test('romeo@anywhere'));
  assert.not(config.userJidValidator.test('xromeo@anywhere'));
});

const WRONG: [raw: RawConfig, message: RegExp][] = [
  [{ secret: 's' }, /^--jid is missing \(or SLIPWAY_JID, or jid in the file given by --config\)$/],
  [{ jid: 'gw.example.com' }, /^--secret is missing .*, or --secret-file\)$/],
  [{ ...ENOUGH, jid: 'user@example.com' }, /^--jid: "user@example\.com" is not a domain/],
  [{ ...ENOUGH, jid: 'a b' }, /is not a domain/],
  [{ ...ENOUGH, jid: ['a', 'b'] }, /^--jid must be given once/],
  [{ ...ENOUGH, port: 'abc' }, /^--port: "abc" is not a whole number from 1 to 65535$/],
  [{ ...ENOUGH, port: 0 }, /is not a whole number from 1/],
  [{ ...ENOUGH, admins: 'not a jid@' }, /^--admins: /],
  [{ ...ENOUGH, 'user-jid-validator': '(' }, /^--user-jid-validator: /],
  [{ ...ENOUGH, 'qr-timeout': 'soon' }, /^--qr-timeout: "soon" is not a whole number from 0$/],
  [
    { ...ENOUGH, 'no-upload-method': 'mail' },
    /^--no-upload-method: "mail" is not one of copy, move, hardlink, symlink$/,
  ],
  [{ ...ENOUGH, 'last-seen-fallback': 'perhaps' }, /^--last-seen-fallback: "perhaps" is neither true nor false$/],
  [{ ...ENOUGH, 'upload-service': 'a b' }, /^--upload-service: "a b" is not an XMPP address$/],
  [{ ...ENOUGH, 'no-upload-path': '/x' }, /^--no-upload-path needs --no-upload-url-prefix$/],
];
for (const [raw, message] of WRONG) {
  test(`wrong :: ${JSON.stringify(raw)}`, () => {
    assert.throws(
      () => resolveConfig(raw),
      (e: unknown) => e instanceof ConfigError && message.test(e.message),
    );
  });
}

const PILOTS = defineOptions({
  'harbour-pilots': { type: 'number', default: 3, max: 9, describe: 'Pilots on duty' },
  'harbour-flag': { type: 'string', choices: ['blue', 'red'], describe: 'The flag' },
  'harbour-quays': { type: 'array', describe: 'The quays' },
});

test('plugin :: its options have their types and defaults', () => {
  const gateway = { config: resolveConfig({ ...ENOUGH, 'harbour-flag': 'red' } as RawConfig, PILOTS) };
  const values: { harbourPilots: number; harbourFlag: 'blue' | 'red' | undefined; harbourQuays: readonly string[] } =
    PILOTS.of(gateway);
  assert.equal(values, { harbourPilots: 3, harbourFlag: 'red', harbourQuays: [] });
  assert.is(PILOTS.of(gateway), values, 'checked once');
  assert.is(PILOTS.of({ config: resolveConfig(ENOUGH) }).harbourPilots, 3, 'also where nobody has passed the table');
});

test('plugin :: a wrong value is found before anything starts', () => {
  assert.throws(
    () => resolveConfig({ ...ENOUGH, 'harbour-pilots': '10' } as RawConfig, PILOTS),
    (e: unknown) => (e as Error).message === '--harbour-pilots: "10" is not a whole number from 0 to 9',
  );
  assert.throws(() => defineOptions({ harbourPilots: { type: 'number', describe: '' } }), /cannot be the name/);
});

test('workers :: several share a database', () => {
  const given = { jid: 'gw.example.com', secret: 's', workers: 3 };
  assert.throws(() => resolveConfig(given), /--database-url/);
  assert.is(resolveConfig({ ...given, 'database-url': 'postgres://localhost/gw' }).workers, 3);
  assert.throws(() => resolveConfig({ ...given, workers: 65 }), /workers/);
});

test.run();
