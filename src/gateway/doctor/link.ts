/** Connecting as the component, and what stands in the way. */

import { connect } from 'node:net';
import {
  ComponentRefused,
  ComponentStream,
  type Element,
  errorReply,
  find,
  JID,
  message,
  NS_COMPONENT,
  NS_STREAMS,
  newId,
  StanzaError,
  StreamError,
} from '../../stanza/index.ts';
import { type Privilege, privilege, privilegeV1 } from '../../xep/0356-privilege.ts';
import type { Config } from '../config.ts';
import type { Finding } from './finding.ts';
import { balancingLines, componentLines, type Place } from './lines.ts';

/** Milliseconds that a server may take to say what it grants: one that grants nothing says nothing. */
const PATIENCE = 1000;

export interface Link {
  /** The first connection. What answers its requests on others reaches it, too. */
  readonly stream: ComponentStream;
  /** So many connections as there are to be workers. */
  readonly streams: readonly ComponentStream[];
  /** What the users' server has said that it grants. */
  readonly granted: Privilege | undefined;
  /** The messages that have come, and on which connection. */
  readonly messages: ReadonlyMap<Element, ComponentStream>;
}

/** Connects, as often as there are to be workers. @returns the link, or what is wrong. */
export async function openLink(config: Config, place: Place): Promise<Link | Finding> {
  const messages = new Map<Element, ComponentStream>();
  let granted: Privilege | undefined;
  let giveUp: (reason: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // Who loses the race is not waited for.
  failed.catch(() => undefined);
  const newStream = () => {
    const stream: ComponentStream = new ComponentStream({
      domain: config.jid,
      secret: config.secret.reveal(),
      host: config.server,
      port: config.port,
      timeout: 3000,
      onOffline: (reason) => giveUp(reason),
      onStanza: (stanza) => {
        if (stanza.name === 'iq') {
          // Looking for services, one finds oneself.
          const isRequest = stanza.attrs.type === 'get' || stanza.attrs.type === 'set';
          if (isRequest) stream.send(errorReply(stanza, StanzaError.of('service-unavailable')));
          else if (stream !== first) first.takeAnswer(stanza);
          return;
        }
        if (stanza.name !== 'message') return;
        const told = find(stanza, privilege) ?? find(stanza, privilegeV1);
        const isServer = JID.tryParse(stanza.attrs.from)?.full === place.domain;
        if (told !== undefined && isServer) granted = told;
        else messages.set(stanza, stream);
      },
    });
    return stream;
  };
  const first = newStream();
  const streams = [first];
  try {
    await Promise.race([first.start(), failed]);
    for (let i = 1; i < config.workers; i++) {
      const stream = newStream();
      streams.push(stream);
      await Promise.race([stream.start(), failed]);
    }
  } catch (error) {
    await Promise.all(streams.map((stream) => stream.stop()));
    return streams.length === 1 ? diagnosis(error as Error, config, place) : oneConnection(error as Error, place);
  }
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  return {
    stream: first,
    streams,
    messages,
    get granted() {
      return granted;
    },
  };
}

async function diagnosis(error: Error, config: Config, place: Place): Promise<Finding> {
  const { server, port } = config;
  const { jid } = place;
  const lines = componentLines(place);
  if (error instanceof ComponentRefused) {
    switch (error.condition) {
      case 'not-authorized':
        return {
          ...{ id: 'secret', status: 'failure', what: 'The secret', seen: error.message, lines },
          remedy:
            `The option secret and the server's configuration must say the same for ${jid}. ` +
            `ejabberd says this, too, when it does not know ${jid} at all.`,
        };
      case 'host-unknown':
        // On the port of clients it knows no components either.
        if (await isForClients(config)) return notAComponentPort(error, port, lines);
        return {
          ...{ id: 'component', status: 'failure', what: 'The component', seen: error.message, lines },
          remedy: `Tell the server about ${jid}, or correct the option jid.`,
        };
      case 'conflict':
        return {
          ...{ id: 'conflict', status: 'failure', what: 'The component', seen: error.message },
          remedy: 'Probably the gateway itself is running: stop it while the doctor looks.',
        };
      case 'invalid-namespace':
        return notAComponentPort(error, port, lines);
    }
    return { id: 'component', status: 'failure', what: 'The component', seen: error.message, lines };
  }
  const code = (error as NodeJS.ErrnoException).code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      ...{ id: 'reach', status: 'failure', what: 'The server', seen: `the name ${server} is not known` },
      remedy: 'Correct the option server.',
    };
  }
  if (
    error instanceof StreamError ||
    /no stream header|no answer|closed the stream|not an XMPP stream/.test(error.message)
  ) {
    return notAComponentPort(error, port, lines);
  }
  return {
    ...{ id: 'reach', status: 'failure', what: 'The server', seen: `${server} port ${port}: ${error.message}`, lines },
    remedy: 'Is it running? It must listen for components on this port; a firewall must let them through.',
  };
}

