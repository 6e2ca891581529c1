/**
 * Service discovery extensions: forms that say more about an entity.
 * XEP-0128 v1.0.1 <https://xmpp.org/extensions/xep-0128.html>
 */

import { formTypeOf } from './0004-data-forms.ts';
import type { Info } from './0030-disco.ts';
import type { Shape } from './0068-form-types.ts';

export const features: readonly string[] = [];

/** What an entity says in the form of this type; `undefined` when it has no such form. @throws MalformedError. */
export function extension<T>(info: Info, shape: Shape<T>): T | undefined {
  for (const form of info.forms) {
    const value = shape.read(form, '/query/x');
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The information with more in the form of this type: what `value` says takes the place of what was said of it before. */
export function extended<T>(info: Info, shape: Shape<T>, value: Partial<T>): Info {
  const written = shape.write('result', value);
  const given = info.forms.find((form) => formTypeOf(form) === shape.formType);
  if (given === undefined) return { ...info, forms: [...info.forms, written] };
  const others = given.fields.filter((field) => !written.fields.some((each) => each.var === field.var));
  const [formType, ...fields] = written.fields;
  const merged = { ...given, fields: [...(formType === undefined ? [] : [formType]), ...others, ...fields] };
  return { ...info, forms: info.forms.map((form) => (form === given ? merged : form)) };
}
