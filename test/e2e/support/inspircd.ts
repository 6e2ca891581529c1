/** The IRC server InspIRCd, from Debian: it has much of IRCv3, and names are compared by `rfc1459` there. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, need } from './install.ts';
import { accepts, freePort, Program, until } from './process.ts';

const EXECUTABLE = '/usr/sbin/inspircd';

/** Besides what it has always. */
const MODULES = [
  'cap',
  'ircv3',
  'ircv3_batch',
  'ircv3_ctctags',
  'ircv3_echomessage',
  'ircv3_labeledresponse',
  'ircv3_msgid',
  'ircv3_servertime',
];

/** Waiting for names and identities, limits and penalties are for the open net. */
const configuration = (port: number, folder: string) => `
<server name="insp.test" description="For tests" network="Insp">
<admin name="nobody" email="nobody@insp.test" nick="nobody">
<bind address="127.0.0.1" port="${port}" type="clients">
<options casemapping="rfc1459" prefixquit="">
<connect allow="*" useident="no" resolvehostnames="no" fakelag="off" commandrate="1000000" threshold="100000"
  recvq="65536" softsendq="1048576" hardsendq="10485760" localmax="5000" globalmax="5000" maxconnwarn="no">
${MODULES.map((name) => `<module name="${name}">`).join('\n')}
<pid file="${folder}/pid">
<log method="file" type="*" level="default" target="${folder}/log">
`;

export class InspIrcd {
  readonly port: number;
  readonly #folder: string;
  readonly #program: Program;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    const options = ['--nofork', '--config', join(folder, 'inspircd.conf')];
    const asRoot = process.getuid?.() === 0 ? ['--runasroot'] : [];
    this.#program = new Program(EXECUTABLE, [...asRoot, ...options]);
  }

  static async start(): Promise<InspIrcd> {
    need(() => hasCommand(EXECUTABLE), 'inspircd');
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'slipway-inspircd-'));
    writeFileSync(join(folder, 'inspircd.conf'), configuration(port, folder));
    const server = new InspIrcd(port, folder);
    await until(() => accepts(port), 'InspIRCd listens');
    return server;
  }

  async stop(): Promise<void> {
    await this.#program.kill();
    rmSync(this.#folder, { recursive: true });
  }
}
