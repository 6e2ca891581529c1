/** Whether this is a telephone number as networks want it: `+` and digits, no spaces. */
export function isPhoneNumber(text: string): boolean {
  return /^\+\d{1,15}$/.test(text);
}
