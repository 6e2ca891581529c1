/** Small TCP servers that behave as badly as a test wants. */

import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export async function listenTcp(
  onConnection: (socket: Socket) => void,
  { port = 0, allowHalfOpen = false }: { readonly port?: number; readonly allowHalfOpen?: boolean } = {},
): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.setNoDelay(true);
    onConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    sockets,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Passes everything on to another port, each byte by itself. */
export function byteByByteProxy(port: number): Promise<Listening> {
  return listenTcp((near) => {
    const far = connect(port, '127.0.0.1');
    far.setNoDelay(true);
    const forward = (from: Socket, to: Socket) => {
      from.on('data', (data) => {
        for (const byte of data) to.write(Uint8Array.of(byte));
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    };
    forward(near, far);
    forward(far, near);
  });
}
