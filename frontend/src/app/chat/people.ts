import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ChatPerson } from '../../../../contracts/chat.ts';
import { isolated } from '../ui/isolated.ts';
import { Avatar } from './avatar.ts';

/** Who is somewhere now: a few faces, the number of the others, and all names on hover and for who listens. */
@Component({
  selector: 'app-people',
  imports: [Avatar],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[title]': 'names()' },
  template: `
    @for (person of shown(); track person.id) {
      <app-avatar [person]="person" [size]="size()" />
    }
    @if (more() > 0) {
      <span class="more" aria-hidden="true">+{{ more() }}</span>
    }
    <span class="visually-hidden" i18n>Here now: {{ names() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 3px;
    }
    .more {
      margin-left: 4px;
      color: var(--text-muted);
      font-size: 12px;
      font-weight: 600;
    }
  `,
})
export class People {
  readonly people = input.required<readonly ChatPerson[]>();
  readonly most = input(4);
  /** Pixels. */
  readonly size = input(24);
  protected readonly shown = computed(() => this.people().slice(0, this.most()));
  protected readonly more = computed(() => this.people().length - this.shown().length);
  protected readonly names = computed(() => this.people().map(({ name, isYou }) => (isYou ? $localize`you` : isolated(name))).join(', ')); // prettier-ignore
}
