/** A Prosody of Debian on free ports, with a configuration and data of its own. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, need } from './install.ts';
import { accepts, freePort, Program, until } from './process.ts';

/** Where the package prosody-modules puts its modules. */
const MODULES = '/usr/lib/prosody/modules/mod_privilege';

export interface ProsodyOptions {
  /** User names; each one's password is the name. */
  readonly users: readonly string[];
  /** The gateway's domain and secret. */
  readonly component: { readonly domain: string; readonly secret: string };
  /** Whether the component may act for users (mod_privilege). */
  readonly privileged: boolean;
  /** Bytes of a file at most, for HTTP upload. Default: 10 MB, as Prosody's. */
  readonly maxFileSize?: number;
  /** Further lines for the configuration of the virtual host. */
  readonly extra?: string;
  /** Further virtual hosts and components; the users have accounts on those named. */
  readonly more?: { readonly hosts: readonly string[]; readonly lines: string };
}

export class Prosody {
  readonly domain = 'localhost';
  readonly clientPort: number;
  readonly componentPort: number;
  readonly httpPort: number;
  readonly #folder: string;
  #program: Program | undefined;

  private constructor(folder: string, ports: readonly [number, number, number]) {
    this.#folder = folder;
    [this.clientPort, this.componentPort, this.httpPort] = ports;
  }

  /** Installs Prosody where needed, and starts it. */
  static async start(options: ProsodyOptions): Promise<Prosody> {
    need(() => hasCommand('prosody') && existsSync(MODULES), 'prosody', 'prosody-modules');
    const folder = mkdtempSync(join(tmpdir(), 'slipway-prosody-'));
    const prosody = new Prosody(folder, [await freePort(), await freePort(), await freePort()]);
    for (const host of ['localhost', ...(options.more?.hosts ?? [])]) {
      const accounts = join(folder, 'data', host, 'accounts');
      mkdirSync(accounts, { recursive: true });
      for (const user of options.users) {
        writeFileSync(join(accounts, `${user}.dat`), `return { ["password"] = "${user}" };\n`);
      }
    }
    writeFileSync(prosody.#config, configuration(prosody, folder, options));
    await prosody.resume();
    return prosody;
  }

  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.httpPort}/xmpp-websocket`;
  }

  get log(): string {
    return readFileSync(join(this.#folder, 'prosody.log'), 'utf8');
  }

  /** Starts it again after `halt`. */
  async resume(): Promise<void> {
    this.#program = new Program('prosody', ['--config', this.#config, '--root', '-F']);
    await until(() => this.#isListening(), 'Prosody listens');
  }

  /** Stops it; `resume` starts it again with the same data. */
  async halt(): Promise<void> {
    this.#program?.signal('SIGTERM');
    await this.#program?.exit();
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.signal(signal);
  }

  async stop(): Promise<void> {
    await this.#program?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #config(): string {
    return join(this.#folder, 'prosody.cfg.lua');
  }

  async #isListening(): Promise<boolean> {
    if (this.#program?.hasExited) throw new Error(`Prosody ended: ${this.#program.output}\n${this.log}`);
    const ports = [this.clientPort, this.componentPort, this.httpPort];
    return (await Promise.all(ports.map(accepts))).every(Boolean);
  }
}

function configuration(prosody: Prosody, folder: string, options: ProsodyOptions): string {
  const { component, privileged, extra, maxFileSize = 10_485_760 } = options;
  const privileges = `privileged_entities = {
  ["${component.domain}"] = {
    roster = "both"; message = "outgoing";
    iq = {
      ["http://jabber.org/protocol/pubsub"] = "both";
      ["http://jabber.org/protocol/pubsub#owner"] = "set";
      ["urn:xmpp:http:upload:0"] = "get";
    };
  };
}`;
  return `
run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
certificates = "${folder}/certs"
plugin_paths = { "/usr/lib/prosody/modules" }
interfaces = { "127.0.0.1" }
component_interfaces = { "127.0.0.1" }
http_interfaces = { "127.0.0.1" }
c2s_ports = { ${prosody.clientPort} }
component_ports = { ${prosody.componentPort} }
-- By default it waits for a millisecond after each 8 KiB of an upload.
network_settings = { read_size = 262144, min_wait = 0 }
http_ports = { ${prosody.httpPort} }
https_ports = {}
s2s_ports = {}
modules_enabled = {
  "roster", "saslauth", "disco", "carbons", "pep", "blocklist", "vcard4", "vcard_legacy", "ping", "register", "mam",
  "smacks", "csi_simple", "bookmarks", "websocket", "version", "time"${privileged ? ', "privilege"' : ''}
}
modules_disabled = { "s2s" }
authentication = "internal_plain"
storage = "internal"
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
log = { info = "${folder}/prosody.log" }

VirtualHost "localhost"
${privileged ? privileges : ''}
${extra ?? ''}

Component "${component.domain}"
  component_secret = "${component.secret}"
  ${privileged ? 'modules_enabled = { "privilege" }' : ''}

Component "upload.localhost" "http_file_share"
  http_file_share_access = { "${component.domain}", "localhost" }
  http_external_url = "http://127.0.0.1:${prosody.httpPort}/"
  http_host = "127.0.0.1"
  http_file_share_size_limit = ${maxFileSize}

${options.more?.lines ?? ''}
`;
}
