/** A connected component. XEP-0114. */

import type { Socket } from 'node:net';
import { bareOf, Element, JID, NS, NS_COMPONENT, newId, StreamError } from '../../../stanza/index.ts';
import { handshakeDigest } from '../../../stanza/stream/handshake.ts';
import type { XmppServer } from './server.ts';
import { type Transport, tcpTransport } from './transport.ts';

export class ComponentSession {
  readonly #server: XmppServer;
  readonly #transport: Transport;
  readonly #socket: Socket;
  readonly #streamId = newId();
  #domain: string | undefined;
  #isAccepted = false;

  constructor(server: XmppServer, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    this.#transport = tcpTransport(
      socket,
      {
        onOpen: (to) => this.#onOpen(to),
        onElement: (element) => this.#onElement(element),
        onClosed: () => this.#onClosed(),
      },
      NS_COMPONENT,
    );
  }

  get domain(): string {
    return this.#domain ?? '';
  }

  /** Whether what is sent can arrive. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  send(stanza: Element): void {
    this.#transport.send(stanza);
  }

  close(error?: StreamError): void {
    this.#transport.close(error);
  }

  /** Cuts the connection without a word, as a broken network does. */
  cut(): void {
    this.#socket.destroy();
  }

  #onOpen(to: string | undefined): void {
    this.#transport.open(to ?? this.#server.domain, this.#streamId);
    if (to === undefined || this.#server.componentSecret(to) === undefined) {
      return this.close(new StreamError('host-unknown'));
    }
    this.#domain = to;
  }

  #onElement(element: Element): void {
    if (!this.#isAccepted) return this.#authenticate(element);
    const from = JID.tryParse(element.attrs.from);
    if (from?.domain !== this.#domain || JID.tryParse(element.attrs.to) === undefined) {
      return this.close(new StreamError('invalid-from', bareOf(element.attrs.from ?? '')));
    }
    this.#server.fromComponent(element);
  }

  #authenticate(element: Element): void {
    const secret = this.#server.componentSecret(this.domain);
    if (secret === undefined || element.text() !== handshakeDigest(this.#streamId, secret)) {
      return this.close(new StreamError('not-authorized', 'the secret is wrong'));
    }
    if (!this.#server.attach(this)) return this.close(new StreamError('conflict'));
    this.#isAccepted = true;
    this.send(new Element('handshake', NS));
    this.#server.advertisePrivileges(this);
  }

  #onClosed(): void {
    if (this.#isAccepted) this.#server.detach(this);
  }
}
