/** What can only be seen by a user: the doctor logs in as one. */

import {
  body,
  ClientStream,
  type ComponentStream,
  type Element,
  type JID,
  MalformedError,
  message,
  newId,
  presence,
  Router,
} from '../../stanza/index.ts';
import { discoInfo, type Info } from '../../xep/0030-disco.ts';
import { IDENTITY as PEP } from '../../xep/0163-pep.ts';
import { carbonOf, enableCarbons, sent } from '../../xep/0280-carbons.ts';
import { fetchPage, NS as NS_MAM } from '../../xep/0313-mam.ts';
import { type Privilege, privilegedMessage } from '../../xep/0356-privilege.ts';
import type { Finding } from './finding.ts';
import { moduleLines, type Place, privilegeLines } from './lines.ts';

export interface Account {
  readonly jid: JID;
  readonly password: string;
  readonly host: string | undefined;
  readonly port: number;
  /** Whether to do without TLS, as on the server's own machine. */
  readonly isPlain: boolean;
}

/** Milliseconds for a copy to arrive and the archive to be written. */
const PATIENCE = 2000;

const NOT_LOOKED_AT: readonly [id: string, what: string][] = [
  ['pep', 'Personal data (PEP)'],
  ['archive', 'Archives'],
  ['message-carbon', "Copies of messages in users' names"],
  ['message-archive', 'Their archiving'],
];

export async function accountFindings(
  account: Account | undefined,
  link: ComponentStream,
  { granted, isUsable }: { readonly granted: Privilege | undefined; readonly isUsable: boolean },
  place: Place,
): Promise<Finding[]> {
  if (account === undefined) {
    const remedy = 'Give an account for a test: --user and --user-password-file.';
    return NOT_LOOKED_AT.map(([id, what]) => ({ id, what, status: 'skipped', seen: 'only a user can see it', remedy }));
  }
  const router = new Router({ send: (stanza) => client.send(stanza) });
  const copies: Element[] = [];
  router.on(sent, (stanza) => void copies.push(stanza));
  const client = new ClientStream({
    jid: account.jid.withResource('slipway-doctor').full,
    password: account.password,
    ...(account.host !== undefined && { host: account.host }),
    port: account.port,
    ...(account.isPlain && { tls: 'never', allowPlain: true }),
    timeout: 5000,
    onStanza: (stanza) => router.handle(stanza),
  });
  try {
    await client.start();
  } catch (error) {
    const seen = `${account.jid.bare} cannot log in: ${(error as Error).message}`;
    return [{ id: 'account', status: 'skipped', what: 'The account for tests', seen }];
  }
  try {
    client.send(presence({}));
    const [pep, archive] = await featuresOf(client, account.jid.bare, place);
    const isMaySend = granted?.perms.some(({ access, type }) => access === 'message' && type === 'outgoing') ?? false;
    if (!isMaySend) {
      const skipped = { status: 'skipped', seen: 'needs the privilege for messages' } as const;
      return [pep, archive, ...NOT_LOOKED_AT.slice(2).map(([id, what]) => ({ id, what, ...skipped }))];
    }
    const found = await messageFindings(client, router, copies, link, account.jid.bare, place, archive);
    return [pep, archive, ...(isUsable ? found : found.map(onlyByUpgrade))];
  } finally {
    await client.stop();
  }
}

const NOTHING: Info = { identities: [], features: [], forms: [] };

async function featuresOf(client: ClientStream, bare: string, place: Place): Promise<[pep: Finding, archive: Finding]> {
  const { identities, features } = await discoInfo(client, bare).catch(() => NOTHING);
  const hasPep = identities.some(({ category, type }) => category === PEP.category && type === PEP.type);
  return [
    hasPep
      ? { id: 'pep', status: 'ok', what: 'Personal data (PEP)', seen: 'the server keeps it (XEP-0163)' }
      : {
          ...{ id: 'pep', status: 'warning', what: 'Personal data (PEP)', seen: 'the server keeps none (XEP-0163)' },
          remedy: 'Without it there are no pictures of users, no bookmarks and no read positions.',
          lines: moduleLines(place, 'pep', 'mod_pubsub: { plugins: [ flat, pep ] }'),
        },
    features.includes(NS_MAM)
      ? { id: 'archive', status: 'ok', what: 'Archives', seen: 'the server keeps one for each user (XEP-0313)' }
      : {
          ...{ id: 'archive', status: 'warning', what: 'Archives', seen: 'the server keeps none (XEP-0313)' },
          remedy: 'Without it, devices that were off miss messages.',
          lines: moduleLines(place, 'mam', 'mod_mam: { default: always }'),
        },
  ];
}

/** Sends a message in the user's name, and looks whether it gets where their own messages get. */
async function messageFindings(
  client: ClientStream,
  router: Router,
  copies: readonly Element[],
  link: ComponentStream,
  bare: string,
  place: Place,
  archive: Finding,
): Promise<Finding[]> {
  await enableCarbons(client).catch(() => undefined);
  const id = newId();
  const to = `slipway-doctor@${place.jid}`;
  const text = body.build('Slipway checks whether messages in your name reach all your devices.');
  const privileged = privilegedMessage(message({ from: bare, to, type: 'chat', id }, text));
  link.send(message({ from: place.jid, to: place.domain, id: newId() }, privileged));
  const isCopied = await within(PATIENCE, async () => copies.some((stanza) => copiedId(stanza, bare) === id));
  const isArchived =
    archive.status === 'ok' &&
    (await within(PATIENCE, async () => {
      const { results } = await fetchPage(client, router, { with: to }, { max: 20, before: '' });
      return results.some(({ forwarded }) => forwarded.stanza.attrs.id === id);
    }));
  return [
    isCopied
      ? { id: 'message-carbon', status: 'ok', what: NOT_LOOKED_AT[2]?.[1] ?? '', seen: 'come to their clients' }
      : {
          ...{ id: 'message-carbon', status: 'warning', what: NOT_LOOKED_AT[2]?.[1] ?? '', seen: 'do not come' },
          remedy: 'What users write with other apps of the network is not seen in XMPP. Are there carbons?',
          lines: { ...moduleLines(place, 'carbons', 'mod_carboncopy: {}') },
        },
    isArchived
      ? { id: 'message-archive', status: 'ok', what: NOT_LOOKED_AT[3]?.[1] ?? '', seen: 'happens' }
      : {
          ...{ id: 'message-archive', status: 'warning', what: NOT_LOOKED_AT[3]?.[1] ?? '', seen: 'does not happen' },
          remedy: 'Devices that were off miss what users write with other apps of the network.',
          lines: { ...privilegeLines(place), ...moduleLines(place, 'mam', 'mod_mam: { default: always }') },
        },
  ];
}

/** COMPAT(ejabberd before 23.10): no configuration helps. */
function onlyByUpgrade({ id, what, status, seen }: Finding): Finding {
  if (status === 'ok') return { id, what, status, seen };
  return { id, what, status, seen, remedy: 'This version cannot do it: upgrade to ejabberd 23.10 or later.' };
}

/** The id of the message that a copy is of. */
function copiedId(stanza: Element, account: string): string | undefined {
  try {
    return carbonOf(stanza, account)?.forwarded.stanza.attrs.id;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** Asks again and again, until it is so or time is over. */
async function within(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (await isSo()) return true;
    if (Date.now() > end) return false;
  }
}
