/** The way to a registration: one step after the other, each a form. What has been reached is stored. */

import type { FormField, FormValues } from '../command/form.ts';
import type { BaseGateway } from '../gateway.ts';
import type { LegacyModuleData, PendingUser } from '../user.ts';
import { RegistrationType } from './choices.ts';

/** A question on the way. It is stored as JSON. */
export interface RegistrationStep {
  /** By which the answer is told from others. */
  readonly name: string;
  /** The title of the form. */
  readonly title: string;
  readonly instructions?: string;
  /** The questions. */
  readonly fields: readonly FormField[];
}

/** The answer to the last question. */
export interface AnsweredStep {
  /** The name of the step that was answered. */
  readonly name: string;
  /** The answers by field name, checked: what is required is there. */
  readonly values: FormValues;
}

/** Thrown by `validate`: no code is needed this time. */
export class TwoFactorNotRequired extends Error {
  override readonly name = 'TwoFactorNotRequired';
  /** What `validate` would have returned. */
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(data?: Readonly<Record<string, unknown>>) {
    super('no second factor is required');
    this.data = data;
  }
}

/**
 * What comes next: credentials, then by the registration type a code or a QR code, then preferences.
 * `undefined` when everything is known.
 */
export async function nextStep(
  gateway: BaseGateway,
  user: PendingUser,
  answered: AnsweredStep | undefined,
): Promise<RegistrationStep | undefined> {
  if (answered === undefined) return credentialsStep(gateway, user.legacyModuleData);
  switch (answered.name) {
    case 'credentials': {
      const needsMore = await checkCredentials(gateway, user, answered.values);
      if (gateway.registrationType === RegistrationType.TwoFactorCode && needsMore) return codeStep(gateway);
      if (gateway.registrationType === RegistrationType.QrCode) return qrStep(gateway, user);
      return preferencesStep(gateway, user);
    }
    case 'code': {
      const more = await gateway.validateTwoFactorCode(user, String(answered.values.code));
      user.legacyModuleData = { ...user.legacyModuleData, ...more };
      return preferencesStep(gateway, user);
    }
    case 'qr':
      await gateway.registration.qrCodes.confirmed(user.jid);
      return preferencesStep(gateway, user);
    case 'preferences':
      user.preferences = answered.values;
      return undefined;
    default:
      throw new TypeError(`there is no registration step "${answered.name}"`);
  }
}

/** The first question, filled with what is known already; what is private is asked anew. */
export function credentialsStep(gateway: BaseGateway, known: LegacyModuleData): RegistrationStep {
  const fields = gateway.registrationFields.map((field) => {
    const value = known[field.var];
    return typeof value === 'string' && !field.private ? { ...field, value } : field;
  });
  return {
    name: 'credentials',
    title: `Registration with ${gateway.componentName}`,
    instructions: gateway.registrationInstructions,
    fields,
  };
}

/** Returns whether a second factor is needed. */
async function checkCredentials(gateway: BaseGateway, user: PendingUser, values: FormValues): Promise<boolean> {
  await gateway.userPrevalidate(user.jid, values);
  try {
    user.legacyModuleData = { ...((await gateway.validate(user.jid, values)) ?? values) };
    return true;
  } catch (error) {
    if (error instanceof TwoFactorNotRequired) {
      user.legacyModuleData = { ...(error.data ?? values) };
      return false;
    }
    throw error;
  }
}

function codeStep(gateway: BaseGateway): RegistrationStep {
  return {
    name: 'code',
    title: gateway.registration2faTitle,
    instructions: gateway.registration2faInstructions,
    fields: [{ var: 'code', label: 'Code', required: true }],
  };
}

/** The code as a picture in the form, as text, and as a message: not every client shows all of these. */
async function qrStep(gateway: BaseGateway, user: PendingUser): Promise<RegistrationStep> {
  gateway.registration.qrCodes.expect(user.jid);
  const text = await gateway.getQrText(user);
  const url = await gateway.sendQr(text, { to: user.jid });
  gateway.sendText(text, { to: user.jid });
  const fields: FormField[] = [{ var: 'qr_text', type: 'fixed', label: 'Code', value: text }];
  if (url !== undefined) {
    fields.unshift({ var: 'qr_image', type: 'fixed', label: 'QR code', imageUrl: url });
    fields.push({ var: 'qr_url', type: 'fixed', label: 'Link to the QR code', value: url });
  }
  return { name: 'qr', title: 'QR code', instructions: gateway.registrationQrInstructions, fields };
}

function preferencesStep(gateway: BaseGateway, user: PendingUser): RegistrationStep | undefined {
  if (gateway.offeredPreferences.length === 0) return undefined;
  return {
    name: 'preferences',
    title: 'Preferences',
    instructions: 'What do you prefer? You can change it later.',
    fields: withValues(gateway.offeredPreferences, user.preferences ?? {}),
  };
}

/** The fields with what has been chosen before. */
export function withValues(fields: readonly FormField[], values: Readonly<Record<string, unknown>>): FormField[] {
  return fields.map((field) => {
    const value = values[field.var];
    return isFieldValue(value) ? { ...field, value } : field;
  });
}

function isFieldValue(value: unknown): value is NonNullable<FormField['value']> {
  return typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value);
}

/** What somebody prefers who was not asked: what is filled in already. */
export function defaultPreferences(fields: readonly FormField[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => [field.var, field.value ?? (field.type === 'boolean' ? false : undefined)]),
  );
}
