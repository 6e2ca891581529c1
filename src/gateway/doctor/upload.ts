/** Whether files can be uploaded, how large they may be, and whether they can be fetched again. XEP-0363. */

import { request } from 'undici';
import { type IqSender, StanzaError } from '../../stanza/index.ts';
import { findUploadService, requestSlot, type Service, type Slot } from '../../xep/0363-http-upload.ts';
import type { Config } from '../config.ts';
import type { Finding } from './finding.ts';
import { type Place, uploadLines } from './lines.ts';

const CONTENT = 'Slipway checks whether files can be uploaded.\n';

/** Files up to this size should go through: what phones make of an evening. */
const ENOUGH = 10 * 1024 * 1024;

export async function uploadFindings(iq: IqSender, config: Config, place: Place): Promise<Finding[]> {
  if (config.noUploadPath !== undefined) {
    return [{ id: 'upload', status: 'ok', what: 'Files', seen: `go to the folder ${config.noUploadPath}` }];
  }
  const lines = uploadLines(place);
  const found = await serviceFor(iq, config, place);
  if (found === undefined) {
    return [
      {
        ...{ id: 'upload', status: 'warning', what: 'Files', seen: 'the server has no upload service', lines },
        remedy: 'Without one no file or picture can be sent to users. Or use --no-upload-path with a web server.',
      },
    ];
  }
  const { jid, maxFileSize } = found;
  const limit = maxFileSize === undefined ? 'no limit is stated' : `up to ${maxFileSize} bytes`;
  const findings: Finding[] = [{ id: 'upload', status: 'ok', what: 'Files', seen: `${jid} takes them` }];
  findings.push(
    maxFileSize !== undefined && maxFileSize < ENOUGH
      ? {
          ...{ id: 'upload-limit', status: 'warning', what: 'Size of files', seen: `only ${limit}`, lines },
          remedy: 'Many pictures and most videos are larger.',
        }
      : { id: 'upload-limit', status: 'ok', what: 'Size of files', seen: limit },
  );
  findings.push(await trial(iq, jid, place));
  return findings;
}

async function serviceFor(iq: IqSender, config: Config, { domain }: Place): Promise<Service | undefined> {
  if (config.uploadService !== undefined) return { jid: config.uploadService };
  return findUploadService(iq, domain).catch(() => undefined);
}

async function trial(iq: IqSender, service: string, place: Place): Promise<Finding> {
  const base = { id: 'upload-trial', what: 'Uploading' };
  let slot: Slot;
  try {
    const wanted = { filename: 'slipway-doctor.txt', size: Buffer.byteLength(CONTENT), contentType: 'text/plain' };
    slot = await requestSlot(iq, service, wanted);
  } catch (error) {
    const reason = error instanceof StanzaError ? error.text || error.condition : String(error);
    return {
      ...{ ...base, status: 'warning', seen: `${service} refuses the gateway: ${reason}` },
      remedy: 'Let the component upload, too: by default only users may.',
      lines: uploadLines(place),
    };
  }
  try {
    const put = await request(slot.put.url, {
      method: 'PUT',
      headers: [...slot.put.headers.flatMap(({ name, value }) => [name, value]), 'content-type', 'text/plain'],
      body: CONTENT,
      headersTimeout: 5000,
    });
    await put.body.dump();
    if (put.statusCode >= 300) throw new Error(`PUT answers ${put.statusCode}`);
    const got = await request(slot.get.url, { headersTimeout: 5000 });
    const text = await got.body.text();
    if (got.statusCode !== 200) throw new Error(`GET answers ${got.statusCode}`);
    if (text !== CONTENT) throw new Error('what comes back is something else');
    return { ...base, status: 'ok', seen: 'a file went there and came back' };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return {
      ...{ ...base, status: 'warning', seen: `${new URL(slot.put.url).origin}: ${code ?? message}` },
      remedy: 'The address that the service names must be reachable from here: see its URL and the reverse proxy.',
    };
  }
}
