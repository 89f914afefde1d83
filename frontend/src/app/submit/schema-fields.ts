import type { FormlyFieldConfig } from '@ngx-formly/core';
import { FormlyJsonschema } from '@ngx-formly/core/json-schema';
import { isFreeJson, type Schema } from './payload-values.ts';

const longTextFrom = 200;
/** By the format that JSON Schema names. */
const inputTypes: Readonly<Record<string, string>> = {
  'date-time': 'datetime-local',
  date: 'date',
  time: 'time',
  email: 'email',
  uri: 'url',
};

/**
 * The fields of a form for `{payload}`, drawn from the payload's JSON Schema. The path of a control is then the
 * path of its JSON Pointer in the API's errors (`/payload/csv`).
 */
export function schemaFields(schema: Schema): FormlyFieldConfig[] {
  const whole = { type: 'object', properties: { payload: schema }, required: ['payload'], $defs: schema.$defs };
  // Typed for draft 7; what it reads means the same in 2020-12.
  const draft7 = whole as unknown as Parameters<FormlyJsonschema['toFieldConfig']>[0];
  const map = (field: FormlyFieldConfig, from: unknown) => refine(field, from as Schema);
  return [new FormlyJsonschema().toFieldConfig(draft7, { map })];
}

function refine(field: FormlyFieldConfig, schema: Schema): FormlyFieldConfig {
  const props = {
    ...field.props,
    label: schema.title ?? labelOf(field.key),
    ...(schema.description !== undefined && { description: schema.description }),
  };
  if (isFreeJson(schema)) {
    // Checked as text by the field itself.
    return { key: field.key!, type: 'json', props, ...(field.expressions && { expressions: field.expressions }) };
  }
  if (schema.contentMediaType !== undefined || schema.contentEncoding === 'base64')
    return {
      ...field,
      type: 'file',
      props: { ...props, mediaType: schema.contentMediaType ?? '', isBase64: schema.contentEncoding === 'base64' },
    };
  const inputType = inputTypes[schema.format ?? ''];
  if (field.type === 'string' && inputType !== undefined) return inputField(field, { ...props, type: inputType });
  if (field.type === 'string')
    return { ...field, props, type: (schema.maxLength ?? 0) > longTextFrom ? 'textarea' : 'input' };
  return { ...field, props };
}

/** The browser's own field for a format. It writes some of them otherwise than the pattern says, which the server checks. */
function inputField(field: FormlyFieldConfig, props: NonNullable<FormlyFieldConfig['props']>): FormlyFieldConfig {
  const rest = Object.entries(props).filter(([name]) => name !== 'pattern');
  return { ...field, type: 'input', props: Object.fromEntries(rest) };
}

/** `delayMs` reads "Delay ms". */
function labelOf(key: FormlyFieldConfig['key']): string {
  if (typeof key !== 'string' || key === 'payload') return '';
  const words = key.replaceAll(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1).replaceAll(/[_-]/g, ' ');
}
