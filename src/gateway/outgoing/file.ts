/** A file on the web, described in every way that clients know: XEP-0066, XEP-0385, XEP-0447. */

import { body, type Element, message } from '../../stanza/index.ts';
import { x as oob } from '../../xep/0066-oob.ts';
import { mediaReference } from '../../xep/0385-sims.ts';
import { allText } from '../../xep/0428-fallback.ts';
import { type File, makeFile } from '../../xep/0446-file-metadata.ts';
import { fileSharing, NS as NS_SFS } from '../../xep/0447-sfs.ts';
import { reply as replyCodec } from '../../xep/0461-replies.ts';
import type { Envelope } from './envelope.ts';
import { type ContentFacts, contentPayloads } from './text.ts';

/** What is known about a file. Everything in it can be written as JSON. */
export interface FileFacts {
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly size?: number;
  /** The SHA-256 hash in base64. */
  readonly sha256?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** A very small picture of the picture, in base64. <https://evanw.github.io/thumbhash/> */
  readonly thumbhash?: string;
}

export interface FileMessageFacts extends ContentFacts {
  readonly url: string;
  /** Nothing when nothing is known. */
  readonly about?: FileFacts | undefined;
  readonly disposition?: 'inline' | 'attachment' | undefined;
}

/** Clients show a file in place when the body is the URL and nothing else: a reply has no quotation here. */
export function fileMessage(envelope: Envelope, facts: FileMessageFacts): Element {
  const { url, about, reply } = facts;
  const payloads = [body.build(url), oob.build({ url })];
  if (about !== undefined) {
    const file = metadataOf(about);
    const sources = { urls: [{ target: url }], others: [] };
    payloads.push(
      // COMPAT(Converse.js 14): it takes each part of the text that is referred to for somebody's name, and shows it as
      // such in the place of the picture. So it is the message as a whole that this is about.
      mediaReference(file, [url]),
      fileSharing.build({ disposition: facts.disposition ?? 'inline', file, sources }),
      allText(NS_SFS),
    );
  }
  if (reply !== undefined) {
    payloads.push(replyCodec.build({ id: reply.id, ...(reply.to !== undefined && { to: reply.to }) }));
  }
  return message({ ...envelope, id: facts.id }, ...payloads, ...contentPayloads(facts));
}

function metadataOf({ name, type, size, sha256, width, height, thumbhash }: FileFacts): File {
  return makeFile({
    name,
    mediaType: type,
    ...(size !== undefined && { size }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(sha256 !== undefined && {
      hashes: [{ algo: 'sha-256', value: new Uint8Array(Buffer.from(sha256, 'base64')) }],
    }),
    ...(thumbhash !== undefined && { thumbnails: [thumbnailOf(thumbhash, width, height)] }),
  });
}

function thumbnailOf(thumbhash: string, width: number | undefined, height: number | undefined) {
  return {
    uri: `data:image/thumbhash;base64,${thumbhash}`,
    mediaType: 'image/thumbhash',
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}
