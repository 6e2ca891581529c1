/** QR codes that people have been shown to register, and that they will scan or not. */

import type { Clock, JID } from '../../stanza/index.ts';
import type { Config } from '../config.ts';
import { XmppError } from '../errors.ts';

/** What the codes need: the gateway. */
export interface QrCodesOptions {
  readonly clock: Clock;
  readonly config: Pick<Config, 'partialRegistrationTimeout' | 'qrTimeout'>;
}

export class QrCodes {
  readonly #options: QrCodesOptions;
  /** By bare JID. */
  readonly #codes = new Map<string, QrCode>();

  constructor(options: QrCodesOptions) {
    this.#options = options;
  }

  /** Whether somebody has been shown one since the gateway started, and it has not expired. */
  isShownTo({ bare }: JID): boolean {
    return this.#codes.has(bare);
  }

  /** One is about to be shown: from now on it may be scanned. */
  expect(jid: JID): void {
    this.forget(jid);
    const { clock, config } = this.#options;
    const drop = clock.after(config.partialRegistrationTimeout * 1000, () => this.forget(jid));
    this.#codes.set(jid.bare, new QrCode(drop));
  }

  /** The network says that it has been scanned, or that it was in vain. @throws TypeError when none has been shown. */
  confirm(bareJid: string, error?: Error): void {
    const code = this.#codes.get(bareJid);
    if (code === undefined) throw new TypeError(`${bareJid} has not been shown a QR code`);
    code.settle(error);
  }

  /** Waits until it has been scanned. @throws what `confirm` was given; XmppError `remote-server-timeout`. */
  async confirmed(jid: JID): Promise<void> {
    const code = this.#codes.get(jid.bare);
    if (code === undefined) throw new XmppError('unexpected-request', 'The QR code has expired. Please begin again.');
    const { clock, config } = this.#options;
    let cancel = () => {};
    const expired = new Promise<never>((_, reject) => {
      cancel = clock.after(config.qrTimeout * 1000, () =>
        reject(new XmppError('remote-server-timeout', 'The QR code was not scanned in time.')),
      );
    });
    try {
      await Promise.race([code.scanned, expired]);
    } finally {
      cancel();
      this.forget(jid);
    }
  }

  forget({ bare }: JID): void {
    this.#codes.get(bare)?.drop();
    this.#codes.delete(bare);
  }
}

class QrCode {
  readonly scanned: Promise<void>;
  settle: (error?: Error) => void = () => {};
  /** Nobody will come to scan it. */
  readonly drop: () => void;

  constructor(drop: () => void) {
    this.drop = drop;
    this.scanned = new Promise((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Nobody may be waiting yet.
    this.scanned.catch(() => undefined);
  }
}
