/** What people do about their own registration. */

import { NS as NS_REGISTER } from '../../xep/0077-register.ts';
import { fetchUserAvatar } from '../avatar/user-avatar.ts';
import { XmppError } from '../errors.ts';
import type { RegistrationStep } from '../registration/steps.ts';
import { withValues } from '../registration/steps.ts';
import type { BaseSession } from '../session.ts';
import { Command, type CommandContext, type CommandResult, Confirmation, Form } from './command.ts';

/** Plays the steps of a registration as forms. */
abstract class Registering extends Command {
  async run({ from }: CommandContext): Promise<CommandResult> {
    return this.#form(await this.gateway.registration.begin(from));
  }

  #form(step: RegistrationStep): Form {
    const { registration } = this.gateway;
    const { title, instructions, fields } = step;
    return new Form({
      title,
      instructions,
      fields,
      handler: async (values, { from }) => {
        const next = await registration.answer(from, step, values);
        return next === undefined ? 'You are registered.' : this.#form(next);
      },
      onCancel: ({ from }) => registration.cancel(from),
    });
  }
}

export class Register extends Registering {
  readonly name = 'Register';
  readonly help = 'Registers you with this gateway.';
  readonly node = NS_REGISTER;
  readonly chatCommand = 'register';
  readonly access = 'non-user';
}

export class ReRegister extends Registering {
  readonly name = 'Change or renew your registration';
  readonly help = 'Asks for your credentials again, and logs in with them.';
  readonly node = 'urn:slipway:command:re-register';
  readonly chatCommand = 're-register';
  readonly access = 'user';
}

export class Unregister extends Command {
  readonly name = 'Unregister';
  readonly help = 'Removes your registration and everything this gateway knows about you.';
  readonly node = 'urn:slipway:command:unregister';
  readonly chatCommand = 'unregister';
  readonly access = 'user';

  run(): CommandResult {
    return new Confirmation({
      prompt: `Remove your registration with ${this.gateway.componentName}?`,
      success: 'You are not registered any more.',
      handler: async ({ session }) => {
        await this.gateway.unregisterUser(known(session).user);
      },
    });
  }
}

export class ReLogin extends Command {
  readonly name = 'Log in again';
  readonly help = 'Logs in to the network again, after that has failed.';
  readonly node = 'urn:slipway:command:re-login';
  readonly chatCommand = 're-login';
  readonly access = 'user-non-logged';

  async run(context: CommandContext): Promise<CommandResult> {
    const session = known(context.session);
    this.gateway.guard.allowance.count(context.from.bare, 'logins');
    await session.reLogin();
    if (!session.logged) throw new XmppError('recipient-unavailable', 'The login has failed again.');
    return 'You are logged in.';
  }
}

export class PreferencesCommand extends Command {
  readonly name = 'Preferences';
  readonly help = 'Shows and changes your preferences.';
  readonly node = 'urn:slipway:command:preferences';
  readonly chatCommand = 'preferences';
  readonly access = 'user';

  override get isOffered(): boolean {
    return this.gateway.offeredPreferences.length > 0;
  }

  run(context: CommandContext): CommandResult {
    const fields = withValues(this.gateway.offeredPreferences, known(context.session).user.preferences);
    return new Form({
      title: 'Preferences',
      fields,
      handler: async (values, { session: asking }) => {
        const session = known(asking);
        const previous = session.user.preferences;
        const next = { ...previous, ...values };
        await session.setPreferences(next);
        await session.onPreferences?.(previous, next);
        await fetchUserAvatar(session);
        return 'Your preferences are saved.';
      },
    });
  }
}

/** Between two steps of a command the user may have gone. */
function known(session: BaseSession | undefined): BaseSession {
  if (session === undefined) throw new XmppError('registration-required', 'You are not registered any more.');
  return session;
}
