/** The IRC server ngircd, from Debian. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, need } from './install.ts';
import { accepts, freePort, Program, until } from './process.ts';

const EXECUTABLE = '/usr/sbin/ngircd';
const OTHER = 'other.test';

/** Waiting for names and identities, limits and penalties are for the open net. */
const configuration = (name: string, port: number, peer: Peer) => `
[Global]
Name = ${name}
Info = For tests
Listen = 127.0.0.1
Ports = ${port}
[Limits]
ConnectRetry = 5
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 30
MaxPenaltyTime = 0
PingTimeout = 120
[Options]
DNS = no
Ident = no
PAM = no
[Server]
Name = ${peer.name}
${peer.port === undefined ? 'Passive = yes' : `Host = 127.0.0.1\nPort = ${peer.port}`}
MyPassword = secret
PeerPassword = secret
`;

/** Another server of the same network. */
interface Peer {
  readonly name: string;
  /** Where to connect to; it comes by itself where there is none. */
  readonly port?: number;
}

interface NgircdOptions {
  readonly name?: string;
  /** Default: one that is free. */
  readonly port?: number;
  readonly peer?: Peer;
}

export class Ngircd {
  readonly port: number;
  readonly #folder: string;
  #program: Program;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.#program = this.#run();
  }

  static async start({ name = 'irc.test', port: wanted, peer = { name: OTHER } }: NgircdOptions = {}): Promise<Ngircd> {
    need(() => hasCommand(EXECUTABLE), 'ngircd');
    const port = wanted ?? (await freePort());
    const folder = mkdtempSync(join(tmpdir(), 'slipway-ngircd-'));
    writeFileSync(join(folder, 'ngircd.conf'), configuration(name, port, peer));
    const server = new Ngircd(port, folder);
    await server.#ready();
    return server;
  }

  /** Another server of the same network: when it goes, the network is split. */
  another(): Promise<Ngircd> {
    return Ngircd.start({ name: OTHER, peer: { name: 'irc.test', port: this.port } });
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** All connections break, and everybody has to come back. */
  async restart(): Promise<void> {
    await this.#program.kill();
    this.#program = this.#run();
    await this.#ready();
  }

  async stop(): Promise<void> {
    await this.#program.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #run(): Program {
    return new Program(EXECUTABLE, ['--nodaemon', '--config', join(this.#folder, 'ngircd.conf')]);
  }

  async #ready(): Promise<void> {
    await until(() => accepts(this.port), 'ngircd listens');
  }
}
