/** The web chat of the demo: Converse.js, served from its npm package. */

import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = dirname(fileURLToPath(import.meta.resolve('converse.js')));

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

/** Answers requests for the page and what it loads. `?user=juliet` logs in somebody else than romeo. */
export function webChat(webSocketUrl: () => string): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/') {
      response.writeHead(200, { 'Content-Type': TYPES['.html'] as string });
      response.end(page(webSocketUrl(), url.searchParams.get('user') ?? 'romeo'));
      return;
    }
    const file = normalize(join(DIST, decodeURIComponent(url.pathname.replace(/^\/converse\//, ''))));
    const isThere = file.startsWith(DIST + sep) && statSync(file, { throwIfNoEntry: false })?.isFile();
    if (!url.pathname.startsWith('/converse/') || !isThere) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  };
}

function page(webSocketUrl: string, user: string): string {
  const settings = {
    allow_non_roster_messaging: true,
    assets_path: '/converse/',
    authentication: 'login',
    auto_login: true,
    auto_join_private_chats: ['ada@harbour.localhost'],
    auto_reconnect: true,
    clear_cache_on_logout: true,
    discover_connection_methods: false,
    i18n: 'en',
    jid: `${user.replace(/[^a-z]/g, '')}@localhost`,
    // The development server keeps no archive and no keys.
    omemo_default: false,
    password: user,
    persistent_store: 'sessionStorage',
    play_sounds: false,
    show_desktop_notifications: false,
    theme: 'classic',
    view_mode: 'fullscreen',
    websocket_url: webSocketUrl,
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slipway demo</title>
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
