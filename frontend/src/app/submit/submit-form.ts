import { DOCUMENT } from '@angular/common';
import {
  ChangeDetectionStrategy,
  ChangeDetectorRef,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  input,
  type OnInit,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { FormGroup, ReactiveFormsModule } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { FormlyForm, type FormlyFieldConfig } from '@ngx-formly/core';
import type { InputError } from '../../../../contracts/problem.ts';
import type { SubmitTask } from '../../../../contracts/submit.ts';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import { ApiError } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { Icon } from '../ui/icon.ts';
import { keyWord } from '../ui/keys.ts';
import { formatShare } from '../ui/number.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { asCurl, asTypeScript } from './as-code.ts';
import { Drafts, newIdempotencyKey } from './drafts.ts';
import { formFields } from './fields/form-fields.ts';
import { optionsForm, optionsOf } from './options-form.ts';
import { type Schema, toFormValue, toPayload } from './payload-values.ts';
import { schemaFields } from './schema-fields.ts';
import { faultsIn, placeErrors } from './server-errors.ts';
import { Submissions } from './submissions.ts';
import { TaskOptions } from './task-options.ts';

/** Within this time after a task was taken, submitting again is the same press, not a wish for a second task. */
const samePressMs = 1500;

interface Failure {
  readonly heading: string;
  readonly detail: string;
  readonly rest: readonly InputError[];
}

/** The form of one task type, drawn from its JSON Schema. */
@Component({
  selector: 'app-submit-form',
  imports: [CopyButton, FormlyForm, Icon, MatButton, ProblemNote, ReactiveFormsModule, TaskOptions],
  providers: [formFields],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './submit-form.html',
  styleUrl: './submit-form.scss',
  host: { '(keydown.control.enter)': 'submit()', '(keydown.meta.enter)': 'submit()' },
})
export class SubmitForm implements OnInit {
  readonly type = input.required<TaskTypeInfo>();
  readonly #client = inject(Tasks).client;
  readonly #drafts = inject(Drafts);
  readonly #submissions = inject(Submissions);
  readonly #page = inject(DOCUMENT);
  readonly #destroyed = inject(DestroyRef);
  readonly #view = inject(ChangeDetectorRef);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);

  protected readonly formatShare = formatShare;
  protected readonly keyWord = keyWord;
  protected readonly form = new FormGroup({});
  protected readonly options = optionsForm();
  protected fields: FormlyFieldConfig[] = [];
  protected model: { payload?: unknown } = {};
  protected readonly phase = signal<'filling' | 'sending' | 'sent' | 'again'>('filling');
  /** Share of a large payload that has been uploaded. */
  protected readonly uploaded = signal<number | undefined>(undefined);
  protected readonly failure = signal<Failure | undefined>(undefined);
  readonly #schema = computed(() => this.type().schema as Schema);
  private readonly folded = viewChild.required<ElementRef<HTMLDetailsElement>>('more');
  #key = newIdempotencyKey();
  protected readonly curl = () => asCurl(this.#page.location.origin, this.#body());
  protected readonly typeScript = () => asTypeScript(this.#page.location.origin, this.#body());

  ngOnInit(): void {
    const draft = this.#drafts.read(this.type().name);
    if (draft !== undefined) {
      this.#key = draft.key;
      this.model = { ...draft.model };
      this.options.patchValue(draft.options);
    }
    this.fields = schemaFields(this.#schema());
    this.options.valueChanges.pipe(takeUntilDestroyed(this.#destroyed)).subscribe(() => this.remember());
  }

  /** Called with every change a person makes: another form is another task. */
  protected remember(): void {
    this.#key = newIdempotencyKey();
    this.phase.set('filling');
    this.failure.set(undefined);
    this.#keepDraft();
  }

  protected fillExample(): void {
    this.model = { payload: toFormValue(this.#schema(), this.type().example) };
    this.remember();
  }

  protected async submit(): Promise<void> {
    if (this.phase() === 'sending' || this.phase() === 'sent') return;
    if (!this.#isComplete()) return;
    if (this.phase() === 'again') this.#key = newIdempotencyKey();
    this.phase.set('sending');
    this.failure.set(undefined);
    this.#keepDraft();
    const clickedAt = Date.now();
    try {
      const onProgress = (sent: number, total: number) => this.uploaded.set(sent / total);
      const task = await this.#client.submit(this.#body(), this.#key, { onProgress });
      this.#submissions.add(task.id, clickedAt, Date.now());
      this.phase.set('sent');
      setTimeout(() => this.phase.update((phase) => (phase === 'sent' ? 'again' : phase)), samePressMs);
    } catch (error) {
      this.phase.set('filling');
      this.#show(error);
    } finally {
      this.uploaded.set(undefined);
    }
  }

  #body(): SubmitTask {
    return {
      type: this.type().name,
      payload: toPayload(this.#schema(), this.model.payload),
      ...optionsOf(this.options),
    };
  }

  #isComplete(): boolean {
    const groups = [this.form, this.options];
    for (const group of groups) group.markAllAsTouched();
    this.#redraw();
    // What the server said last time is for the server to say again.
    if (groups.every((group) => faultsIn(group).every((name) => name === 'server'))) return true;
    this.#focusFirstFault();
    return false;
  }

  #show(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    const atPayload = placeErrors(this.form, error.errors);
    const rest = placeErrors(this.options, atPayload);
    if (rest.length < atPayload.length) this.folded().nativeElement.open = true;
    const isAllPlaced = error.errors.length > 0 && rest.length === 0;
    if (!isAllPlaced) this.failure.set({ heading: $localize`The task was not taken`, detail: error.message, rest });
    this.#redraw();
    this.#focusFirstFault();
  }

  /** Formly's fields look at their controls only when told to. */
  #redraw(): void {
    for (const field of this.fields) field.options?.detectChanges?.(field);
    this.#view.markForCheck();
  }

  /** Material does not call an empty required field invalid, but shows it so. */
  #focusFirstFault(): void {
    const faulty = '[aria-invalid="true"], .mat-form-field-invalid :is(input, textarea, [role="combobox"])';
    setTimeout(() => this.#element.nativeElement.querySelector<HTMLElement>(faulty)?.focus());
  }

  #keepDraft(): void {
    this.#drafts.write(this.type().name, { model: this.model, options: this.options.getRawValue(), key: this.#key });
  }
}
