import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/** So many hues that can be told apart. */
const hues = 12;

/** The first letters of a name, on a colour of its own. The name stands beside it, or is told by whoever shows it. */
@Component({
  selector: 'app-avatar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true', '[style.--hue]': 'hue()', '[style.--size.px]': 'size()' },
  template: `{{ initials() }}`,
  styles: `
    :host {
      display: inline-grid;
      flex: none;
      width: var(--size, 32px);
      height: var(--size, 32px);
      place-items: center;
      border-radius: 50%;
      background: light-dark(hsl(var(--hue) 48% 88%), hsl(var(--hue) 28% 26%));
      color: light-dark(hsl(var(--hue) 60% 24%), hsl(var(--hue) 70% 86%));
      font-size: calc(var(--size, 32px) * 0.38);
      font-weight: 650;
      letter-spacing: 0;
      line-height: 1;
      user-select: none;
    }
  `,
})
export class Avatar {
  readonly person = input.required<{ readonly id: string; readonly name: string }>();
  /** Pixels. */
  readonly size = input(32);
  protected readonly initials = computed(() => initialsOf(this.person().name));
  protected readonly hue = computed(() => (hash(this.person().id) % hues) * (360 / hues));
}

function initialsOf(name: string): string {
  const words = name.split('@')[0]!.match(/[\p{L}\p{N}]+/gu) ?? ['?'];
  const letters = words.length > 1 ? [words[0], words.at(-1)!].map((word) => [...word][0]!) : [...words[0]].slice(0, 2);
  return letters.join('').toUpperCase();
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) >>> 0, 7);
}
