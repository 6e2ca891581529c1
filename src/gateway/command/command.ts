/** Jobs that the gateway offers its users, by ad-hoc command (XEP-0050) and by chat, from one definition. */

import type { JID } from '../../stanza/index.ts';
import type { BaseGateway } from '../gateway.ts';
import type { BaseSession } from '../session.ts';
import type { FormField, FormValues } from './form.ts';

/** Who may use a command. */
export type CommandAccess =
  /** The administrators of the gateway. */
  | 'admin-only'
  /** Registered users. */
  | 'user'
  /** Registered users whose session on the foreign network is up. */
  | 'user-logged'
  /** Registered users whose session on the foreign network is not up. */
  | 'user-non-logged'
  /** People who are not registered. */
  | 'non-user'
  | 'any';

/** Commands that are shown together, as one that offers them. Ad-hoc only: in a chat all are shown. */
export interface CommandCategory {
  readonly name: string;
  /** The node of the ad-hoc command that offers them. */
  readonly node: string;
}

/** Who runs a command. */
export interface CommandContext {
  /** The full JID of the one who asked. */
  readonly from: JID;
  /** Their session; `undefined` for those who are not registered. */
  readonly session: BaseSession | undefined;
}

/** What a command, or the handler of a form, answers: text to show, nothing for "done", or something to go on with. */
// biome-ignore lint/suspicious/noConfusingVoidType: handlers that have nothing to say just return.
export type CommandResult = string | Form | Confirmation | TableResult | undefined | void;

/** Questions, and what to do with the answers. */
export class Form {
  readonly kind = 'form';
  readonly title: string;
  /** Lines to be shown before the questions; `''` for none. */
  readonly instructions: string;
  /** The questions. Those of type `fixed` are only shown, those of type `hidden` are not shown in chats. */
  readonly fields: readonly FormField[];
  /** Gets the checked answers by field name, and says what is next. An `XmppError` thrown here is shown to the user. */
  readonly handler: (values: FormValues, context: CommandContext) => CommandResult | Promise<CommandResult>;
  /** Called when the user gives up instead of answering. */
  readonly onCancel: (context: CommandContext) => void | Promise<void>;

  constructor(form: {
    readonly title: string;
    readonly instructions?: string | undefined;
    readonly fields: readonly FormField[];
    /** May say more exactly which answers it takes: `handler(values: { name: string }) { … }`. */
    handler(values: FormValues, context: CommandContext): CommandResult | Promise<CommandResult>;
    /** Called when the user gives up instead of answering. */
    onCancel?(context: CommandContext): void | Promise<void>;
  }) {
    this.title = form.title;
    this.instructions = form.instructions ?? '';
    this.fields = form.fields;
    this.handler = form.handler;
    this.onCancel = form.onCancel ?? (() => {});
  }
}

/** A question to be answered with yes or no, and what to do on yes. */
export class Confirmation {
  readonly kind = 'confirmation';
  /** What is asked, such as `Delete it?`. */
  readonly prompt: string;
  /** What to say when the handler itself says nothing. */
  readonly success: string | undefined;
  /** Called on yes; on no, nothing is done. */
  readonly handler: (context: CommandContext) => CommandResult | Promise<CommandResult>;

  constructor(confirmation: {
    readonly prompt: string;
    readonly success?: string;
    handler(context: CommandContext): CommandResult | Promise<CommandResult>;
  }) {
    this.prompt = confirmation.prompt;
    this.success = confirmation.success;
    this.handler = confirmation.handler;
  }
}

/** A table to show. */
export class TableResult {
  readonly kind = 'table';
  /** What the table is of, as its title. */
  readonly description: string;
  /** The columns. Those of type `jid-single` hold addresses. */
  readonly fields: readonly FormField[];
  /** The rows: values by the name of the column. */
  readonly items: readonly Readonly<Record<string, string>>[];

  constructor(table: {
    readonly description: string;
    readonly fields: readonly FormField[];
    readonly items: readonly Readonly<Record<string, string>>[];
  }) {
    this.description = table.description;
    this.fields = table.fields;
    this.items = table.items;
  }
}

/** Who was found. A column named `jid` holds their addresses, so that clients can add them. */
export class SearchResult extends TableResult {
  constructor(result: {
    readonly description?: string;
    readonly fields: readonly FormField[];
    readonly items: readonly Readonly<Record<string, string>>[];
  }) {
    super({ description: 'Search results', ...result });
  }
}

/** A job. Subclass it and add the class to `BaseGateway.commands`. */
export abstract class Command {
  /** What people see in the list of commands. */
  abstract readonly name: string;
  /** One sentence about it. */
  abstract readonly help: string;
  /** The node of the ad-hoc command. */
  abstract readonly node: string;
  /** The word that starts it in a chat with the gateway, in lower case. */
  abstract readonly chatCommand: string;
  /** Who may use it: others neither see it nor can run it. */
  abstract readonly access: CommandAccess;
  /** The category it is listed under, if it is not listed by itself. */
  readonly category?: CommandCategory;

  /** The gateway that offers it. */
  readonly gateway: BaseGateway;

  /** Whether there is anything to do with it: otherwise it is not shown. */
  get isOffered(): boolean {
    return true;
  }

  constructor(gateway: BaseGateway) {
    this.gateway = gateway;
  }

  /**
   * Does it. An `XmppError` thrown here is shown to the user.
   * @param args the words after the command in a chat; none for ad-hoc commands.
   */
  abstract run(context: CommandContext, ...args: string[]): CommandResult | Promise<CommandResult>;
}

/** A class of commands, for `BaseGateway.commands`. */
export type CommandClass = new (gateway: BaseGateway) => Command;
