/** Ad-hoc commands of the gateway. XEP-0050. */

import { type Command, command } from '../../xep/0050-commands.ts';
import { XmppError } from '../errors.ts';
import { expectType, type IqRoute } from './route.ts';

export const adhocCommand: IqRoute = {
  kind: command,
  handle(incoming) {
    const { gateway, payload, from, to } = incoming;
    expectType(incoming, 'set');
    if (to.local !== '') throw new XmppError('item-not-found', 'There is no such command.');
    const session = gateway.sessions.get(from.bare);
    return gateway.adhocCommands.handle({ from, session }, command.parse(payload) as Command);
  },
};
