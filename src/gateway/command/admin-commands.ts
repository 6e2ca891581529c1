/** What administrators do. */

import { JID } from '../../stanza/index.ts';
import { XmppError } from '../errors.ts';
import { LOG_LEVELS } from '../log.ts';
import { VERSION } from '../version.ts';
import { ADMIN } from './categories.ts';
import { Command, type CommandResult, Confirmation, Form, TableResult } from './command.ts';

export class Info extends Command {
  readonly name = 'About this gateway';
  readonly help = 'Says which version runs, and since when.';
  readonly node = 'urn:slipway:command:info';
  readonly chatCommand = 'info';
  readonly access = 'any';
  override readonly category = ADMIN;

  run(): CommandResult {
    const seconds = Math.round((this.gateway.clock.now() - this.gateway.startedAt) / 1000);
    const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor);
    return `${this.gateway.componentName}, slipway ${VERSION}, up for ${days} days, ${hours} hours, ${minutes} minutes`;
  }
}

export class ListUsers extends Command {
  readonly name = 'List users';
  readonly help = 'Lists the registered users.';
  readonly node = 'urn:slipway:command:list-users';
  readonly chatCommand = 'list_users';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(): CommandResult {
    return new TableResult({
      description: 'Registered users',
      fields: [
        { var: 'jid', label: 'Address', type: 'jid-single' },
        { var: 'since', label: 'Registered' },
        { var: 'state', label: 'Session' },
      ],
      items: [...this.gateway.sessions].map(({ user, readiness }) => ({
        jid: user.jid.bare,
        since: user.registrationDate.toISOString().slice(0, 10),
        state: readiness.state,
      })),
    });
  }
}

export class DeleteUser extends Command {
  readonly name = 'Delete a user';
  readonly help = 'Removes the registration of somebody.';
  readonly node = 'urn:slipway:command:delete-user';
  readonly chatCommand = 'delete_user';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(): CommandResult {
    return new Form({
      title: 'Delete a user',
      fields: [{ var: 'jid', label: 'Address', type: 'jid-single', required: true }],
      handler: ({ jid }: { jid: string }) => {
        const user = this.gateway.getSessionFromJid(JID.parse(jid).bare)?.user;
        if (user === undefined) throw new XmppError('item-not-found', 'There is no such user.');
        return new Confirmation({
          prompt: `Remove ${user.jid.bare} and everything that is stored for them?`,
          success: `${user.jid.bare} has been removed.`,
          handler: () => this.gateway.unregisterUser(user),
        });
      },
    });
  }
}

export class LogLevel extends Command {
  readonly name = 'Log level';
  readonly help = 'Changes how much is logged, from now until the next start.';
  readonly node = 'urn:slipway:command:loglevel';
  readonly chatCommand = 'loglevel';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  run(): CommandResult {
    const options = LOG_LEVELS.map((value) => ({ value }));
    return new Form({
      title: 'Log level',
      fields: [{ var: 'level', type: 'list-single', required: true, options, value: this.gateway.log.level }],
      handler: ({ level }: { level: (typeof LOG_LEVELS)[number] }) => {
        this.gateway.log.level = level;
      },
    });
  }
}
