/** Publishing to a node that is for the user's own clients only. XEP-0223. */

import { type IqSender, StanzaError } from '../../stanza/index.ts';
import { configureNode, errorCondition } from '../../xep/0060-pubsub.ts';
import { PRIVATE } from '../../xep/0163-pep.ts';

/**
 * Publishes with `publish`; when the node is not as private as that asks for, because an old client or gateway made it,
 * the node is changed first, as clients do.
 */
export async function publishPrivately(iq: IqSender, node: string, publish: () => Promise<void>): Promise<void> {
  try {
    await publish();
  } catch (error) {
    if (!(error instanceof StanzaError) || !isAboutConfiguration(error)) throw error;
    await configureNode(iq, { node }, PRIVATE);
    await publish();
  }
}

function isAboutConfiguration({ application }: StanzaError): boolean {
  return application.some((each) => errorCondition.parse(each) === 'precondition-not-met');
}
