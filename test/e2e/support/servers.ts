/** The servers that people really use, and our own: each with privileges for the gateway and without. */

import { XmppServer } from '../../../src/gateway/testing/index.ts';
import { Ejabberd } from './ejabberd.ts';
import { Prosody } from './prosody.ts';

export interface ServerOptions {
  /** User names; each one's password is the name. */
  readonly users: readonly string[];
  /** The gateway's domain and secret. */
  readonly component: { readonly domain: string; readonly secret: string };
  /** Bytes of a file at most, for HTTP upload. */
  readonly maxFileSize?: number;
}

export interface RunningServer {
  readonly clientPort: number;
  readonly componentPort: number;
  readonly webSocketUrl: string;
  stop(): Promise<void>;
}

/** A server, and what it lets a gateway do. */
export interface ServerKind {
  readonly name: string;
  /** Whether the gateway may write rosters. */
  readonly roster: boolean;
  /** Whether the gateway may send messages in the name of users, and their clients see them. */
  readonly carbons: boolean;
  /** Whether the gateway may write what accounts keep for themselves, such as bookmarks. */
  readonly pubsub: boolean;
  /** What the gateway's log says about a server that does not do what it promises. */
  readonly warning?: RegExp;
  start(options: ServerOptions): Promise<RunningServer>;
}

async function ours(options: ServerOptions & { privileged: boolean }): Promise<RunningServer> {
  const { users, component, maxFileSize, privileged } = options;
  const server = new XmppServer({
    users: Object.fromEntries(users.map((name) => [name, name])),
    components: { [component.domain]: component.secret },
    ...(!privileged && { privileges: false }),
    ...(maxFileSize !== undefined && { maxFileSize }),
  });
  await server.start();
  return server;
}

const ALL = { roster: true, carbons: true, pubsub: true };
const WITHOUT = { roster: false, carbons: false, pubsub: false };

function kindsOf(
  server: string,
  granted: Omit<ServerKind, 'name' | 'start'>,
  start: (options: ServerOptions & { privileged: boolean }) => Promise<RunningServer>,
): readonly ServerKind[] {
  return [
    { name: `${server} with privileges`, ...granted, start: (options) => start({ ...options, privileged: true }) },
    { name: `${server} without privileges`, ...WITHOUT, start: (options) => start({ ...options, privileged: false }) },
  ];
}

export const IN_PROCESS = kindsOf('the development server', ALL, ours);
export const PROSODY = kindsOf('Prosody', ALL, (options) => Prosody.start(options));
/**
 * COMPAT(ejabberd before 23.10): it says that it grants both, but fails to change rosters, and users' clients get no
 * copies. The gateway does without. <https://github.com/processone/ejabberd/issues/3942> <https://github.com/processone/ejabberd/issues/3990>
 */
export const EJABBERD = kindsOf(
  'ejabberd',
  { ...WITHOUT, warning: /"version":"23\.01.*","msg":"not using privileges: they need ejabberd 23\.10"/ },
  (options) => Ejabberd.start(options),
);
