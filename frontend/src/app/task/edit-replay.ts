import { ChangeDetectionStrategy, Component, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { JsonPatch } from '../../../../contracts/replay.ts';
import { PayloadEdit } from '../dead-letters/payload-edit.ts';

/** Edits the payload of a dead letter, shows what that changes, and replays it so. The original is kept. */
@Component({
  selector: 'app-edit-replay',
  imports: [MatButton, PayloadEdit],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card' },
  template: `
    <app-payload-edit
      [taskId]="taskId()"
      [label]="label"
      [about]="about"
      (patched)="patch.set($event)"
      (readable)="isReadable.set($event)"
    />
    <button
      matButton="filled"
      type="button"
      [disabled]="!patch() || !isReadable() || isBusy()"
      (click)="replayed.emit(patch()!)"
      i18n
    >
      Replay with these changes
    </button>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 12px;
      justify-items: end;
      padding: 16px;
    }
    app-payload-edit {
      width: 100%;
    }
  `,
})
export class EditReplay {
  readonly taskId = input.required<string>();
  readonly isBusy = input(false);
  readonly replayed = output<JsonPatch>();
  protected readonly label = $localize`Its payload`;
  protected readonly about = $localize`What is changed, as a JSON Patch. The payload as it was submitted is kept.`;
  protected readonly patch = signal<JsonPatch | undefined>(undefined);
  protected readonly isReadable = signal(true);
}
