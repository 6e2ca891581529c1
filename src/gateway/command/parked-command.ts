/** What the plugin could not send after several attempts: the administrator decides. */

import { XmppError } from '../errors.ts';
import { ADMIN } from './categories.ts';
import { Command, type CommandContext, type CommandResult, Form } from './command.ts';

const ACTIONS = [
  { value: 'retry', label: 'Try again' },
  { value: 'drop', label: 'Forget it' },
] as const;
type Action = (typeof ACTIONS)[number]['value'];

export class ParkedMessages extends Command {
  readonly name = 'Parked messages';
  readonly help =
    'Lists what was given up after several attempts; tries again (parked retry 1a2b, parked retry all) or forgets it (parked drop 1a2b).';
  readonly node = 'urn:slipway:command:parked';
  readonly chatCommand = 'parked';
  readonly access = 'admin-only';
  override readonly category = ADMIN;

  async run(_context: CommandContext, action?: string, which?: string): Promise<CommandResult> {
    if (action !== undefined) return this.#decide(action, which ?? 'all');
    const parked = await this.gateway.administration.parked();
    if (parked.length === 0) return 'Nothing is parked.';
    const options = parked.map(({ id, user, chat, at, error }) => ({
      value: id,
      label: `${user} to ${chat}, ${at.toISOString()}: ${error}`,
    }));
    return new Form({
      title: 'Parked messages',
      fields: [
        {
          var: 'which',
          label: 'Message',
          type: 'list-single',
          required: true,
          value: 'all',
          options: [{ value: 'all', label: 'All' }, ...options],
        },
        { var: 'action', label: 'What to do', type: 'list-single', required: true, options: ACTIONS },
      ],
      handler: (values: { which: string; action: string }) => this.#decide(values.action, values.which),
    });
  }

  async #decide(action: string, which: string): Promise<string> {
    const isAction = (name: string): name is Action => ACTIONS.some(({ value }) => value === name);
    if (!isAction(action)) throw new XmppError('not-acceptable', 'What can be done is retry, or drop.');
    const count = await this.gateway.administration.decide(action, which === 'all' ? undefined : which);
    if (count === 0) throw new XmppError('item-not-found', 'That is not parked.');
    return action === 'retry' ? `Trying again: ${count}.` : `Forgotten: ${count}.`;
  }
}
