/** Two ways for a client to connect, made alike: TCP (RFC 6120) and WebSocket (RFC 7395). */

import type { Socket } from 'node:net';
import { Element, NS, NS_STREAMS, parse, StreamError, StreamParser, serialize } from '../../../stanza/index.ts';

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';

/** What is used of a `WebSocket` of the package ws, whose types are not part of it. */
interface WebSocketLike {
  readonly readyState: number;
  readonly OPEN: number;
  send(data: string): void;
  close(): void;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

/** What a session hears. */
export interface TransportEvents {
  onOpen(to: string | undefined): void;
  onElement(element: Element): void;
  /** The client closed the stream, or the connection is gone. Called once. */
  onClosed(): void;
}

export interface Transport {
  /** Answers the client's stream header. */
  open(from: string, id: string): void;
  /** Makes ready for the stream header that follows SASL. */
  restart(): void;
  send(element: Element): void;
  /** Ends the stream, with an error or in peace. */
  close(error?: StreamError): void;
}

export function tcpTransport(socket: Socket, events: TransportEvents, ns: string = NS): Transport {
  let parser: StreamParser;
  let closed = false;
  const onClosed = () => {
    if (closed) return;
    closed = true;
    events.onClosed();
  };
  const close = (error?: StreamError) => {
    if (!socket.destroyed && socket.writable) socket.end(`${error?.toXml() ?? ''}</stream:stream>`);
    onClosed();
  };
  const begin = () => {
    parser = new StreamParser({
      onStart: (header) => events.onOpen(header.attrs.to),
      onElement: (element) => events.onElement(element),
      onEnd: () => close(),
      onError: (error) => close(error),
      aliases: { [ns]: NS },
    });
  };
  begin();
  socket.setNoDelay(true);
  socket.on('data', (data) => parser.write(data));
  socket.on('error', onClosed);
  socket.on('close', onClosed);
  return {
    open(from, id) {
      const version = ns === NS ? " version='1.0'" : '';
      socket.write(
        `<?xml version='1.0'?><stream:stream xmlns='${ns}' xmlns:stream='${NS_STREAMS}' from='${from}' id='${id}'${version}>`,
      );
    },
    // The new parser must not see what is left of the chunk that ended the old stream: there is nothing.
    restart: () => begin(),
    send(element) {
      if (!socket.writable) return;
      // Clients look for the prefix of stream features.
      const xml = serialize(element, NS);
      socket.write(element.is('features', NS_STREAMS) ? prefixed(element) : xml);
    },
    close,
  };
}

export function webSocketTransport(socket: WebSocketLike, events: TransportEvents): Transport {
  let closed = false;
  const send = (xml: string) => {
    if (socket.readyState === socket.OPEN) socket.send(xml);
  };
  const onClosed = () => {
    if (closed) return;
    closed = true;
    events.onClosed();
  };
  const close = (error?: StreamError) => {
    if (error !== undefined)
      send(error.toXml().replace('<stream:error>', `<stream:error xmlns:stream='${NS_STREAMS}'>`));
    send(serialize(new Element('close', NS_FRAMING)));
    socket.close();
    onClosed();
  };
  socket.on('message', (data) => {
    let element: Element;
    try {
      element = parse(String(data));
    } catch (error) {
      return close(error instanceof StreamError ? error : new StreamError('not-well-formed'));
    }
    if (element.is('open', NS_FRAMING)) events.onOpen(element.attrs.to);
    else if (element.is('close', NS_FRAMING)) close();
    else events.onElement(element);
  });
  socket.on('close', onClosed);
  socket.on('error', onClosed);
  return {
    open: (from, id) => send(serialize(new Element('open', NS_FRAMING, { from, id, version: '1.0' }))),
    restart() {},
    send: (element) => send(element.is('features', NS_STREAMS) ? prefixed(element) : serialize(element)),
    close,
  };
}

function prefixed(element: Element): string {
  const inner = element.getChildElements().map((child) => serialize(child));
  return `<stream:${element.name} xmlns:stream='${NS_STREAMS}'>${inner.join('')}</stream:${element.name}>`;
}
