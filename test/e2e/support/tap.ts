/** Sits between a gateway and its server, and notes every stanza that the gateway sends. */

import { connect } from 'node:net';
import { type Element, StreamParser } from '../../../src/stanza/index.ts';
import { type Listening, listenTcp } from '../../support/tcp.ts';

export class Tap {
  /** In the order in which they were sent, in the namespace `jabber:client`. */
  readonly sent: Element[] = [];
  readonly #listening: Listening;

  private constructor(listening: Listening, sent: Element[]) {
    this.#listening = listening;
    this.sent = sent;
  }

  /** Passes connections on to the component port of a server. */
  static async open(componentPort: number): Promise<Tap> {
    const sent: Element[] = [];
    const listening = await listenTcp((gateway) => {
      const server = connect(componentPort, '127.0.0.1');
      const parser = new StreamParser({
        onElement: (element) => {
          if (['message', 'presence', 'iq'].includes(element.name)) sent.push(element);
        },
        aliases: { 'jabber:component:accept': 'jabber:client' },
      });
      gateway.on('data', (bytes) => parser.write(bytes));
      gateway.pipe(server).pipe(gateway);
      gateway.on('close', () => server.destroy());
      server.on('close', () => gateway.destroy());
      server.on('error', () => gateway.destroy());
    });
    return new Tap(listening, sent);
  }

  get port(): number {
    return this.#listening.port;
  }

  close(): Promise<void> {
    return this.#listening.close();
  }
}
