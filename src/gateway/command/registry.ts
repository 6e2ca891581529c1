/** The commands of a gateway, and who may use which. */

import { StanzaError } from '../../stanza/index.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { type Command, type CommandClass, type CommandContext, type CommandResult, Form } from './command.ts';

/** What a list of ad-hoc commands shows: a command, or a category of them. */
export interface Listed {
  readonly node: string;
  readonly name: string;
}

export class CommandRegistry {
  readonly #gateway: BaseGateway;
  readonly #commands: readonly Command[];

  /** Throws when two commands have the same node or the same word. */
  constructor(gateway: BaseGateway, classes: readonly CommandClass[]) {
    this.#gateway = gateway;
    this.#commands = classes.map((each) => new each(gateway));
    for (const key of ['node', 'chatCommand'] as const) {
      const seen = new Map<string, Command>();
      for (const command of this.#commands) {
        const other = seen.get(command[key]);
        if (other !== undefined) {
          throw new TypeError(`the commands "${other.name}" and "${command.name}" have the same ${key}`);
        }
        seen.set(command[key], command);
      }
    }
  }

  /** The commands that this person may use, by their chat word. */
  allowed(context: CommandContext): readonly Command[] {
    return this.#commands
      .filter((command) => command.isOffered && this.#refusal(command, context) === undefined)
      .sort((a, b) => (a.chatCommand < b.chatCommand ? -1 : 1));
  }

  /** The same for a list of ad-hoc commands, those of a category under its name. */
  listed(context: CommandContext): readonly Listed[] {
    const all = this.allowed(context).map(({ category, node, name }) => category ?? { node, name });
    return [...new Map(all.map((each) => [each.node, each])).values()];
  }

  byNode(node: string): Command | undefined {
    return this.#commands.find((command) => command.node === node);
  }

  byWord(word: string): Command | undefined {
    return this.#commands.find((command) => command.chatCommand === word.toLowerCase());
  }

  /** What is behind a node of the list. */
  nameOf(node: string): string | undefined {
    return this.byNode(node)?.name ?? this.#commands.find(({ category }) => category?.node === node)?.category?.name;
  }

  /** Runs the command of a node, or offers those of a category. @throws XmppError. */
  async runNode(node: string, context: CommandContext): Promise<CommandResult> {
    const command = this.byNode(node);
    if (command !== undefined) return this.run(command, context);
    const isKnown = this.#commands.some(({ category }) => category?.node === node);
    if (!isKnown) throw new XmppError('item-not-found', 'There is no such command.');
    const offered = this.allowed(context).filter(({ category }) => category?.node === node);
    if (offered.length === 0) throw new XmppError('not-authorized', 'There is nothing here that you may use.');
    const options = offered.map((each) => ({ label: each.name, value: each.node }));
    return new Form({
      title: offered[0]?.category?.name ?? '',
      fields: [{ var: 'command', label: 'Command', type: 'list-single', required: true, options }],
      handler: ({ command: chosen }) => this.runNode(String(chosen), context),
    });
  }

  /** Runs it. @throws XmppError when this person may not, or what the command throws. */
  async run(command: Command, context: CommandContext, ...args: string[]): Promise<CommandResult> {
    const refusal = this.#refusal(command, context);
    if (refusal !== undefined) throw refusal;
    return this.guarded(() => command.run(context, ...args));
  }

  /** Runs a step of a command: what it throws by accident is told to the gateway, and hidden from the user. */
  async guarded(step: () => CommandResult | Promise<CommandResult>): Promise<CommandResult> {
    try {
      return await step();
    } catch (error) {
      if (error instanceof StanzaError) throw error;
      this.#gateway.exception(error);
      throw new XmppError('internal-server-error', '', { type: 'wait' });
    }
  }

  #refusal(command: Command, { from, session }: CommandContext): XmppError | undefined {
    const isAdmin = this.#gateway.isAdmin(from);
    if (!isAdmin && !this.#gateway.isAllowed(from))
      return new XmppError('not-allowed', 'You may not use this gateway.');
    switch (command.access) {
      case 'admin-only':
        return isAdmin ? undefined : new XmppError('forbidden', 'This is for administrators.');
      case 'user':
        return session ? undefined : new XmppError('registration-required', 'Please register first.');
      case 'user-logged':
        return session?.logged ? undefined : new XmppError('forbidden', 'You are not logged in to the network.');
      case 'user-non-logged':
        return session && !session.logged ? undefined : new XmppError('forbidden', 'You are logged in already.');
      case 'non-user':
        return session ? new XmppError('not-allowed', 'You are registered already.') : undefined;
      case 'any':
        return undefined;
    }
  }
}
