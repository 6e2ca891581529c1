/** In-band registration with the gateway. XEP-0077. */

import { fieldValue, fieldValues } from '../../xep/0004-data-forms.ts';
import { FIELDS, type FieldName, NS, query, type Register } from '../../xep/0077-register.ts';
import { notImplemented } from '../capability.ts';
import { dataForm } from '../command/form.ts';
import { XmppError } from '../errors.ts';
import { RegistrationType } from '../registration/choices.ts';
import { credentialsStep } from '../registration/steps.ts';
import { type IncomingIq, type IqRoute, knownRoom } from './route.ts';

export const register: IqRoute = {
  kind: query,
  async handle(incoming) {
    const { gateway, payload, from, to, type } = incoming;
    if (to.local !== '') return leaveGroup(incoming);
    if (!gateway.isAllowed(from)) throw new XmppError('not-allowed', 'You may not use this gateway.');
    const asked = query.parse(payload) as Register;
    const removes = asked.remove || (asked.form !== undefined && fieldValue(asked.form, 'remove') === 'true');
    if (!removes && gateway.registrationType !== RegistrationType.SingleStepForm) {
      throw new XmppError('bad-request', 'Registration takes several steps: please use the command "register".');
    }
    if (type === 'get') return query.build(currentForm(incoming));
    if (removes) {
      if (asked.remove && payload.getChildElements().length > 1) throw new XmppError('bad-request');
      await gateway.unregisterUser(gateway.getSessionFromStanza(incoming.stanza).user);
    } else {
      await gateway.registration.registerAtOnce(from, (name) => answersTo(asked, name));
    }
    return undefined;
  },
};

/** To unregister with a room is to leave the group for good. */
async function leaveGroup(incoming: IncomingIq): Promise<undefined> {
  const room = knownRoom(incoming);
  const asked = query.parse(incoming.payload) as Register;
  if (room?.session.onLeaveGroup === undefined || incoming.type !== 'set' || !asked.remove) throw notImplemented();
  await room.session.bookmarks.leave(room, 'You left this group from an XMPP client.');
}

/** The questions, as a form and as the standard fields among them, filled with what is known. */
function currentForm({ gateway, from }: IncomingIq): Register {
  const user = gateway.sessions.get(from.bare)?.user;
  const { title, instructions, fields } = credentialsStep(gateway, user?.legacyModuleData ?? {});
  const standard: { [K in FieldName]?: string } = {};
  for (const field of fields) {
    if (isStandard(field.var)) standard[field.var] = typeof field.value === 'string' ? field.value : '';
  }
  return {
    registered: user !== undefined,
    remove: false,
    instructions,
    ...standard,
    form: dataForm({ title, instructions, fields, formType: NS }),
  };
}

/** §4: a form comes before the standard fields. */
function answersTo(asked: Register, name: string): readonly string[] {
  if (asked.form !== undefined) return fieldValues(asked.form, name);
  const value = isStandard(name) ? asked[name] : undefined;
  return value === undefined ? [] : [value];
}

function isStandard(name: string): name is FieldName {
  return (FIELDS as readonly string[]).includes(name);
}
