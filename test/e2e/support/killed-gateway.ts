/**
 * A gateway in a process of its own, to be killed: the plugin for `PretendNetwork`, and the seams at which SIGKILL comes.
 * Its options are JSON, the one argument.
 */

import {
  createLog,
  type LegacyContact,
  resolveConfig,
  type SendTextOptions,
  startGateway,
} from '../../../src/gateway/index.ts';
import { killAt, reached, type Step } from './kill.ts';
import { PretendGateway, PretendSession, options as pluginOptions } from './pretend-plugin.ts';

export interface KilledGatewayOptions {
  /** Those of the gateway and of the plugin. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Milliseconds in which the server must answer. */
  readonly timeout: number;
  /** Where to be killed, when it is reached for the nth time. */
  readonly kill: { readonly step: Step; readonly nth: number } | undefined;
}

const { config, timeout, kill }: KilledGatewayOptions = JSON.parse(process.argv[2] as string);
if (kill !== undefined) killAt(kill.step, kill.nth);

class KilledSession extends PretendSession {
  override async sendText(chat: LegacyContact, text: string, how: SendTextOptions): Promise<string> {
    reached('handed');
    const id = await super.sendText(chat, text, how);
    reached('taken');
    return id;
  }
}

const gateway = await startGateway(
  { gateway: PretendGateway, session: KilledSession },
  resolveConfig(config, pluginOptions),
  { log: createLog('warn'), reconnectAfter: 20, keepalive: { period: timeout, timeout } },
);
console.log('connected');
process.once('SIGTERM', () => gateway.shutdown().then(() => process.exit(0)));
