import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { newIdempotencyKey } from './drafts.ts';
import { ManySubmission } from './many-submission.ts';
import { readRows, type Row } from './read-rows.ts';

const previewed = 8;
const faultsShown = 20;
const mostTags = 10;

/** Many tasks of one type from a file: what each row becomes is shown before anything is sent. */
@Component({
  selector: 'app-submit-many',
  imports: [Icon, MatButton, ProblemNote, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './submit-many.html',
  styleUrl: './submit-many.scss',
})
export class SubmitMany {
  readonly type = input.required<TaskTypeInfo>();
  readonly #api = inject(Tasks).client.api;
  readonly #typeName = computed(() => this.type().name);
  protected readonly file = linkedSignal<string, { readonly name: string; readonly text: string } | undefined>({
    source: this.#typeName,
    computation: () => undefined,
  });
  protected readonly isOver = signal(false);
  protected readonly tag = signal(`import-${new Date().toISOString().slice(0, 16).replaceAll(/[-:T]/g, '')}`);
  readonly #read = computed(() => {
    const file = this.file();
    if (file === undefined) return undefined;
    try {
      return readRows(file.text, this.type());
    } catch (error) {
      return (error as Error).message;
    }
  });
  protected readonly fault = computed(() => {
    const read = this.#read();
    return typeof read === 'string' ? read : undefined;
  });
  protected readonly rows = computed((): readonly Row[] => {
    const read = this.#read();
    return typeof read === 'object' ? read.rows : [];
  });
  protected readonly unused = computed(() => {
    const read = this.#read();
    return typeof read === 'object' ? read.unused.join(', ') : '';
  });
  protected readonly sound = computed(() => this.rows().filter(({ faults }) => faults.length === 0));
  protected readonly faulty = computed(() => this.rows().filter(({ faults }) => faults.length > 0));
  protected readonly faultyShown = computed(() => this.faulty().slice(0, faultsShown));
  protected readonly preview = computed(() => this.sound().slice(0, previewed).map((row) => ({ number: row.number, json: short(row) }))); // prettier-ignore
  protected readonly sending = linkedSignal<unknown, ManySubmission | undefined>({
    source: this.file,
    computation: () => undefined,
  });
  protected readonly fields = computed(() => {
    const { properties = {} } = this.type().schema as { readonly properties?: object };
    return Object.keys(properties).join(', ');
  });
  protected readonly example = computed(() => JSON.stringify(this.type().example));

  protected async take(file: File | undefined): Promise<void> {
    if (file !== undefined) this.file.set({ name: file.name, text: await file.text() });
  }

  protected drop(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(false);
    void this.take(event.dataTransfer?.files[0]);
  }

  protected paste(text: string): void {
    if (text.trim() !== '') this.file.set({ name: $localize`Pasted text`, text });
  }

  protected send(): void {
    const tag = this.tag().trim();
    const rows = this.sound().map((row) => ({ ...row, body: { ...row.body, tags: withTag(row.body.tags, tag) } }));
    const sending = this.sending() ?? new ManySubmission(this.#api, rows, newIdempotencyKey());
    this.sending.set(sending);
    void sending.send();
  }
}

function withTag(tags: readonly string[] = [], tag: string): string[] {
  return tag === '' || tags.includes(tag) || tags.length >= mostTags ? [...tags] : [...tags, tag];
}

function short({ body }: Row): string {
  const text = JSON.stringify({ ...body, type: undefined });
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
