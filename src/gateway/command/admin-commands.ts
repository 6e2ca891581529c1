/** What administrators do. */

import { NODES } from '../../xep/0133-service-administration.ts';
import { XmppError } from '../errors.ts';
import { LOG_LEVELS } from '../log.ts';
import { VERSION } from '../version.ts';
import { told } from '../watch/explain.ts';
import { ADMIN } from './categories.ts';
import { Command, type CommandContext, type CommandResult, Confirmation, Form, TableResult } from './command.ts';

export class Info extends Command {
  readonly name = 'About this gateway';
  readonly help = 'Says which version runs, and since when.';
  readonly node = 'urn:slipway:command:info';
  readonly chatCommand = 'info';
  readonly access = 'any';
  override readonly category = ADMIN;

  run(): CommandResult {
    const seconds = Math.round((this.gateway.clock.now() - this.gateway.lifecycle.startedAt) / 1000);
    const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
    return `${this.gateway.componentName}, slipway ${VERSION}, up for ${days} days, ${hours} hours, ${minutes} minutes`;
  }
}

export class ListUsers extends Command {
  readonly name = 'List users';
  readonly help = 'Lists the registered users.';
  readonly node = NODES.getRegisteredUsersList;
  readonly chatCommand = 'list_users';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  async run(): Promise<CommandResult> {
    return new TableResult({
      description: 'Registered users',
      fields: [
        { var: 'jid', label: 'Address', type: 'jid-single' },
        { var: 'since', label: 'Registered' },
        { var: 'state', label: 'Session' },
      ],
      items: (await this.gateway.administration.users()).map((user) => ({ ...user })),
    });
  }
}

export class DeleteUser extends Command {
  readonly name = 'Delete a user';
  readonly help = 'Removes the registration of somebody (delete_user romeo@example.com).';
  readonly node = NODES.deleteUser;
  readonly chatCommand = 'delete_user';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(_context: CommandContext, user?: string): CommandResult | Promise<CommandResult> {
    if (user !== undefined) return this.#confirm([user]);
    return new Form({
      title: 'Delete a user',
      fields: [{ var: 'accountjids', label: 'Addresses', type: 'jid-multi', required: true }],
      handler: ({ accountjids }: { accountjids: readonly string[] }) => this.#confirm(accountjids),
    });
  }

  async #confirm(jids: readonly string[]): Promise<Confirmation> {
    const { administration } = this.gateway;
    const users = await administration.find(jids);
    const names = users.join(', ');
    return new Confirmation({
      prompt: `Remove ${names} and everything that is stored for them?`,
      success: `${names}: removed.`,
      handler: async () => {
        for (const user of users) await administration.unregister(user);
      },
    });
  }
}

export class Announce extends Command {
  readonly name = 'Write to all users';
  readonly help = 'Sends a message to all users (announce We are back.).';
  readonly node = NODES.announce;
  readonly chatCommand = 'announce';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(_context: CommandContext, ...words: string[]): CommandResult | Promise<CommandResult> {
    if (words.length > 0) return this.#announce(words.join(' '));
    return new Form({
      title: 'Write to all users',
      fields: [{ var: 'announcement', label: 'Message', type: 'text-multi', required: true }],
      handler: ({ announcement }: { announcement: string | readonly string[] }) => {
        return this.#announce(typeof announcement === 'string' ? announcement : announcement.join('\n'));
      },
    });
  }

  async #announce(text: string): Promise<string> {
    return `Sent to ${await this.gateway.administration.announce(text)} users.`;
  }
}

export class ReLoginUser extends Command {
  readonly name = 'Log a user in again';
  readonly help = 'Logs somebody out of the network and in again (re-login_user romeo@example.com).';
  readonly node = 'urn:slipway:command:re-login-user';
  readonly chatCommand = 're-login_user';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(_context: CommandContext, user?: string): CommandResult | Promise<CommandResult> {
    if (user !== undefined) return this.#reLogin(user);
    return new Form({
      title: 'Log a user in again',
      fields: [{ var: 'jid', label: 'Address', type: 'jid-single', required: true }],
      handler: ({ jid }: { jid: string }) => this.#reLogin(jid),
    });
  }

  async #reLogin(jid: string): Promise<string> {
    const { administration } = this.gateway;
    const [user] = await administration.find([jid]);
    return `The session of ${user}: ${await administration.reLogin(user)}.`;
  }
}

export class Explain extends Command {
  readonly name = 'Explain a message';
  readonly help = 'Tells what happened to a message, by its id on either side (explain 42).';
  readonly node = 'urn:slipway:command:explain';
  readonly chatCommand = 'explain';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(_context: CommandContext, id?: string): CommandResult | Promise<CommandResult> {
    if (id !== undefined) return this.#explain(id);
    return new Form({
      title: 'Explain a message',
      fields: [{ var: 'id', label: 'Id, on XMPP or on the network', required: true }],
      handler: ({ id: given }: { id: string }) => this.#explain(given),
    });
  }

  async #explain(id: string): Promise<string> {
    const lives = await this.gateway.administration.explain(id);
    return lives.length === 0 ? `Nothing is known of a message ${id}.` : lives.map(told).join('\n\n');
  }
}

export class LogLevel extends Command {
  readonly name = 'Log level';
  readonly help =
    'Changes how much is logged, of all or of one user (loglevel debug romeo@example.com), until the next start.';
  readonly node = 'urn:slipway:command:loglevel';
  readonly chatCommand = 'loglevel';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(_context: CommandContext, level?: string, user?: string): CommandResult | Promise<CommandResult> {
    if (level !== undefined) return this.#set(level, user);
    const options = LOG_LEVELS.map((value) => ({ value }));
    return new Form({
      title: 'Log level',
      instructions: this.#verbose(),
      fields: [
        { var: 'level', label: 'Level', type: 'list-single', required: true, options, value: this.gateway.log.level },
        { var: 'jid', label: 'Of this user only', type: 'jid-single' },
      ],
      handler: (values: { level: string; jid?: string }) => this.#set(values.level, values.jid),
    });
  }

  async #set(wanted: string, user: string | undefined): Promise<string> {
    const { administration } = this.gateway;
    const level = LOG_LEVELS.find((each) => each === wanted);
    if (level === undefined) {
      throw new XmppError('not-acceptable', `The level is one of ${LOG_LEVELS.join(', ')}.`);
    }
    if (user === undefined || user === '') {
      await administration.setLogLevel(level);
      return `The log level is ${level}.`;
    }
    const [jid] = await administration.find([user]);
    await administration.setVerbose(jid, level === 'debug');
    return level === 'debug' ? `Everything about ${jid} is logged.` : `About ${jid} as much is logged as about others.`;
  }

  #verbose(): string {
    const users = [...this.gateway.watch.verboseUsers];
    return users.length === 0 ? '' : `Everything is logged about ${users.join(', ')}.`;
  }
}
