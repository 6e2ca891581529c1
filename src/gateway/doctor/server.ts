/** The users' server: whether it is there, which one it is, what it can do for everybody. */

import { type IqSender, StanzaError } from '../../stanza/index.ts';
import { discoInfo, discoItems, type Info } from '../../xep/0030-disco.ts';
import { softwareVersion, type Version } from '../../xep/0092-version.ts';
import { NS as NS_CARBONS } from '../../xep/0280-carbons.ts';
import type { Finding, ServerKind } from './finding.ts';
import { hostLines, moduleLines, type Place } from './lines.ts';

export interface Server {
  readonly version: Version | undefined;
  readonly kind: ServerKind | undefined;
}

export async function findServer(iq: IqSender, domain: string): Promise<Server> {
  const version = await softwareVersion(iq, domain).catch(() => undefined);
  const name = version?.name?.toLowerCase() ?? '';
  return { version, kind: name === 'prosody' || name === 'ejabberd' ? name : undefined };
}

export function versionFinding({ version, kind }: Server): Finding {
  const base = { id: 'version', what: 'The version' };
  if (version?.name === undefined) {
    return {
      ...{ ...base, status: 'skipped', seen: 'the server does not say what it is' },
      remedy: 'Its module for XEP-0092 tells: "version" in Prosody, mod_version in ejabberd.',
    };
  }
  const seen = `${version.name} ${version.version ?? ''}`.trim();
  if (kind === 'ejabberd' && isBroken(version)) {
    return {
      ...{ ...base, status: 'warning', seen: `${seen}, which breaks some of the privileges that it grants` },
      remedy: 'Upgrade to ejabberd 23.10 or later; until then the gateway works without privileges.',
    };
  }
  if (kind === 'prosody' && /^0\.([0-9]|1[01])\./.test(version.version ?? '')) {
    return {
      ...{ ...base, status: 'warning', seen: `${seen}, which is not maintained any more` },
      remedy: 'Upgrade to Prosody 0.12 or later.',
    };
  }
  return { ...base, status: 'ok', seen };
}

/** COMPAT(ejabberd before 23.10): see privileges.ts. */
export function isBroken({ name, version }: Version): boolean {
  const [, year = '', month = ''] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return name?.toLowerCase() === 'ejabberd' && Number(year) * 100 + Number(month) < 2310;
}

export async function discoFindings(iq: IqSender, place: Place): Promise<Finding[]> {
  const { domain, jid } = place;
  let info: Info;
  try {
    info = await discoInfo(iq, domain);
  } catch (error) {
    return [
      {
        ...{ id: 'disco', status: 'failure', what: "The users' server", lines: hostLines(place) },
        seen: `${domain} does not answer (${error instanceof StanzaError ? error.condition : error})`,
        remedy: 'Correct --domain, the domain of the users; the server must serve it, and let the component reach it.',
      },
    ];
  }
  const items = await discoItems(iq, domain).catch(() => ({ items: [] }));
  const isListed = items.items.some((item) => item.jid === jid);
  return [
    { id: 'disco', status: 'ok', what: "The users' server", seen: `${domain} answers` },
    isListed
      ? { id: 'listed', status: 'ok', what: 'Finding the gateway', seen: `${domain} lists it` }
      : {
          ...{ id: 'listed', status: 'warning', what: 'Finding the gateway', seen: `${domain} does not list it` },
          remedy: 'Clients show gateways that the server lists. Without that, users must know its address.',
          lines: listedLines(place),
        },
    info.features.includes(NS_CARBONS)
      ? { id: 'carbons', status: 'ok', what: 'Carbons', seen: 'the server has them (XEP-0280)' }
      : {
          ...{ id: 'carbons', status: 'warning', what: 'Carbons', seen: 'the server has none (XEP-0280)' },
          remedy: 'Without them, what users write on one device, or on the network itself, is not seen on another.',
          lines: moduleLines(place, 'carbons', 'mod_carboncopy: {}'),
        },
  ];
}

function listedLines(place: Place): NonNullable<Finding['lines']> {
  const { kind, domain, jid } = place;
  const lines = {
    prosody: `VirtualHost "${domain}"\n  disco_items = { { "${jid}", "Gateway" } }`,
    ejabberd: `modules:\n  mod_disco:\n    extra_domains: [ "${jid}" ]`,
  };
  return kind === undefined ? lines : { [kind]: lines[kind] };
}
