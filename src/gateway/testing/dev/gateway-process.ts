/**
 * The process in which `slipway dev` runs a plugin: another one for each version of it, so that nothing of the version
 * before is left. It loads the plugin and says so, and starts when it is told to.
 */

import { resolveConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import type { RawValues } from '../../options.ts';
import { loadPlugin } from '../../plugin.ts';
import { startGateway } from '../../start.ts';

/** What this process tells. */
export type Report = { readonly kind: 'loaded' | 'started' } | { readonly kind: 'failed'; readonly reason: string };
/** What it is told. */
export interface Start {
  readonly values: RawValues;
}

/** By which the process knows what it is: it is started with the command of the one that starts it. No option's variable. */
export const MARK = 'SLIPWAYDEV_GATEWAY';

/** Runs until it is told to stop. @returns the exit code. */
export async function runGatewayProcess(path: string): Promise<number> {
  try {
    const plugin = await loadPlugin(path);
    const started = new Promise<Start>((resolve) => process.once('message', (message) => resolve(message as Start)));
    const stopped = new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve);
      // The terminal sends it to all; who stops whom is decided by the one who started us.
      process.on('SIGINT', () => {});
      process.once('disconnect', resolve);
    });
    report({ kind: 'loaded' });
    const { values } = await started;
    const config = resolveConfig(values, plugin.options);
    const gateway = await startGateway(plugin, config, { log: createLog(config.logLevel), reconnectAfter: 100 });
    report({ kind: 'started' });
    await stopped;
    await gateway.shutdown();
    return 0;
  } catch (error) {
    const { name, message, stack } = error as Error;
    // What the plugin's author needs is the line of their own; the errors of options are whole sentences.
    report({ kind: 'failed', reason: name === 'ConfigError' ? message : (stack ?? message) });
    return 1;
  }
}

function report(what: Report): void {
  process.send?.(what);
}
