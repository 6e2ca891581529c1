/** What can be asked by HTTP: numbers, health, and, with the token, what happened to a message. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

export interface HttpRoute {
  /** Whether only those who know the token may ask. */
  readonly isProtected?: boolean;
  answer(query: URLSearchParams): Answer | Promise<Answer>;
}

export interface HttpOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly token: string;
  /** By path. Only GET and HEAD are known. */
  readonly routes: Readonly<Record<string, HttpRoute>>;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds for a request, from its first byte to its last; nobody has more to say than a few lines. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 2000 };

/** Whoever opens more must wait: they must not take what the gateway needs for the network and its files. */
const MAX_CONNECTIONS = 100;

export class HttpEndpoint {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects when the port cannot be had. */
  static async open(options: HttpOptions): Promise<HttpEndpoint> {
    const server = createServer(LIMITS, (request, response) => {
      respond(options, request, response).catch((error) => {
        response.destroy();
        options.onError(error);
      });
    });
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, resolve);
    });
    server.on('error', options.onError);
    return new HttpEndpoint(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function respond(options: HttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status = 200, type = 'text/plain; charset=utf-8', body } = await answerTo(options, request);
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(
  { routes, token, onError }: HttpOptions,
  { method, url = '/', headers }: IncomingMessage,
): Promise<Answer> {
  // As in `GET // HTTP/1.1`, which is a request all the same.
  if (!URL.canParse(url, 'http://localhost')) return { status: 400, body: 'not a path\n' };
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
  if (route === undefined) return { status: 404, body: 'not found\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET\n' };
  if (route.isProtected && !isSame(headers.authorization ?? '', `Bearer ${token}`)) {
    return { status: 401, body: 'the token is missing or wrong\n' };
  }
  try {
    return await route.answer(searchParams);
  } catch (error) {
    onError(error);
    return { status: 500, body: 'something went wrong; the log has more\n' };
  }
}

/** In a time that says nothing about how much of it is right. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
