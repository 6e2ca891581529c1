/** The HTTP port of a gateway: what it answers. */

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { BaseGateway } from '../gateway.ts';
import { ConfigError } from '../options.ts';
import { type Answer, HttpEndpoint } from './http.ts';

/** Opens the port of `http-port`, if there is one. @throws ConfigError when it cannot be had. */
export async function openEndpoint(gateway: BaseGateway): Promise<HttpEndpoint | undefined> {
  const { httpHost: host, httpPort: port } = gateway.config;
  if (port === undefined) return undefined;
  // Loaded only by those who use it.
  const { registryFor } = await import('./registry.ts');
  const registry = registryFor(gateway.watched);
  const routes = {
    '/metrics': { answer: async () => ({ type: registry.contentType, body: await registry.metrics() }) },
    '/healthz': { answer: () => ({ body: 'ok\n' }) },
    '/readyz': { answer: () => readiness(gateway) },
    '/explain': { isProtected: true, answer: (query: URLSearchParams) => explain(gateway, query) },
    // Of this process only: each has a port of its own.
    '/sessions': { isProtected: true, answer: () => json(gateway.administration.tasks.users()) },
  };
  const token = tokenFor(gateway.config);
  const onError = (error: unknown) => gateway.exception(error);
  try {
    const endpoint = await HttpEndpoint.open({ host, port, token, routes, onError });
    gateway.log.info({ host, port: endpoint.port }, 'answers by HTTP');
    return endpoint;
  } catch (error) {
    throw ConfigError.of('http-port', `cannot listen on ${host} port ${port}: ${(error as Error).message}`);
  }
}

/** Ready is who could pass on a message that comes now. */
function readiness({ watched, lifecycle }: BaseGateway): Answer {
  const missing = [
    ...(watched.isLinked() ? [] : ['not connected to the XMPP server']),
    ...(lifecycle.hasUsers ? [] : ['the users have not been loaded']),
  ];
  if (missing.length === 0) return { body: 'ready\n' };
  return { status: 503, body: `${missing.join('\n')}\n` };
}

async function explain(gateway: BaseGateway, query: URLSearchParams): Promise<Answer> {
  const id = query.get('id');
  if (id === null || id === '') return { status: 400, body: 'ask for /explain?id=…\n' };
  return json(await gateway.administration.explain(id));
}

function json(value: unknown): Answer {
  return { type: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

/** Whoever can read the gateway's own files may ask it everything. */
function tokenFor({ httpToken, homeDir }: Config): string {
  if (httpToken !== undefined) return httpToken.reveal();
  const token = randomBytes(24).toString('base64url');
  if (homeDir !== undefined) writeFileSync(tokenFile(homeDir), `${token}\n`, { mode: 0o600 });
  return token;
}

/** The token of the gateway that runs with this configuration; `undefined` when none has written one. */
export function knownToken({ httpToken, homeDir }: Config): string | undefined {
  if (httpToken !== undefined || homeDir === undefined) return httpToken?.reveal();
  try {
    return readFileSync(tokenFile(homeDir), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function tokenFile(homeDir: string): string {
  return join(homeDir, 'http-token');
}
