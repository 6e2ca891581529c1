/** Fetching what somebody else has named: within limits, and never from the local network unless that is allowed. */

import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import type { Agent } from 'undici';
import type { Config } from '../config.ts';
import { httpClient } from './http-client.ts';
import { isPrivateAddress } from './private-addresses.ts';

export interface FetchLimits {
  /** Bytes at most. */
  readonly maxBytes: number;
  /** Milliseconds for everything, from the first connection to the last byte. */
  readonly timeout: number;
  /** Whether hosts on private addresses may be asked. */
  readonly allowPrivate: boolean;
  /** How names become addresses, and which of these are private. Default: those of this machine. */
  readonly network?: Network;
}

/** The limits that a configuration says. */
export function fetchLimits(config: Config): FetchLimits {
  const { attachmentMaxSize: maxBytes, attachmentTimeout, allowPrivateUrls: allowPrivate } = config;
  return { maxBytes, timeout: attachmentTimeout * 1000, allowPrivate };
}

export interface Network {
  readonly lookup: (
    hostname: string,
    options: { readonly all: true },
    callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
  ) => void;
  readonly isPrivate: (address: string) => boolean;
}

/** Why a file could not be fetched. The message may be shown to users. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

/** A file as its server answers: read its body, or destroy it. */
export interface Fetched {
  /** The status by HTTP, such as 200. Redirects have been followed. */
  readonly status: number;
  /** By their names in lower case; several of one name stand in one, with commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fails with a FetchError when it grows beyond the limit, takes too long, or breaks off. */
  readonly body: Readable;
}

const MAX_REDIRECTS = 5;

const INTERNET: Network = { lookup: dnsLookup, isPrivate: isPrivateAddress };

// They do not reuse connections: who is asked was looked up for this one request.
let open: Agent | undefined;
const guarded = new WeakMap<Network, Agent>();

async function agentFor({ allowPrivate, network = INTERNET }: FetchLimits): Promise<Agent> {
  const known = allowPrivate ? open : guarded.get(network);
  if (known !== undefined) return known;
  const { Agent } = await httpClient();
  if (allowPrivate) {
    open = new Agent({ pipelining: 0 });
    return open;
  }
  const agent = new Agent({ pipelining: 0, connect: { lookup: guardedLookup(network) } });
  guarded.set(network, agent);
  return agent;
}

/**
 * Fetches `url`, following redirects. The caller must read `body`, or destroy it.
 * @throws FetchError.
 */
export async function fetchLimited(
  url: string,
  limits: FetchLimits,
  options: { readonly method?: 'GET' | 'HEAD'; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Fetched> {
  const signal = AbortSignal.timeout(limits.timeout);
  let at = url;
  for (let hops = 0; ; hops++) {
    const target = checked(at, limits);
    const response = await ask(target, limits, signal, options);
    const headers = flat(response.headers);
    const { location } = headers;
    if (response.statusCode < 300 || response.statusCode >= 400 || location === undefined) {
      const size = Number(headers['content-length'] ?? 0);
      if (options.method !== 'HEAD' && size > limits.maxBytes) {
        response.body.destroy();
        throw new FetchError(`the file has ${size} bytes, ${limits.maxBytes} are allowed`);
      }
      return { status: response.statusCode, headers, body: limited(response.body, limits.maxBytes, signal) };
    }
    await response.body.dump();
    if (hops === MAX_REDIRECTS) throw new FetchError(`more than ${MAX_REDIRECTS} redirects`);
    at = URL.canParse(location, target.href) ? new URL(location, target).href : location;
  }
}

async function ask(
  target: URL,
  limits: FetchLimits,
  signal: AbortSignal,
  options: { readonly method?: 'GET' | 'HEAD'; readonly headers?: Readonly<Record<string, string>> },
) {
  const [{ request }, dispatcher] = await Promise.all([httpClient(), agentFor(limits)]);
  try {
    return await request(target, {
      method: options.method ?? 'GET',
      headers: { ...options.headers, 'accept-encoding': 'identity' },
      dispatcher,
      signal,
    });
  } catch (error) {
    throw broken(error, signal);
  }
}

function broken(error: unknown, signal: AbortSignal): FetchError {
  return signal.aborted
    ? new FetchError('fetching the file took too long')
    : new FetchError(`the file cannot be fetched: ${reasonOf(error)}`);
}

function checked(url: string, { allowPrivate, network = INTERNET }: FetchLimits): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol !== 'https:' && target?.protocol !== 'http:') {
    throw new FetchError('the address of the file is not one of the web');
  }
  // The guard below sees names only: an address needs no look-up.
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!allowPrivate && isIP(host) !== 0 && network.isPrivate(host)) throw new FetchError(PRIVATE);
  return target;
}

const PRIVATE = 'the file is on a private network';

/** Looks a name up, and refuses the private addresses it may have: at the moment of connecting, not before. */
function guardedLookup({ lookup, isPrivate }: Network) {
  return (
    hostname: string,
    options: object,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const allowed = addresses.filter(({ address }) => !isPrivate(address));
      const [first] = allowed;
      if (first === undefined) return callback(new FetchError(PRIVATE), []);
      if ('all' in options && options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function limited(body: Readable, maxBytes: number, signal: AbortSignal): Readable {
  let left = maxBytes;
  const pieces = async function* () {
    try {
      for await (const piece of body) {
        left -= piece.length;
        if (left < 0) throw new FetchError(`the file has more than ${maxBytes} bytes`);
        yield piece;
      }
    } catch (error) {
      throw error instanceof FetchError ? error : broken(error, signal);
    }
  };
  const stream = Readable.from(pieces(), { objectMode: false });
  // Nobody may be listening when it breaks, as after the headers alone were wanted.
  stream.on('error', () => {});
  stream.on('close', () => body.destroy());
  body.on('error', () => {});
  return stream;
}

function reasonOf(error: unknown): string {
  if (error instanceof FetchError) return error.message;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof FetchError ? cause.message : ((cause as { code?: string }).code ?? 'no connection');
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
