/** A line between the gateway and its server that breaks. */

import { connect, createServer, type Server, type Socket } from 'node:net';

export class CuttingProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #random: () => number;
  readonly #open = new Set<Socket>();
  /** How often it has broken. */
  cuts = 0;
  #every = 0;

  private constructor(target: number, random: () => number) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer((socket) => this.#pass(socket));
  }

  static async start(target: number, random: () => number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** From now on it breaks after so many bytes on average; 0 for not at all. What is open breaks now. */
  breakEvery(bytes: number): void {
    this.#every = bytes;
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    this.breakEvery(0);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    let left = this.#every === 0 ? Number.POSITIVE_INFINITY : Math.floor(this.#random() * 2 * this.#every);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(from);
      from.on('error', cut).on('close', () => {
        this.#open.delete(from);
        cut();
      });
      from.on('data', (data) => {
        if (data.length < left) {
          left -= data.length;
          to.write(data);
          return;
        }
        // In the middle of whatever this is: some bytes arrive, the rest does not.
        this.cuts++;
        to.write(data.subarray(0, left), () => {
          from.resetAndDestroy();
          to.destroy();
        });
        left = Number.POSITIVE_INFINITY;
        from.removeAllListeners('data');
      });
    }
  }
}
