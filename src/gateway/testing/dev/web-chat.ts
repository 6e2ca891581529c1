/** A web chat for the development server: Converse.js, served from its npm package, which is not one of ours. */

import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** What the web chat is for, and where it is found. */
export interface WebChatOptions {
  /** Where to look for the package `converse.js`: a file or folder of the project that has it installed. */
  readonly from: string;
  readonly webSocketUrl: () => string;
  /** The domain of the users; their passwords are their names. */
  readonly domain: string;
  /** Addresses to open a chat with at once. */
  readonly chats: readonly string[];
  readonly title: string;
}

/** Answers HTTP requests for a page with the chat. */
export type WebChat = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Makes a web chat: `?user=juliet` logs in somebody else than romeo.
 * @returns `undefined` where Converse.js is not installed: `npm install --save-dev converse.js`.
 */
export function webChat(options: WebChatOptions): WebChat | undefined {
  const dist = converseIn(options.from);
  if (dist === undefined) return undefined;
  return (request, response) => {
    const { url: path = '/' } = request;
    // As in `GET // HTTP/1.1`, which is a request all the same.
    const url = URL.canParse(path, 'http://localhost') ? new URL(path, 'http://localhost') : undefined;
    if (url?.pathname === '/') {
      response.writeHead(200, { 'Content-Type': TYPES['.html'] as string });
      response.end(page(options, url.searchParams.get('user') ?? 'romeo'));
      return;
    }
    const file = url === undefined ? undefined : fileIn(dist, url.pathname);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
    // Whoever closes the page before it is there ends it, and nothing else.
    pipeline(createReadStream(file), response).catch(() => response.destroy());
  };
}

/** The file that a path names; `undefined` when it names none that is ours to show. */
function fileIn(dist: string, path: string): string | undefined {
  if (!path.startsWith(PREFIX)) return undefined;
  try {
    const file = normalize(join(dist, decodeURIComponent(path.slice(PREFIX.length))));
    return file.startsWith(dist + sep) && statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
  } catch {
    // No path at all, as `%`, or one with a NUL.
    return undefined;
  }
}

const PREFIX = '/converse/';

/** It can only be imported, by its own account, but not resolved from somewhere else: so it is looked for. */
function converseIn(folder: string): string | undefined {
  const folders = createRequire(join(folder, 'here.js')).resolve.paths('converse.js') ?? [];
  return folders
    .map((modules) => join(modules, 'converse.js', 'dist'))
    .find((dist) => statSync(join(dist, 'converse.min.js'), { throwIfNoEntry: false })?.isFile());
}

function page({ webSocketUrl, domain, chats, title }: WebChatOptions, user: string): string {
  const name = user.replace(/[^a-z0-9]/g, '');
  const settings = {
    allow_non_roster_messaging: true,
    assets_path: '/converse/',
    authentication: 'login',
    auto_login: true,
    auto_join_private_chats: chats,
    auto_reconnect: true,
    clear_cache_on_logout: true,
    discover_connection_methods: false,
    i18n: 'en',
    // Without a resource: the server gives each window its own, else the second would throw out the first.
    jid: `${name}@${domain}`,
    // The development server keeps no archive and no keys.
    omemo_default: false,
    password: name,
    persistent_store: 'sessionStorage',
    play_sounds: false,
    show_desktop_notifications: false,
    theme: 'classic',
    view_mode: 'fullscreen',
    websocket_url: webSocketUrl(),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.replace(/[<&]/g, '')}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/converse/converse.min.css">
</head>
<body class="converse-fullscreen">
<converse-root class="converse-js"></converse-root>
<script type="module">
import converse from '/converse/converse.min.js';
converse.initialize(${JSON.stringify(settings).replaceAll('<', '\\u003c')});
</script>
</body>
</html>
`;
}
