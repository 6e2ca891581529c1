/** A network that is a file: what was sent to it, and who has logged in, a line each. */

import { appendFileSync } from 'node:fs';
import { BaseGateway, BaseSession, defineOptions, type LegacyContact } from '../../../src/gateway/index.ts';

export const options = defineOptions({
  'ledger-file': { type: 'string', required: true, describe: 'The file' },
});

export class LedgerGateway extends BaseGateway {
  override readonly componentName = 'Ledger';
  override async validate(): Promise<void> {}
}

export class LedgerSession extends BaseSession {
  override async login(): Promise<string> {
    this.#write(`login ${process.pid} ${Date.now()}`);
    return 'here';
  }

  override async logout(): Promise<void> {
    this.#write(`logout ${process.pid} ${Date.now()}`);
  }

  override async sendText(_chat: LegacyContact, text: string): Promise<string> {
    // The network takes it, and answers a little later: in between a process may die.
    this.#write(`sent ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return `n-${text}`;
  }

  #write(line: string): void {
    appendFileSync(options.of(this.xmpp).ledgerFile, `${line}\n`);
  }
}
