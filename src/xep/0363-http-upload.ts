/**
 * HTTP file upload: a place on a web server for a file.
 * XEP-0363 v1.2.0 <https://xmpp.org/extensions/xep-0363.html>
 */

import {
  attr,
  type Codec,
  child,
  element,
  type Field,
  leaf,
  MalformedError,
  many,
  optionalAttr,
  optionalChild,
  text,
} from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { dateTime, unsigned, type Value } from '../stanza/value.ts';
import { Element } from '../stanza/xml/element.ts';
import { discoInfo, discoItems } from './0030-disco.ts';
import { optionalSingle, type Shape, shape } from './0068-form-types.ts';
import { extension } from './0128-disco-extensions.ts';

/** Also the FORM_TYPE of the form in disco that says how big files may be. */
export const NS = 'urn:xmpp:http:upload:0';
/** A service announces each purpose that it knows as this, `#`, and the name of the purpose. */
export const NS_PURPOSE = 'urn:xmpp:http:upload:purpose:0';

/** What a file is for, which says how long to keep it. Default `message`. */
export type Purpose = 'message' | 'profile' | 'permanent' | { readonly expireBefore: Date };
const PURPOSES = ['message', 'profile', 'permanent'] as const;
export const purpose: Codec<Purpose> = {
  ns: NS_PURPOSE,
  names: [...PURPOSES, 'ephemeral'],
  parse(el, path = `/${el.name}`) {
    if (el.ns !== NS_PURPOSE) return undefined;
    return PURPOSES.find((name) => name === el.name) ?? ephemeral.parse(el, path);
  },
  build: (value) => (typeof value === 'string' ? new Element(value, NS_PURPOSE) : ephemeral.build(value)),
};
const ephemeral = element<Exclude<Purpose, string>>(NS_PURPOSE, 'ephemeral', {
  expireBefore: attr('expire-before', dateTime),
});

/** Asks for a place. */
export interface Request {
  readonly filename: string;
  /** In bytes: neither more nor less will be accepted. */
  readonly size: number;
  readonly contentType?: string;
  /** Only what the service announces. */
  readonly purpose?: Purpose;
}
export const request: Codec<Request> = element(NS, 'request', {
  filename: attr('filename'),
  size: attr('size', unsigned),
  contentType: optionalAttr('content-type'),
  purpose: optionalChild(purpose),
});

/** A header of the upload. Others than these three are ignored, as the XEP demands. */
export interface Header {
  readonly name: 'Authorization' | 'Cookie' | 'Expires';
  readonly value: string;
}

export interface Slot {
  readonly put: {
    readonly url: string;
    /** To be sent with the file, in this order. */
    readonly headers: readonly Header[];
  };
  /** Where the file can be fetched afterwards. */
  readonly get: { readonly url: string };
}

const url: Value<string> = {
  expected: 'an http or https URL',
  parse: (given) => (/^https?:\/\//i.test(given) && URL.canParse(given) ? given : undefined),
  format: (value) => value,
};
const anyHeader = element<{ readonly name: string; readonly value: string }>(NS, 'header', {
  name: attr('name'),
  value: text(),
});
const HEADERS = ['Authorization', 'Cookie', 'Expires'] as const;
const headers: Field<readonly Header[]> = {
  ...many(anyHeader),
  read(el, path) {
    const given = many(anyHeader).read(el, path) ?? [];
    return given.flatMap((each) => {
      const name = HEADERS.find((allowed) => allowed.toLowerCase() === withoutLineEnds(each.name).toLowerCase());
      return name === undefined ? [] : [{ name, value: withoutLineEnds(each.value) }];
    });
  },
};
export const slot: Codec<Slot> = element(NS, 'slot', {
  put: child(element<Slot['put']>(NS, 'put', { url: attr('url', url), headers })),
  get: child(element<Slot['get']>(NS, 'get', { url: attr('url', url) })),
});

/** In the error `not-acceptable`. */
export interface FileTooLarge {
  /** In bytes. */
  readonly maxFileSize?: number;
}
export const fileTooLarge: Codec<FileTooLarge> = element(NS, 'file-too-large', {
  maxFileSize: optionalChild(leaf(NS, 'max-file-size', unsigned)),
});

/** In the error `resource-constraint`: when there will be room again. */
export interface Retry {
  readonly stamp: Date;
}
export const retry: Codec<Retry> = element(NS, 'retry', { stamp: attr('stamp', dateTime) });

/** What disco says about an upload service. */
export interface ServiceInfo {
  /** In bytes. */
  readonly maxFileSize?: number;
}
export const serviceInfo: Shape<ServiceInfo> = shape(NS, { maxFileSize: optionalSingle('max-file-size', unsigned) });

export const features: readonly string[] = [NS];

/** An upload service. */
export interface Service extends ServiceInfo {
  readonly jid: string;
}

/**
 * Looks for an upload service: the server itself, or something that it has. The first to say so is taken.
 * @returns `undefined` when there is none.
 * @throws StanzaError when the server itself does not answer.
 */
export async function findUploadService(iq: IqSender, server: string): Promise<Service | undefined> {
  const { items } = await discoItems(iq, server);
  const asked = [server, ...items.map((each) => each.jid)].map((jid) => serviceAt(iq, jid));
  // Not Promise.all: one that never answers must not hold up one that has.
  return Promise.any(asked).catch((failed: AggregateError) => {
    const broken = failed.errors.find((error) => !isRefusal(error));
    if (broken !== undefined) throw broken;
    return undefined;
  });
}

/** Asks for a place for a file. @throws StanzaError with the answered error; `tooLarge` reads why. */
export async function requestSlot(iq: IqSender, service: string, wanted: Request): Promise<Slot> {
  return answered(slot, await iq.request({ type: 'get', to: service, payload: request.build(wanted) }));
}

/** The size that the service would have accepted, when that was the trouble. @throws MalformedError. */
export function tooLarge(error: StanzaError): FileTooLarge | undefined {
  return error.application.map((each) => fileTooLarge.parse(each)).find((each) => each !== undefined);
}

async function serviceAt(iq: IqSender, jid: string): Promise<Service> {
  const info = await discoInfo(iq, jid);
  if (!info.features.includes(NS)) throw StanzaError.of('feature-not-implemented');
  return { jid, ...extension(info, serviceInfo) };
}

/** Whether somebody who was asked is no upload service, does not answer, or does not answer well. */
function isRefusal(error: unknown): boolean {
  return error instanceof StanzaError || error instanceof MalformedError;
}

function withoutLineEnds(given: string): string {
  return given.replace(/[\r\n]/g, '');
}
