/** One client's session: authentication, resource, and what the client sends. */

import {
  Element,
  errorReply,
  iq,
  JID,
  NS_BIND,
  NS_SASL,
  NS_STREAMS,
  newId,
  readdressed,
  StanzaError,
  StreamError,
} from '../../../stanza/index.ts';
import type { Account } from './account.ts';
import { beginSasl, MECHANISMS, type SaslExchange } from './sasl.ts';
import type { XmppServer } from './server.ts';
import type { Transport, TransportEvents } from './transport.ts';

const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

export class ClientSession {
  readonly #server: XmppServer;
  readonly #transport: Transport;
  #sasl: SaslExchange | undefined;
  #account: Account | undefined;
  #jid: JID | undefined;

  /** The last available presence; `undefined` when unavailable. */
  presence: Element | undefined;
  /** Whether roster pushes come here: the client has asked for the roster. */
  interested = false;
  carbons = false;
  /** Features of the client, once they are known. XEP-0115. */
  notify: ReadonlySet<string> = new Set();
  /** To whom the client has sent presence directly, and must take leave of. RFC 6121 §4.6. */
  readonly directed = new Set<string>();

  constructor(server: XmppServer, connect: (events: TransportEvents) => Transport) {
    this.#server = server;
    this.#transport = connect({
      onOpen: (to) => this.#onOpen(to),
      onElement: (element) => this.#onElement(element),
      onClosed: () => this.#onClosed(),
    });
  }

  /** Throws before the resource is bound. */
  get jid(): JID {
    if (this.#jid === undefined) throw new Error('no resource is bound');
    return this.#jid;
  }

  get account(): Account {
    if (this.#account === undefined) throw new Error('not authenticated');
    return this.#account;
  }

  get priority(): number {
    return Number(this.presence?.getChildText('priority') ?? 0) || 0;
  }

  send(stanza: Element): void {
    this.#transport.send(stanza);
  }

  close(error?: StreamError): void {
    this.#transport.close(error);
  }

  #onOpen(to: string | undefined): void {
    this.#transport.open(this.#server.domain, newId());
    if (to !== undefined && to !== this.#server.domain) return this.close(new StreamError('host-unknown'));
    const features =
      this.#account === undefined
        ? [new Element('mechanisms', NS_SASL, undefined, MECHANISMS.map(mechanism))]
        : [new Element('bind', NS_BIND), new Element('session', NS_SESSION, undefined, [optional()])];
    this.#transport.send(new Element('features', NS_STREAMS, undefined, features));
  }

  #onElement(element: Element): void {
    if (this.#account === undefined) return this.#authenticate(element);
    if (this.#jid === undefined) return this.#bind(element);
    if (element.name !== 'message' && element.name !== 'presence' && element.name !== 'iq') {
      return this.close(new StreamError('unsupported-stanza-type'));
    }
    this.#server.fromClient(this, readdressed(element, { from: this.jid.full, to: element.attrs.to }));
  }

  #authenticate(element: Element): void {
    if (element.ns !== NS_SASL) return this.close(new StreamError('not-authorized'));
    if (element.name === 'auth') {
      this.#sasl = beginSasl(element.attrs.mechanism, (username) => this.#server.account(username)?.password);
      if (this.#sasl === undefined) return this.#refuse('invalid-mechanism');
    } else if (element.name !== 'response' || this.#sasl === undefined) {
      return this.#refuse('malformed-request');
    }
    const text = element.text();
    const step = this.#sasl(text === '=' ? '' : Buffer.from(text, 'base64').toString());
    if ('failure' in step) return this.#refuse(step.failure);
    if ('challenge' in step) {
      return this.#transport.send(new Element('challenge', NS_SASL, undefined, [base64(step.challenge)]));
    }
    this.#account = this.#server.account(step.username);
    this.#transport.send(new Element('success', NS_SASL, undefined, step.success === '' ? [] : [base64(step.success)]));
    this.#transport.restart();
  }

  #refuse(condition: string): void {
    this.#sasl = undefined;
    this.#transport.send(new Element('failure', NS_SASL, undefined, [new Element(condition, NS_SASL)]));
  }

  #bind(element: Element): void {
    const asked = element.getChild('bind', NS_BIND);
    if (asked === undefined) {
      if (element.name === 'iq') this.send(errorReply(element, StanzaError.of('not-authorized')));
      return;
    }
    const resource = asked.getChildText('resource') ?? newId().slice(0, 8);
    const jid = JID.tryParse(`${this.account.jid}/${resource}`);
    if (jid === undefined) return this.send(errorReply(element, StanzaError.of('bad-request')));
    // RFC 6120 §7.7.2.2: the new session takes the place of the old one.
    this.account.sessions.get(jid.resource)?.close(new StreamError('conflict'));
    this.#jid = jid;
    this.account.sessions.set(jid.resource, this);
    const bound = new Element('bind', NS_BIND, undefined, [new Element('jid', NS_BIND, undefined, [jid.full])]);
    this.send(iq({ type: 'result', id: element.attrs.id }, bound));
  }

  #onClosed(): void {
    if (this.#jid === undefined || this.account.sessions.get(this.jid.resource) !== this) return;
    this.#server.clientGone(this);
    this.account.sessions.delete(this.jid.resource);
  }
}

function mechanism(name: string): Element {
  return new Element('mechanism', NS_SASL, undefined, [name]);
}

function optional(): Element {
  return new Element('optional', NS_SESSION);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
