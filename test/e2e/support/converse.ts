/** Converse.js in Chromium, and everything behind it: any server, and a gateway in this process. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from 'playwright-core';
import {
  type BaseGateway,
  type PluginClasses,
  resolveConfig,
  silentLog,
  startGateway,
} from '../../../src/gateway/index.ts';
import { LOOPBACK, type WebChat, webChat } from '../../../src/gateway/testing/index.ts';
import { ClientStream, presence, result } from '../../../src/stanza/index.ts';
import { submit } from '../../../src/xep/0004-data-forms.ts';
import { register } from '../../../src/xep/0077-register.ts';
import { assertValid, hasValidator } from '../../support/validator.ts';
import { screenshot, withPage } from './browser.ts';
import { until } from './process.ts';
import type { RunningServer, ServerKind } from './servers.ts';
import { Tap } from './tap.ts';

const SECRET = 'no space for this secret';

export interface WebScene {
  readonly gateway: BaseGateway;
  readonly converse: Converse;
  readonly server: RunningServer;
}

export interface WebOptions {
  /** Of the picture of the last moment. */
  readonly name: string;
  /** The gateway's domain. */
  readonly jid: string;
  readonly classes: PluginClasses;
  /** What Romeo has registered with before he opens the web chat. */
  readonly registered?: Readonly<Record<string, string>>;
  /** Who else has an account, with the name as the password. */
  readonly others?: readonly string[];
}

/** Romeo at a web chat, beside a gateway. Judges in the end what the gateway has sent. */
export async function playInConverse(
  kind: ServerKind,
  { name, jid, classes, registered, others = [] }: WebOptions,
  play: (scene: WebScene) => Promise<void>,
): Promise<void> {
  const server = await kind.start({ users: ['romeo', ...others], component: { domain: jid, secret: SECRET } });
  const tap = await Tap.open(server.componentPort);
  // A browser lets pages talk to another origin when that is on the same host.
  const from = import.meta.dirname;
  const options = { from, webSocketUrl: () => server.webSocketUrl, domain: 'localhost', chats: [], title: name };
  const pages = createServer(webChat(options) as WebChat);
  await new Promise<void>((resolve) => pages.listen(0, LOOPBACK, resolve));
  const config = resolveConfig({ jid, secret: SECRET, server: LOOPBACK, port: tap.port, 'allow-private-urls': true });
  const gateway = await startGateway(classes, { ...config, homeDir: undefined }, { log: silentLog });
  try {
    if (registered !== undefined) await registerElsewhere(server, jid, registered);
    await withPage(name, async (page) => {
      await page.goto(`http://${LOOPBACK}:${(pages.address() as AddressInfo).port}/`);
      await page.locator('.show-client-info').waitFor();
      await play({ gateway, converse: new Converse(page), server });
    });
    await gateway.shutdown();
    if (hasValidator) assertValid(tap.sent, { component: true });
  } finally {
    await gateway.shutdown();
    await tap.close();
    pages.closeAllConnections();
    pages.close();
    await server.stop();
  }
}

/**
 * Registers Romeo at another client, where the welcome is read too. COMPAT(Converse.js 14): after a reload it shows no rooms
 * if there were announcements, for which it takes all that comes from a domain.
 */
async function registerElsewhere(
  server: RunningServer,
  gateway: string,
  values: Record<string, string>,
): Promise<void> {
  let welcome: (value: unknown) => void = () => {};
  const welcomed = new Promise((resolve) => {
    welcome = resolve;
  });
  const romeo = new ClientStream({
    ...{ jid: 'romeo@localhost/elsewhere', password: 'romeo', host: LOOPBACK, port: server.clientPort, tls: 'never' },
    onStanza: (stanza) => {
      if (stanza.name === 'iq' && stanza.attrs.type === 'set') romeo.send(result(stanza));
      if (stanza.name === 'message' && stanza.attrs.from === gateway) welcome(stanza);
    },
  });
  await romeo.start();
  romeo.send(presence({}));
  await register(romeo, gateway, { form: submit(values) });
  await welcomed;
  await romeo.stop();
}

/** What a user does with the mouse and the keyboard. */
export class Converse {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Keeps what is to be seen now, for people to look at. */
  picture(name: string): Promise<void> {
    return screenshot(this.page, name);
  }

  /** Opens the list of ad-hoc commands of somebody, and the form of one of them. */
  async command(jid: string, name: string): Promise<Locator> {
    const { page } = this;
    await page.locator('.show-client-info').click();
    await page.locator('#commands-tab').click();
    const commands = page.locator('converse-adhoc-commands');
    await commands.locator('input[name="jid"]').fill(jid);
    await commands.locator('input[type="submit"]').click();
    await commands.getByText(name, { exact: true }).click();
    return commands;
  }

  async closeDialog(): Promise<void> {
    await this.page.locator('.modal-footer').getByRole('button', { name: 'Close' }).click();
  }

  /** Opens the chat with a contact, by its name in the roster. */
  async open(jid: string, name: string): Promise<Chat> {
    const entry = this.page.locator('converse-roster').getByText(name).first();
    return this.#open(entry, this.page.locator(`converse-chat[jid="${jid}"]`));
  }

  /** Opens a room that the user is in, by its name. */
  async openRoom(jid: string, name: string): Promise<Chat> {
    const entry = this.page.locator('converse-rooms-list').getByText(name, { exact: true });
    return this.#open(entry, this.page.locator(`converse-muc[jid="${jid}"]`));
  }

  /** Chats that open by themselves may come in between. */
  async #open(entry: Locator, view: Locator): Promise<Chat> {
    const isOpen = async () => {
      await entry.click();
      const shown = view.locator('textarea').waitFor({ timeout: 2000 });
      return shown.then(
        () => true,
        () => false,
      );
    };
    await until(isOpen, 'the chat opens');
    return new Chat(this.page, view);
  }
}

/** A chat or a room that is open. */
export class Chat {
  readonly page: Page;
  readonly view: Locator;

  constructor(page: Page, view: Locator) {
    this.page = page;
    this.view = view;
  }

  async say(text: string): Promise<void> {
    await this.view.locator('textarea').fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** The last message with this text. */
  message(text: string): Locator {
    return this.#messagesWith(text).last();
  }

  /** What the user has written. */
  mine(text: string): Locator {
    const own = this.page.locator('.chat-msg__content--me');
    return this.#messagesWith(text).filter({ has: own }).last();
  }

  /** One of the things in the menu of a message. The menu closes when something about the message changes. */
  async act(message: Locator, action: string): Promise<void> {
    const item = message.locator(`.${action}`);
    await until(async () => {
      await message.locator('.chat-msg__body').hover();
      await message.locator('.chat-msg__actions button').first().click();
      const clicked = item.click({ timeout: 1000 });
      return clicked.then(
        () => true,
        () => false,
      );
    }, `the menu has ${action}`);
  }

  /** The texts of all messages, from top to bottom. */
  async texts(): Promise<string[]> {
    return (await this.view.locator('.chat-msg__text').allTextContents()).map((text) => text.trim());
  }

  /** Those that say it, not those that quote it. */
  #messagesWith(text: string): Locator {
    const said = this.page.locator('.chat-msg__message', { hasText: text });
    return this.view.locator('converse-chat-message').filter({ has: said });
  }
}
