/** What users and operators can set. */

import { defineOptions, type FormField, type FormValues, XmppError } from 'slipway';
import { isChannel } from './names.ts';
import type { NetworkSettings } from './network.ts';

export const options = defineOptions({
  'irc-networks': {
    type: 'array',
    describe: 'Hosts of the IRC networks that users may connect to (all, if none is given)',
  },
  'irc-quit-message': {
    type: 'string',
    default: 'Gone',
    describe: 'What IRC users see when the gateway disconnects somebody',
  },
  'irc-flood-burst': {
    type: 'number',
    default: 5,
    min: 1,
    describe: 'Lines that are sent to an IRC server at once, after a pause',
  },
  'irc-flood-interval': {
    type: 'number',
    default: 1500,
    describe: 'Milliseconds between further lines to an IRC server',
  },
});

/** A channel that the user is in. */
export interface KnownChannel {
  readonly id: string;
  /** Its password, if it has one. */
  readonly key?: string | undefined;
}

/** What is kept about a user. */
export interface IrcData {
  readonly networks: readonly NetworkSettings[];
  readonly channels: readonly KnownChannel[];
}

export const NETWORK_FIELDS: readonly FormField[] = [
  { var: 'host', label: 'Server', required: true, value: 'irc.libera.chat' },
  { var: 'port', label: 'Port (6697 with TLS, 6667 without, if left empty)' },
  { var: 'tls', label: 'Use TLS', type: 'boolean', value: true },
  { var: 'nick', label: 'Nick', required: true },
  { var: 'realName', label: 'Real name, as others see it' },
  { var: 'account', label: 'Account, if you have one (SASL)' },
  { var: 'password', label: 'Password of the account', private: true },
  { var: 'channels', label: 'Channels to be in, such as #xmpp, with spaces between them' },
  { var: 'serverPassword', label: 'Password of the server, if it has one', private: true },
];

/** The names of channels to be in from the start. @throws XmppError when one is none. */
export function channelsFrom({ channels = '' }: FormValues): string[] {
  const names = String(channels)
    .split(/[\s,]+/)
    .filter(Boolean);
  const wrong = names.find((name) => !isChannel(name));
  if (wrong === undefined) return names;
  throw new XmppError('not-acceptable', `${wrong} is not a channel: their names begin with #.`);
}

/** These, and more; the newer ones count, and come last. */
export function withChannels(known: readonly KnownChannel[], more: readonly KnownChannel[]): KnownChannel[] {
  return [...new Map([...known, ...more].map((each) => [each.id, each])).values()];
}

/** @throws XmppError when it cannot be so. */
export function settingsFrom(form: FormValues, allowed: readonly string[]): NetworkSettings {
  const text = (name: string) => (form[name] === undefined ? '' : String(form[name]).trim());
  const host = text('host').toLowerCase();
  if (!/^[a-z0-9.:-]+$/.test(host)) throw new XmppError('not-acceptable', 'This is not the name of a server.');
  if (allowed.length > 0 && !allowed.includes(host)) {
    throw new XmppError('not-allowed', `This gateway is for ${allowed.join(', ')} only.`);
  }
  const tls = form.tls !== false && form.tls !== 'false' && form.tls !== '0';
  const usual = tls ? 6697 : 6667;
  const port = text('port') === '' ? usual : Number(text('port'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new XmppError('not-acceptable', 'This is not a port.');
  const nick = text('nick');
  // RFC 2812 §2.3.1, and the letters that networks take besides.
  if (!/^[^\s\d#&+!@:,*?%-][^\s#&!@:,*?%]*$/.test(nick))
    throw new XmppError('not-acceptable', 'This cannot be a nick.');
  const given = (name: string) => (text(name) === '' ? undefined : text(name));
  return {
    name: port === usual ? host : `${host}-${port}`,
    host,
    port,
    tls,
    nick,
    realName: given('realName'),
    account: given('account'),
    password: given('password'),
    serverPassword: given('serverPassword'),
  };
}
