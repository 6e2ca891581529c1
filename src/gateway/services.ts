/** What a gateway is made of. */

import type { Clock, ComponentStream, Element, NewId } from '../stanza/index.ts';
import type { Config } from './config.ts';
import type { BaseGateway } from './gateway.ts';
import type { Log } from './log.ts';
import type { LegacyBookmarks, MucClass } from './muc/bookmarks.ts';
import type { Identity, LegacyParticipant } from './muc/participant.ts';
import type { ContactClass, LegacyRoster } from './roster.ts';
import type { BaseSession } from './session.ts';
import type { Store } from './store/store.ts';
import type { Tenancy } from './store/tenancy.ts';
import type { StoredUser } from './store/users.ts';

// biome-ignore lint/suspicious/noExplicitAny: a plugin's classes know their own kind of session, contact and gateway.
type Any = any;

/** The classes of a plugin. Those it does not have are the library's own. */
export interface PluginClasses {
  readonly gateway: new (services: GatewayServices) => BaseGateway;
  readonly session: new (user: StoredUser, xmpp: Any) => BaseSession<Any>;
  readonly roster?: (new (session: Any, contactClass: Any) => LegacyRoster<Any>) | undefined;
  readonly contact?: ContactClass<Any> | undefined;
  readonly bookmarks?: (new (session: Any, mucClass: Any) => LegacyBookmarks<Any>) | undefined;
  readonly muc?: MucClass<Any> | undefined;
  readonly participant?: (new (muc: Any, identity: Identity) => LegacyParticipant) | undefined;
}

/** What a gateway works with: made by `startGateway`, passed to the constructor of `BaseGateway`. */
export interface GatewayServices {
  readonly classes: PluginClasses;
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** The right to serve, where several processes serve one component. */
  readonly tenancy: Tenancy | undefined;
  /** Makes the stream to the server. */
  readonly connect: (handlers: {
    onStanza: (stanza: Element) => void;
    onOnline: () => void;
    onOffline: (reason: Error, retryIn: number) => void;
  }) => ComponentStream;
}
