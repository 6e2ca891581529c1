/** What a plugin chooses about registrations, and what users choose then. */

import type { FormField } from '../command/form.ts';

/** How users register. */
export const RegistrationType = {
  /** One form: also by in-band registration (XEP-0077). */
  SingleStepForm: 'single-step-form',
  /** A form, then a QR code to be scanned with the network's own app. */
  QrCode: 'qr-code',
  /** A form, then a code that the network has sent. */
  TwoFactorCode: 'two-factor-code',
} as const;
export type RegistrationType = (typeof RegistrationType)[keyof typeof RegistrationType];

/** What every user can choose: whether the network hears of their presence, and sees their picture. */
export const DEFAULT_PREFERENCES: readonly FormField[] = [
  { var: 'syncPresence', label: 'Let the network know when I am online', type: 'boolean', value: true },
  { var: 'syncAvatar', label: 'Let the network have my picture', type: 'boolean', value: true },
];
