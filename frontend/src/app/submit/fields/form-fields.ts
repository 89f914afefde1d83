import type { AbstractControl } from '@angular/forms';
import { type ConfigOption, type FormlyFieldConfig, provideFormlyCore } from '@ngx-formly/core';
import { withFormlyFormField } from '@ngx-formly/material/form-field';
import { withFormlyFieldInput } from '@ngx-formly/material/input';
import { withFormlyFieldSelect } from '@ngx-formly/material/select';
import { withFormlyFieldTextArea } from '@ngx-formly/material/textarea';
import { formatNumber } from '../../ui/number.ts';
import { readJsonText } from '../payload-values.ts';
import { ArrayField } from './array-field.ts';
import { BooleanField } from './boolean-field.ts';
import { FileField } from './file-field.ts';
import { ObjectField } from './object-field.ts';

/** A text area for any JSON: what is no JSON and does not look like it is a string. */
const jsonText: FormlyFieldConfig = {
  props: {
    autosize: true,
    autosizeMinRows: 2,
    autosizeMaxRows: 16,
    attributes: { spellcheck: 'false', class: 'mono' },
  },
  validators: {
    json: {
      expression: ({ value }: AbstractControl<string | null>) => readJsonText(value ?? '').kind !== 'broken',
      message: (_: unknown, { formControl }: FormlyFieldConfig) => brokenJson(String(formControl?.value)),
    },
  },
  expressions: {
    'props.description': (field) => hint(field.formControl?.value as string | null | undefined),
  },
};

const ours: ConfigOption = {
  types: [
    { name: 'object', component: ObjectField },
    { name: 'array', component: ArrayField },
    { name: 'boolean', component: BooleanField },
    { name: 'file', component: FileField },
    { name: 'json', extends: 'textarea', defaultOptions: jsonText },
    { name: 'enum', extends: 'select' },
  ],
  validationMessages: [
    { name: 'required', message: (_, { props }) => $localize`${props?.label ?? $localize`This`} is needed.` },
    { name: 'type', message: $localize`This is not a value of the right kind.` },
    {
      name: 'minLength',
      message: (_, { props }) =>
        props?.minLength === 1
          ? $localize`At least 1 character.`
          : $localize`At least ${shown(props?.minLength)} characters.`,
    },
    {
      name: 'maxLength',
      message: (_, { props }) =>
        props?.maxLength === 1
          ? $localize`At most 1 character.`
          : $localize`At most ${shown(props?.maxLength)} characters.`,
    },
    { name: 'min', message: (_, { props }) => $localize`At least ${shown(props?.min)}.` },
    { name: 'max', message: (_, { props }) => $localize`At most ${shown(props?.max)}.` },
    {
      name: 'exclusiveMinimum',
      message: (_, { props }) => $localize`More than ${shown(props?.['exclusiveMinimum'])}.`,
    },
    {
      name: 'exclusiveMaximum',
      message: (_, { props }) => $localize`Less than ${shown(props?.['exclusiveMaximum'])}.`,
    },
    { name: 'multipleOf', message: (_, { props }) => $localize`A multiple of ${shown(props?.step)}.` },
    {
      name: 'minItems',
      message: (_, { props }) =>
        props?.['minItems'] === 1 ? $localize`At least 1 entry.` : $localize`At least ${props?.['minItems']} entries.`,
    },
    {
      name: 'maxItems',
      message: (_, { props }) =>
        props?.['maxItems'] === 1 ? $localize`At most 1 entry.` : $localize`At most ${props?.['maxItems']} entries.`,
    },
    { name: 'uniqueItems', message: $localize`Every entry only once.` },
    { name: 'pattern', message: $localize`This does not have the form that is expected.` },
    { name: 'enum', message: $localize`Choose one of the values.` },
  ],
};

/** Everything a form drawn from a JSON Schema is made of. */
export const formFields = provideFormlyCore([
  withFormlyFormField(),
  withFormlyFieldInput(),
  withFormlyFieldTextArea(),
  withFormlyFieldSelect(),
  ours,
]);

const shown = (limit: unknown) => (typeof limit === 'number' ? formatNumber(limit) : String(limit));

function brokenJson(text: string): string {
  const read = readJsonText(text);
  return $localize`This begins like JSON but is not: ${read.kind === 'broken' ? read.message : ''}`;
}

function hint(text: string | null | undefined): string {
  if (text === null || text === undefined || text === '')
    return $localize`Text, or any JSON: 42, true, [1, 2], {"a": 1}.`;
  const read = readJsonText(text);
  if (read.kind === 'json') return $localize`Sent as JSON: ${nameOf(read.value)}.`;
  return $localize`Sent as text.`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return $localize`a list`;
  const names: Record<string, string> = {
    object: $localize`an object`,
    string: $localize`a text`,
    number: $localize`a number`,
    boolean: $localize`true or false`,
  };
  return names[typeof value] ?? $localize`a value`;
}
