/** Logging in to an IRC server: one attempt, and what can be wrong with it. */

import type { Client } from 'irc-framework';
import { XmppError } from 'slipway';
import type { Clock } from 'slipway/stanza';
import type { NetworkSettings } from './network.ts';

/** Milliseconds to wait for a server to answer. */
export const PATIENCE = 30_000;
/** What is asked after the welcome. */
const READY = 'slipway-ready';
/** How many nicks are tried. */
const NICKS = 5;

/** Resolves when the server has taken the user, and said what it can do. @throws XmppError: `not-authorized` when there is no use in trying again. */
export function logIn(client: Client, settings: NetworkSettings, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: XmppError | undefined;
    let lastWord = '';
    let tries = 0;
    const settle = () => {
      cancel();
      client
        .off('connected', onConnected)
        .off('pong', onPong)
        .off('close', onClose)
        .off('socket close', onSocketClose)
        .off('irc error', onError)
        .off('sasl failed', onSaslFailed)
        .off('nick in use', onNickInUse)
        .off('nick invalid', onNickInvalid);
    };
    const cancel = clock.after(PATIENCE, () => {
      failure = new XmppError('remote-server-timeout', `${settings.host} does not answer.`);
      client.quit();
      onClose();
    });
    // What the server can do, and how it compares names, it says after the welcome: whatever else comes, before the answer.
    const onConnected = () => client.raw('PING', READY);
    const onPong = ({ message }: { message?: string }) => {
      if (message !== READY) return;
      settle();
      resolve();
    };
    const onClose = () => {
      settle();
      reject(failure ?? refusal(settings, lastWord));
    };
    const onSocketClose = (error: Error | false | undefined) => {
      if (!error) return;
      failure ??= new XmppError('remote-server-not-found', `Cannot reach ${settings.host}: ${codeOf(error)}.`);
    };
    const onError = ({ error, reason = '' }: { error: string; reason?: string }) => {
      if (error === 'irc') lastWord = reason;
    };
    const onSaslFailed = ({ reason }: { reason: string }) => {
      failure = new XmppError('not-authorized', `${settings.name} does not accept account and password (${reason}).`);
    };
    const onNickInUse = () => {
      // By somebody else, or by ourselves before the connection broke.
      if (++tries <= NICKS) client.changeNick(settings.nick + '_'.repeat(tries));
      else client.quit();
    };
    const onNickInvalid = ({ reason }: { reason: string }) => {
      failure = new XmppError('not-acceptable', `${settings.name} does not accept this nick: ${reason}`);
      client.quit();
    };
    client
      .on('connected', onConnected)
      .on('pong', onPong)
      .on('close', onClose)
      .on('socket close', onSocketClose)
      .on('irc error', onError)
      .on('sasl failed', onSaslFailed)
      .on('nick in use', onNickInUse)
      .on('nick invalid', onNickInvalid);
    client.connect();
  });
}

/** The server has closed the connection, with these words. */
function refusal({ name }: NetworkSettings, words: string): XmppError {
  const isCredentials = /password|authori[sz]/i.test(words);
  return new XmppError(
    isCredentials ? 'not-authorized' : 'remote-server-timeout',
    `${name} has closed the connection${words === '' ? '' : `: ${words}`}`,
  );
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? 'no connection';
}
