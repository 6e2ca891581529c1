/** Forms that a gateway shows its users, in data forms (XEP-0004) or in a chat. */

import { type Element, JID } from '../../stanza/index.ts';
import { type Form as DataForm, type Field, type FieldType, makeField, makeForm } from '../../xep/0004-data-forms.ts';
import { media } from '../../xep/0221-media.ts';
import { XmppError } from '../errors.ts';
import type { TableResult } from './command.ts';

/** A question of a form. */
export interface FormField {
  /** The name under which the answer is found. */
  readonly var: string;
  /** What people see; the name when there is none. */
  readonly label?: string;
  /** Whether an answer is needed. Default false. */
  readonly required?: boolean;
  /** Whether the answer must not be shown, as a password; makes the type `text-private`. Default false. */
  readonly private?: boolean;
  /** Default `text-single`. */
  readonly type?: FieldType;
  /** What is filled in already. */
  readonly value?: string | readonly string[] | boolean;
  /** The choices of a `list-single` or `list-multi` field. */
  readonly options?: readonly { readonly label?: string; readonly value: string }[];
  /** An image to show with the question. */
  readonly imageUrl?: string;
}

/** Answers by the name of the field; several for `-multi` fields, `true` or `false` for boolean ones. */
export type FormValues = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

/** The data form that asks these questions. */
export function dataForm(form: {
  title?: string;
  instructions?: string;
  fields: readonly FormField[];
  formType?: string;
}): DataForm {
  const fields = form.fields.map((field) =>
    makeField({
      var: field.var,
      type: typeOf(field),
      label: field.label ?? field.var,
      required: field.required ?? false,
      values: valuesOf(field.value),
      options: field.options ?? [],
      extensions: field.imageUrl === undefined ? [] : [image(field.imageUrl)],
    }),
  );
  return makeForm({
    type: 'form',
    ...(form.title && { title: form.title }),
    instructions: form.instructions ? form.instructions.split('\n') : [],
    fields: [...formTypeField(form.formType), ...fields],
  });
}

/** The data form that shows a table. */
export function tableForm({ description, fields, items }: TableResult, formType?: string): DataForm {
  const columns = fields.map((field) =>
    makeField({ var: field.var, label: field.label ?? field.var, type: columnType(field) }),
  );
  const rows = items.map((item) => ({
    fields: fields.map((field) => makeField({ var: field.var, values: [item[field.var] ?? ''] })),
  }));
  return makeForm({
    type: 'result',
    title: description,
    fields: formTypeField(formType),
    reported: { fields: columns },
    items: rows,
  });
}

/** A column that is called `jid` holds addresses. */
export function columnType({ var: name, type }: FormField): FieldType {
  return type ?? (name === 'jid' ? 'jid-single' : 'text-single');
}

function formTypeField(formType: string | undefined): Field[] {
  return formType === undefined ? [] : [makeField({ var: 'FORM_TYPE', type: 'hidden', values: [formType] })];
}

/** XEP-0221. */
function image(url: string): Element {
  return media.build({ uris: [{ type: 'image/png', uri: url }] });
}

/**
 * The answers to these questions, checked and typed.
 * @param given the raw answers by field name.
 * @throws XmppError `not-acceptable` naming the field and what is wrong with the answer.
 */
export function readAnswers(fields: readonly FormField[], given: (name: string) => readonly string[]): FormValues {
  const values: Record<string, string | readonly string[] | boolean | undefined> = {};
  for (const field of fields) {
    if (field.type !== 'fixed') values[field.var] = readAnswer(field, given(field.var));
  }
  return values;
}

function readAnswer(field: FormField, answers: readonly string[]): string | readonly string[] | boolean | undefined {
  const label = field.label ?? field.var;
  const type = typeOf(field);
  const filled = answers.map((answer) => (type === 'text-private' ? answer : answer.trim())).filter((a) => a !== '');
  if (filled.length === 0) {
    if (field.required) throw new XmppError('not-acceptable', `${label}: an answer is needed.`);
    if (type === 'boolean') return false;
    return type.endsWith('-multi') ? [] : undefined;
  }
  if (type === 'boolean') {
    const answer = (filled[0] as string).toLowerCase();
    if (answer === '1' || answer === 'true') return true;
    if (answer === '0' || answer === 'false') return false;
    throw new XmppError('not-acceptable', `${label}: neither yes nor no.`);
  }
  const checked = filled.map((answer) => checkAnswer(field, type, label, answer));
  if (type.endsWith('-multi')) return checked;
  if (checked.length > 1) throw new XmppError('not-acceptable', `${label}: only one answer is possible.`);
  return checked[0];
}

function checkAnswer(field: FormField, type: FieldType, label: string, answer: string): string {
  if (type.startsWith('jid-')) {
    const jid = JID.tryParse(answer);
    if (jid === undefined) throw new XmppError('not-acceptable', `${label}: not an XMPP address.`);
    return jid.full;
  }
  if (type.startsWith('list-') && !field.options?.some((option) => option.value === answer)) {
    throw new XmppError('not-acceptable', `${label}: not one of the choices.`);
  }
  return answer;
}

export function typeOf(field: FormField): FieldType {
  return field.private ? 'text-private' : (field.type ?? 'text-single');
}

function valuesOf(value: FormField['value']): readonly string[] {
  if (value === undefined || value === '') return [];
  if (typeof value === 'boolean') return [String(value)];
  return typeof value === 'string' ? [value] : value;
}
