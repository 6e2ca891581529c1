/** Examines a server as the gateway's component: what works, what does not, and what to do about it. */

import type { IqSender } from '../../stanza/index.ts';
import type { Config } from '../config.ts';
import { type Account, accountFindings } from './account.ts';
import type { Finding } from './finding.ts';
import type { Place } from './lines.ts';
import { openLink, shareFinding } from './link.ts';
import { privilegeFindings } from './privileges.ts';
import { discoFindings, findServer, isBroken, versionFinding } from './server.ts';
import { uploadFindings } from './upload.ts';

/** Milliseconds that anybody may take to answer: a person waits. */
const PATIENCE = 5000;

export interface Patient {
  readonly config: Config;
  /** The domain of the users. */
  readonly domain: string;
  /** Logs in for what only a user can see. */
  readonly account: Account | undefined;
}

/** Reports what it finds as it goes. It changes nothing but for one message and one file, which say what they are. */
export async function examine({ config, domain, account }: Patient, report: (finding: Finding) => void): Promise<void> {
  const place: Place = { jid: config.jid, domain, port: config.port, workers: config.workers, kind: undefined };
  const link = await openLink(config, place);
  if (!('stream' in link)) return report(link);
  const { stream, streams } = link;
  const iq: IqSender = { request: (request) => stream.request({ timeout: PATIENCE, ...request }) };
  try {
    report({ id: 'reach', status: 'ok', what: 'The server', seen: `${config.server} port ${config.port}` });
    report({ id: 'secret', status: 'ok', what: 'The secret', seen: `the server takes ${config.jid}` });
    const share = await shareFinding(link, place);
    report(share);
    if (share.status === 'failure') return;
    const server = await findServer(iq, domain);
    const known = { ...place, kind: server.kind };
    const disco = await discoFindings(iq, known);
    disco.forEach(report);
    if (disco.some(({ status }) => status === 'failure')) return;
    report(versionFinding(server));
    privilegeFindings(link.granted, server.version, known).forEach(report);
    (await uploadFindings(iq, config, known)).forEach(report);
    const isUsable = server.version === undefined || !isBroken(server.version);
    (await accountFindings(account, stream, { granted: link.granted, isUsable }, known)).forEach(report);
  } finally {
    await Promise.all(streams.map((each) => each.stop()));
  }
}