/** Whether the stream that the server opens is one for clients. */
function isForClients({ server, port, jid }: Config): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, server, () => {
      socket.write(`<stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='${NS_STREAMS}' to='${jid}'>`);
    });
    const finish = () => {
      socket.destroy();
      resolve(/xmlns=["']jabber:client["']/.test(answer));
    };
    socket.setTimeout(2000, finish);
    socket.on('error', finish).on('close', finish);
    socket.on('data', (data) => {
      answer += data;
      if (answer.includes('<stream:stream') && answer.includes('>', answer.indexOf('<stream:stream'))) finish();
    });
  });
}

function notAComponentPort(error: Error, port: number, lines: Finding['lines']): Finding {
  return {
    ...{ id: 'port', status: 'failure', what: 'The port', seen: `port ${port}: ${error.message}` },
    ...(lines !== undefined && { lines }),
    remedy: 'Something listens there, but not for components: probably for clients or other servers. Correct port.',
  };
}

/** There is a connection, and no second one. */
function oneConnection(error: Error, place: Place): Finding {
  const lines = balancingLines(place);
  return {
    ...{ id: 'workers', status: 'failure', what: 'Several processes', seen: error.message, lines },
    remedy: 'Only ejabberd can spread a component over several processes: with another server, workers must be 1.',
  };
}

/** Senders by which it shows where what is for the component goes. */
const TRIALS = 16;

/**
 * Whether all that is for the component comes to us: ejabberd takes several connections of one component, and each gets a
 * part. Which part, depends on who has sent it; with several workers it must depend on nothing else.
 */
export async function shareFinding({ stream, streams, messages }: Link, place: Place): Promise<Finding> {
  const { jid } = place;
  const bares = Array.from({ length: TRIALS * streams.length }, (_, i) => `doctor-${i}@${jid}`);
  const ids = new Map(bares.map((bare) => [bare, [newId(), newId()]]));
  for (const [bare, [id, other]] of ids) {
    stream.send(message({ from: `${bare}/a`, to: jid, id, type: 'headline' }));
    stream.send(message({ from: `${bare}/b`, to: jid, id: other, type: 'headline' }));
  }
  const arrivedOn = (id: string) => [...messages].find(([{ attrs }]) => attrs.id === id)?.[1];
  const all = [...ids.values()].flat();
  const arrived = () => all.filter((id) => arrivedOn(id) !== undefined).length;
  for (let i = 0; i < 20 && arrived() < all.length; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  const base = { id: 'conflict', what: 'Other connections' } as const;
  if (arrived() < all.length) {
    return {
      ...{ ...base, status: 'failure', seen: `of ${all.length} messages to ${jid} only ${arrived()} came here` },
      remedy: 'Probably the gateway itself is running: stop it while the doctor looks.',
    };
  }
  const isSpreadAnyhow = [...ids.values()].some(([id = '', other = '']) => arrivedOn(id) !== arrivedOn(other));
  if (isSpreadAnyhow) {
    return {
      ...{
        ...base,
        status: 'failure',
        seen: 'what one user says reaches several of them',
        lines: balancingLines(place),
      },
      remedy: 'The server must choose the process by the bare address of the sender.',
    };
  }
  const idle = streams.filter((each) => all.every((id) => arrivedOn(id) !== each)).length;
  if (idle > 0) {
    return {
      ...{ ...base, status: 'failure', seen: `of ${streams.length} connections ${idle} get nothing` },
      ...{ lines: balancingLines(place), remedy: 'The server must expect as many connections as there are workers.' },
    };
  }
  const seen =
    streams.length === 1 ? 'there is none of this component' : `the server spreads the users over ${streams.length}`;
  return { ...base, status: 'ok', seen };
}
