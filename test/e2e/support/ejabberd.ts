/** An ejabberd of Debian on free ports, with a configuration and data of its own. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, need } from './install.ts';
import { accepts, freePort, Program, until } from './process.ts';

export interface EjabberdOptions {
  /** User names; each one's password is the name. */
  readonly users: readonly string[];
  /** The gateway's domain and secret. */
  readonly component: { readonly domain: string; readonly secret: string };
  /** Whether the component may act for users (mod_privilege). */
  readonly privileged: boolean;
  /** Bytes of a file at most, for HTTP upload. Default: 100 MB, as ejabberd's. */
  readonly maxFileSize?: number;
  /** Further domains, each with the modules it has instead of the usual ones, in YAML; the users have accounts there. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** What any other component may connect with, on `openPort`. */
  readonly openSecret?: string;
  /** How many connections share the gateway's domain, each with users of its own. Default: one has them all. */
  readonly workers?: number;
  /** Domains of other components, and how what is for each is spread over its connections, in YAML. */
  readonly balanced?: Readonly<Record<string, string>>;
}

const CONTROL = '/usr/sbin/ejabberdctl';

export class Ejabberd {
  readonly domain = 'localhost';
  readonly clientPort: number;
  readonly componentPort: number;
  readonly httpPort: number;
  readonly openPort: number;
  readonly #folder: string;
  readonly #options: EjabberdOptions;
  #program: Program | undefined;

  private constructor(folder: string, options: EjabberdOptions, ports: readonly [number, number, number, number]) {
    this.#folder = folder;
    this.#options = options;
    [this.clientPort, this.componentPort, this.httpPort, this.openPort] = ports;
  }

  /** Installs ejabberd where needed, and starts it. */
  static async start(options: EjabberdOptions): Promise<Ejabberd> {
    need(() => hasCommand('erl') && hasCommand(CONTROL), 'ejabberd');
    const folder = mkdtempSync(join(tmpdir(), 'slipway-ejabberd-'));
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
    const ejabberd = new Ejabberd(folder, options, ports);
    writeFileSync(join(folder, 'ejabberd.yml'), configuration(ejabberd, folder, options));
    await ejabberd.resume();
    return ejabberd;
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.signal(signal);
  }

  /** Ends it as a crash does; `resume` starts it again with the same data. */
  async halt(): Promise<void> {
    await this.#program?.kill();
  }

  /** Starts it again after `halt`. */
  async resume(): Promise<void> {
    // Not by ejabberdctl: it would go on as another user, and start Erlang's port mapper, which outlives everything.
    this.#program = new Program(
      'erl',
      [
        ...['-noinput', '-mnesia', 'dir', `"${this.#folder}/database"`, '-s', 'ejabberd'],
        ...['-eval', registration(this.#options)],
      ],
      {
        env: {
          ...process.env,
          ERL_LIBS: librariesOf(readFileSync(CONTROL, 'utf8')),
          ERL_CRASH_DUMP_SECONDS: '0',
          EJABBERD_CONFIG_PATH: join(this.#folder, 'ejabberd.yml'),
          EJABBERD_LOG_PATH: join(this.#folder, 'ejabberd.log'),
        },
      },
    );
    await this.#program.printed(/^all users are there$/m);
    await until(() => this.#isListening(), 'ejabberd listens');
  }

  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.httpPort}/xmpp-websocket`;
  }

  get log(): string {
    return readFileSync(join(this.#folder, 'ejabberd.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isListening(): Promise<boolean> {
    const ports = [this.clientPort, this.componentPort, this.httpPort];
    return (await Promise.all(ports.map(accepts))).every(Boolean);
  }
}

/** Where Debian keeps Erlang's libraries on this kind of machine. */
function librariesOf(script: string): string {
  const found = /^ERL_LIBS='(.+)'$/m.exec(script)?.[1];
  if (found === undefined) throw new Error(`${CONTROL} does not say where Erlang's libraries are`);
  return found;
}

/** In Erlang: run when ejabberd has started, for the first time or again. */
function registration({ users, hosts = {} }: EjabberdOptions): string {
  const accounts = ['localhost', ...Object.keys(hosts)].flatMap((host) => users.map((user) => [user, host]));
  const each = accounts.map(([user, host]) => {
    return `Register(<<"${user}">>, <<"${host}">>), `;
  });
  const register = `Register = fun(User, Host) ->
    case ejabberd_auth:try_register(User, Host, User) of ok -> ok; {error, exists} -> ok end end, `;
  return `${register}${each.join('')}io:format("all users are there~n").`;
}

function configuration(
  { clientPort, componentPort, httpPort, openPort }: Ejabberd,
  folder: string,
  { component, privileged, maxFileSize = 104_857_600, hosts = {}, openSecret, workers, balanced = {} }: EjabberdOptions,
): string {
  const privileges = `
  mod_privilege:
    roster: {both: gateway}
    message: {outgoing: gateway}`;
  // One listener takes whoever connects for all the components that it names: so these have one of their own.
  const open = `
  - {port: ${openPort}, ip: "127.0.0.1", module: ejabberd_service, password: "${openSecret}"}`;
  const balancings = {
    ...(workers !== undefined && { [component.domain]: `{type: bare_source, component_number: ${workers}}` }),
    ...balanced,
  };
  const balancing = Object.entries(balancings).map(([domain, how]) => `\n  "${domain}": ${how}`);
  const others = Object.entries(hosts).map(([host, modules]) => `  ${host}:\n    modules:\n${modules}`);
  return `
hosts: [${['localhost', ...Object.keys(hosts)].join(', ')}]
loglevel: info
${balancing.length === 0 ? '' : `domain_balancing:${balancing.join('')}`}
listen:
  - {port: ${clientPort}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: false, access: all}
  - port: ${componentPort}
    ip: "127.0.0.1"
    module: ejabberd_service
    hosts:
      "${component.domain}": {password: "${component.secret}"}${openSecret === undefined ? '' : open}
  - port: ${httpPort}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /upload: mod_http_upload
      /xmpp-websocket: ejabberd_http_ws
acl:
  gateway: {server: "${component.domain}"}
access_rules:
  gateway: [allow: gateway]
auth_method: [internal]
modules:
  mod_disco: {}
  mod_roster: {}
  mod_carboncopy: {}
  mod_pubsub: {plugins: [flat, pep]}
  mod_http_upload:
    put_url: "http://127.0.0.1:${httpPort}/upload"
    docroot: "${folder}/upload"
    max_size: ${maxFileSize}
    # By default components may not upload: ejabberd asks whether they are users of its own.
    access: all
  mod_mam: {}
  mod_offline: {}
  mod_stream_mgmt: {}
  mod_vcard: {}
  mod_ping: {}
  mod_version: {}
  mod_caps: {}
  # COMPAT(ejabberd 23.01): mod_caps fails without it.
  mod_muc: {}${privileged ? privileges : ''}
${others.length === 0 ? '' : `host_config:\n${others.join('\n')}`}
`;
}
