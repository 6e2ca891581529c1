/** Files from the network, on their way to the user. */

import type { Element } from '../../stanza/index.ts';
import { type ContentOptions, voiceOf } from '../actor.ts';
import type { Conversation, Voice } from '../conversation.ts';
import type { Envelope } from '../outgoing/envelope.ts';
import { fileMessage } from '../outgoing/file.ts';
import type { ContentFacts } from '../outgoing/text.ts';
import { FetchError } from './fetch.ts';
import type { SharedFile, ShareOptions } from './files.ts';
import type { FileSource } from './source.ts';
import { UploadError } from './upload.ts';

interface AboutFile {
  /** What the file is called. Default: as in the path or URL. */
  readonly fileName?: string;
  /** The media type. Default: by the file name. */
  readonly contentType?: string;
  /** A text that belongs to the file. It comes as a message of its own, after it. */
  readonly caption?: string;
  /** What the network calls the file: the same file is uploaded once only. */
  readonly legacyFileId?: string;
  /** Whether clients show the file in place. Default `inline`. */
  readonly disposition?: 'inline' | 'attachment';
}

/** One of several files. */
export interface Attachment extends AboutFile {
  /** A path, a URL, bytes, or a stream of them. */
  readonly source: FileSource;
}

/** Options of a file, as a message of the network. */
export interface FileOptions extends ContentOptions, AboutFile {
  /** The message's id on the network. It goes to the caption if there is one, since that is what can be changed. */
  readonly legacyMsgId?: string;
  /** Whether this takes the place of the message `legacyMsgId`. */
  readonly correction?: boolean;
}

/** Options of several files, which are one message of the network. */
export interface FilesOptions extends ContentOptions {
  /** The message's id on the network. It goes to the text if there is one, else to the last file. */
  readonly legacyMsgId?: string;
  /** The text of the message. Captions of files are added to it, a line each. */
  readonly body?: string;
  /** Whether the text comes before the files. Default false. */
  readonly bodyFirst?: boolean;
  /** Whether this takes the place of the message `legacyMsgId`. */
  readonly correction?: boolean;
}

/** An actor, as far as files need one. */
export interface FileSpeaker {
  readonly conversation: Conversation;
  share(source: FileSource, options: ShareOptions): Promise<SharedFile>;
  say(body: string, options: ContentOptions & { readonly legacyMsgId?: string }): void;
  amend(legacyMsgId: string, text: string, options: ContentOptions): void;
  retractStanza(id: string, voice: Voice): void;
  content(
    options: ContentOptions & { readonly id: string | undefined; readonly corrects?: string },
    build: (envelope: Envelope, facts: ContentFacts) => Element,
  ): void;
}

export async function sendFile(
  speaker: FileSpeaker,
  source: FileSource,
  options: FileOptions,
): Promise<string | undefined> {
  const { legacyMsgId, caption, correction } = options;
  if (await isRepeated(speaker, options)) return undefined;
  const [shared] = await shareAll(speaker, [{ ...options, source }]);
  if (correction && legacyMsgId !== undefined) await takeBackParts(speaker, legacyMsgId, voiceOf(options));
  sendMessage(speaker, [{ ...options, shared }], { ...options, body: caption ?? '' });
  return shared instanceof Error ? undefined : shared?.url;
}

export async function sendFiles(
  speaker: FileSpeaker,
  attachments: readonly Attachment[],
  options: FilesOptions,
): Promise<void> {
  if (await isRepeated(speaker, options)) return;
  const shared = await shareAll(speaker, attachments);
  const { legacyMsgId, correction } = options;
  if (correction && legacyMsgId !== undefined) await takeBackParts(speaker, legacyMsgId, voiceOf(options));
  const files = attachments.map((each, i) => ({ ...each, shared: shared[i] as SharedFile | Error }));
  const captions = attachments.map(({ caption }) => caption ?? '');
  const body = [options.body ?? '', ...captions].filter((text) => text !== '').join('\n');
  sendMessage(speaker, files, { ...options, body });
}

/** The network tells again of what was sent: nothing need be uploaded for that. */
async function isRepeated(speaker: FileSpeaker, options: FileOptions | FilesOptions): Promise<boolean> {
  const { legacyMsgId, correction } = options;
  return legacyMsgId !== undefined && !correction && speaker.conversation.isSent(legacyMsgId, voiceOf(options));
}

/** In order; what could not be shared is an Error, so that the rest is not lost. */
async function shareAll(speaker: FileSpeaker, attachments: readonly Attachment[]): Promise<(SharedFile | Error)[]> {
  const all: (SharedFile | Error)[] = [];
  // One after the other: files are large, and uploads share one line.
  for (const { source, ...options } of attachments) {
    all.push(await speaker.share(source, options).catch((error: Error) => error));
  }
  return all;
}

interface Part extends AboutFile {
  readonly shared: SharedFile | Error | undefined;
}

/** One message of the network, as several stanzas: the one that has its id is what can be changed later. */
function sendMessage(speaker: FileSpeaker, files: readonly Part[], options: FilesOptions & { body: string }): void {
  const { legacyMsgId, body, bodyFirst, correction, ...common } = options;
  const sayBody = () => {
    if (body === '') return;
    if (correction && legacyMsgId !== undefined) speaker.amend(legacyMsgId, body, common);
    else speaker.say(body, { ...common, ...(legacyMsgId !== undefined && { legacyMsgId }) });
  };
  if (bodyFirst) sayBody();
  files.forEach((file, index) => {
    const isMain = body === '' && index === files.length - 1;
    // The answer to something is the message as a whole: its first stanza.
    const { replyTo, ...others } = common;
    const own = index === 0 && body === '' ? common : others;
    if (file.shared === undefined || file.shared instanceof Error) {
      speaker.say(complaint(file, file.shared), own);
      return;
    }
    const { url, about } = file.shared;
    const { disposition } = file;
    const corrects = isMain && correction ? legacyMsgId : undefined;
    const id = stanzaId(speaker.conversation, legacyMsgId, isMain && !correction, voiceOf(options));
    speaker.content({ ...own, id, ...(corrects !== undefined && { corrects }) }, (envelope, facts) =>
      fileMessage(envelope, { ...facts, url, about, disposition }),
    );
  });
  if (!bodyFirst) sayBody();
}

function stanzaId(
  conversation: Conversation,
  legacyMsgId: string | undefined,
  isMain: boolean,
  voice: Voice,
): string | undefined {
  if (legacyMsgId === undefined) return undefined;
  if (isMain) return conversation.idFor(legacyMsgId, voice);
  const id = conversation.newId();
  conversation.partSent(id, legacyMsgId, voice);
  return id;
}

/** Files cannot be changed, only taken back: of a message that changes its files are sent anew. */
async function takeBackParts(speaker: FileSpeaker, legacyMsgId: string, voice: Voice): Promise<void> {
  for (const id of await speaker.conversation.takeParts(legacyMsgId)) speaker.retractStanza(id, voice);
}

function complaint({ fileName }: AboutFile, error: Error | undefined): string {
  const what = fileName === undefined ? 'A file' : `The file "${fileName}"`;
  const isPlain = error instanceof FetchError || error instanceof UploadError;
  return `${what} could not be passed on${isPlain ? `: ${error.message}` : ''}.`;
}
