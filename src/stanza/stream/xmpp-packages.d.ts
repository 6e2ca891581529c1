// What we use of packages that come without types.

declare module '@xmpp/connection-tcp' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  interface LtxLike {
    toString(): string;
  }

  export default class ConnectionTCP extends EventEmitter {
    constructor(options: { service?: string; domain: string; lang?: string; timeout?: number });
    options: { service?: string; domain: string; lang?: string };
    socket: (Socket & { secure?: boolean }) | null;
    parser: unknown;
    status: string;
    timeout: number;
    NS: string;
    Parser: new () => EventEmitter & { write(data: Uint8Array | string): void };
    connect(service: string): Promise<void>;
    open(options: { domain: string; lang?: string | undefined }): Promise<unknown>;
    restart(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    send(element: LtxLike): Promise<void>;
    write(data: string): Promise<void>;
    _attachSocket(socket: Socket): void;
    _detachSocket(): void;
    _onData(data: Uint8Array): void;
    _onElement(element: unknown): void;
    _streamError(condition: string): Promise<void>;
    footer(): string;
    headerElement(): { attrs: Record<string, string | undefined> };
  }
}

declare module '@xmpp/sasl' {
  import type { EventEmitter } from 'node:events';

  type Authenticate = (credentials: object, mechanism: string) => Promise<void>;

  interface Entity extends EventEmitter {
    options: { domain: string };
    send(element: { toString(): string }): Promise<void>;
    restart(): Promise<unknown>;
  }

  type Feature = (context: { entity: Entity }, next: () => void, element: unknown) => Promise<void>;

  export default function sasl(
    options: {
      streamFeatures: { use(name: string, ns: string, feature: Feature): void };
      saslFactory: { _mechs: readonly { name: string }[]; create(names: readonly string[]): unknown };
    },
    onAuthenticate: (done: Authenticate, mechanisms: readonly string[], fast: unknown, entity: Entity) => Promise<void>,
  ): void;
}
