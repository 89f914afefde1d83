import { Pipe, type PipeTransform } from '@angular/core';
import { shownLocale } from './locale.ts';

// Made once: making one takes longer than a hundred uses.
const numbers = new Intl.NumberFormat(shownLocale());
const shares = new Intl.NumberFormat(shownLocale(), { style: 'percent' });

/** `1,234,567`, or as the language shown writes it. */
export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** `64%` of 0.64. */
export function formatShare(share: number): string {
  return shares.format(share);
}

/** A number in a template, as the language shown writes it. */
@Pipe({ name: 'shownNumber' })
export class ShownNumber implements PipeTransform {
  transform(value: number): string {
    return formatNumber(value);
  }
}
