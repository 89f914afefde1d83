import { type AbstractControl, FormArray, FormGroup } from '@angular/forms';
import type { InputError } from '../../../../contracts/problem.ts';
import { tagAt, tagsIn } from './tags.ts';

/**
 * Puts the API's faults at their controls, by JSON Pointer (RFC 6901). An error goes away with the next change.
 * @returns the faults that have no control of their own
 */
export function placeErrors(form: AbstractControl, errors: readonly InputError[]): InputError[] {
  const faults = new Map<AbstractControl, Set<string>>();
  const rest = errors.filter(({ pointer, detail }) => {
    const control = controlAt(form, pointer);
    if (control === undefined) return true;
    faults.set(control, (faults.get(control) ?? new Set()).add(withTag(control, pointer, detail)));
    return false;
  });
  for (const [control, details] of faults) {
    control.setErrors({ server: { message: [...details].join(' ') } });
    control.markAsTouched();
  }
  return rest;
}

/** Many tags share one control: which of them is meant is said by its text. */
function withTag(control: AbstractControl, pointer: string, detail: string): string {
  const tag = tagAt(pointer, typeof control.value === 'string' ? tagsIn(control.value) : []);
  return tag === undefined ? detail : $localize`“${tag}:tag:”: ${detail}:fault:`;
}

/** The control the pointer leads to, or the last one before it leads into what the form does not draw. */
function controlAt(form: AbstractControl, pointer: string): AbstractControl | undefined {
  let control = form;
  for (const step of pointer.split('/').slice(1)) {
    const next = control.get([step.replaceAll('~1', '/').replaceAll('~0', '~')]);
    if (next === null) break;
    control = next;
  }
  return control instanceof FormGroup || control instanceof FormArray ? undefined : control;
}

/** Names of the errors of every control in the form. */
export function faultsIn(control: AbstractControl): string[] {
  const children = control instanceof FormGroup || control instanceof FormArray ? Object.values(control.controls) : [];
  return [...Object.keys(control.errors ?? {}), ...children.flatMap((child: AbstractControl) => faultsIn(child))];
}
