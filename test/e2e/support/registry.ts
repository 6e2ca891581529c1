/** A package registry that has what this repository will publish, and sends everything else on to the real one. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LOOPBACK } from '../../../src/gateway/testing/index.ts';

interface Published {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
}

export class Registry {
  readonly #server: Server;
  readonly #packages = new Map<string, Published>();
  readonly #elsewhere = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();

  private constructor() {
    this.#server = createServer(({ url = '/' }, response) => {
      const [, name = '', file] = /^\/([^/]+)(?:\/-\/(.+))?$/.exec(decodeURIComponent(url)) ?? [];
      const found = this.#packages.get(name);
      if (found === undefined)
        return response.writeHead(307, { location: new URL(url.slice(1), this.#elsewhere).href }).end();
      if (file !== undefined) return response.end(found.tarball);
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(this.#document(found)));
    });
  }

  /** Packs these folders, and serves them. */
  static async open(work: string, ...folders: readonly string[]): Promise<Registry> {
    const registry = new Registry();
    for (const folder of folders) {
      const args = ['pack', '--json', '--silent', '--pack-destination', work];
      const [packed] = JSON.parse(
        execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
      );
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      registry.#packages.set(manifest.name, { manifest, tarball: readFileSync(join(work, packed.filename)) });
    }
    await new Promise<void>((resolve) => registry.#server.listen(0, LOOPBACK, resolve));
    return registry;
  }

  get url(): string {
    return `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** What programs need in order to use it. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      npm_config_registry: this.url,
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
      npm_config_yes: 'true',
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #document({ manifest, tarball }: Published) {
    const { name, version } = manifest;
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const dist = { integrity, tarball: `${this.url}${name}/-/${name}-${version}.tgz` };
    return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
  }
}
