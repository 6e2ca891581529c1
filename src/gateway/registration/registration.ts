/** How people become users, and cease to be. */

import { type JID, StanzaError } from '../../stanza/index.ts';
import { type FormValues, readAnswers } from '../command/form.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { hideIn, secretTexts } from '../redact.ts';
import { Lanes } from '../serial.ts';
import type { LegacyModuleData, PendingUser, User } from '../user.ts';
import { QrCodes } from './qr-codes.ts';
import { defaultPreferences, type RegistrationStep } from './steps.ts';

export class Registration {
  readonly qrCodes: QrCodes;
  readonly #gateway: BaseGateway;
  /** One step after the other for each person: two at once would make two sessions. */
  readonly #lanes = new Lanes();

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
    this.qrCodes = new QrCodes(gateway);
  }

  /** The question that waits for an answer: the first one, or where somebody has stopped before. */
  begin(from: JID): Promise<RegistrationStep> {
    const jid = from.withResource('');
    return this.#inTurn(jid, async () => {
      const asked = (await this.#path(jid)).at(-1);
      // Who goes to look at a QR code comes back. One from before a restart the network has forgotten.
      if (asked !== undefined && (asked.step.name !== 'qr' || this.qrCodes.isShownTo(jid))) return asked.step;
      const step = await this.#next(this.#fresh(jid), [], undefined);
      if (step === undefined) throw new TypeError('a registration must have at least one step');
      return step;
    });
  }

  /**
   * Takes the answer to a question: the last one, or one before it, to which somebody has gone back.
   * Returns the next question; nothing when that was all.
   */
  answer(from: JID, { name }: RegistrationStep, values: FormValues): Promise<RegistrationStep | undefined> {
    const jid = from.withResource('');
    return this.#inTurn(jid, async () => {
      const path = await this.#path(jid);
      const index = path.findLastIndex(({ step }) => step.name === name);
      const asked = path[index];
      if (asked === undefined) {
        throw new XmppError('unexpected-request', 'Your registration has expired. Please begin again.');
      }
      const user = { ...this.#fresh(jid), legacyModuleData: asked.data };
      const next = await this.#next(user, path.slice(0, index + 1), { name, values });
      if (next === undefined) await this.#complete(user);
      return next;
    });
  }

  /** Everything in one go, for in-band registration: possible when credentials are all that is asked. */
  async registerAtOnce(from: JID, answers: (name: string) => readonly string[]): Promise<void> {
    const gateway = this.#gateway;
    const jid = from.withResource('');
    await this.#inTurn(jid, async () => {
      const user = this.#fresh(jid);
      const values = readAnswers(gateway.registrationFields, answers);
      const next = await this.#next(user, [], { name: 'credentials', values });
      if (next !== undefined && next.name !== 'preferences') {
        throw new XmppError('bad-request', 'This registration takes several steps: please use the command "register".');
      }
      // Who is not asked gets what the form suggests, not nothing.
      user.preferences ??= defaultPreferences(gateway.preferences);
      await this.#complete(user);
    });
  }

  /** Forgets an unfinished registration. */
  async cancel(from: JID): Promise<void> {
    this.qrCodes.forget(from);
    await this.#gateway.store.users.deleteRegistration(from.bare);
  }

  /** Removes a user: session, roster items, subscriptions, everything that is stored. */
  unregister(user: User): Promise<void> {
    return this.#lanes.run(user.jid.bare, () => this.#unregister(user));
  }

  /** Runs tasks of one person one after the other, if that person may use the gateway. */
  #inTurn<T>(jid: JID, task: () => Promise<T>): Promise<T> {
    return this.#lanes.run(jid.bare, async () => {
      if (!this.#gateway.isAllowed(jid)) throw new XmppError('not-allowed', 'You may not use this gateway.');
      return task();
    });
  }

  #fresh(jid: JID): PendingUser {
    const known = this.#gateway.sessions.get(jid.bare)?.user;
    return { jid, legacyModuleData: known?.legacyModuleData ?? {}, preferences: known?.preferences };
  }

  /** What somebody has been asked so far. */
  async #path(jid: JID): Promise<readonly Asked[]> {
    const { clock, config, store } = this.#gateway;
    const since = clock.now() - config.partialRegistrationTimeout * 1000;
    return (await store.users.registration(jid.bare, since)) as readonly Asked[];
  }

  /** Asks the plugin what comes after `path`, and stores it. */
  async #next(
    user: PendingUser,
    path: readonly Asked[],
    answered: Parameters<BaseGateway['nextRegistrationStep']>[1],
  ): Promise<RegistrationStep | undefined> {
    const gateway = this.#gateway;
    // Passwords and codes can be guessed, and networks lock accounts.
    if (answered !== undefined) gateway.guard.allowance.count(user.jid.bare, 'registrations');
    let step: RegistrationStep | undefined;
    try {
      step = await gateway.nextRegistrationStep(user, answered);
    } catch (error) {
      if (error instanceof StanzaError) throw error;
      const fields = [...gateway.registrationFields, ...path.flatMap((asked) => asked.step.fields)];
      hideIn(error, secretTexts({ ...user.legacyModuleData, ...answered?.values }, fields));
      gateway.exception(error);
      throw new XmppError('internal-server-error', 'The registration failed.', { type: 'wait' });
    }
    if (step === undefined) return undefined;
    const asked = [...path, { step, data: user.legacyModuleData }];
    await gateway.store.users.saveRegistration(user.jid.bare, asked, gateway.clock.now());
    return step;
  }

  async #complete({ jid, legacyModuleData, preferences }: PendingUser): Promise<void> {
    const gateway = this.#gateway;
    const user = await gateway.store.users.save({
      jid,
      legacyModuleData,
      preferences: preferences ?? defaultPreferences(gateway.preferences),
      registrationDate: gateway.sessions.get(jid.bare)?.user.registrationDate ?? new Date(gateway.clock.now()),
    });
    await gateway.store.users.deleteRegistration(jid.bare);
    await gateway.workers?.take(user.id);
    const known = gateway.sessions.get(jid.bare);
    if (known !== undefined) {
      await gateway.sessions.logout(known);
      gateway.sessions.remove(known);
    }
    const session = gateway.sessions.add(user);
    gateway.log.info({ user: jid.bare }, known === undefined ? 'registered' : 'changed the registration');
    if (known === undefined) {
      for (const admin of gateway.config.admins) gateway.sendText(`${jid.bare} has registered.`, { to: admin });
    }
    // COMPAT(Converse.js 14): it breaks when somebody without a localpart who has written to it is put into the roster.
    const greet = () => session.sendGatewayMessage(gateway.welcomeMessage);
    // Logging in may take long: the answer to the registration does not wait for it.
    void gateway.sessions.login(session, known === undefined ? greet : undefined);
  }

  async #unregister(user: User): Promise<void> {
    const gateway = this.#gateway;
    const session = gateway.sessions.get(user.jid.bare);
    if (session === undefined) throw new XmppError('registration-required', 'You are not registered.');
    gateway.sessions.remove(session);
    session.isUnregistered = true;
    await gateway.rosters.removeAll(session);
    for (const directory of [session.contacts, session.bookmarks]) {
      await directory.flush();
      directory.stopSaving();
    }
    await gateway.store.deleteUser(session.userId);
    await gateway.store.users.deleteRegistration(user.jid.bare);
    try {
      await gateway.unregister(user, session);
    } catch (error) {
      gateway.exception(error);
    }
    gateway.log.info({ user: user.jid.bare }, 'unregistered');
  }
}

/** A question, and what was known when it was asked. */
interface Asked {
  readonly step: RegistrationStep;
  readonly data: LegacyModuleData;
}
