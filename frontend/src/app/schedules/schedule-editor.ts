import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  inject,
  input,
  linkedSignal,
  type OnInit,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { ReactiveFormsModule } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { debounceTime, startWith } from 'rxjs';
import type { InputError } from '../../../../contracts/problem.ts';
import type { Schedule } from '../../../../contracts/schedule.ts';
import { ApiError } from '../../../../client/index.ts';
import { liveQuery } from '../live/live-query.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { newIdempotencyKey } from '../submit/drafts.ts';
import { faultsIn, placeErrors } from '../submit/server-errors.ts';
import { TypePicker } from '../submit/type-picker.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { nothingSeen } from '../ui/seen-text.ts';
import { CronWords } from './cron-words.ts';
import { missedRunsLook, missedRunsLooks } from './missed-runs.ts';
import { PayloadForm } from './payload-form.ts';
import { RunTimes } from './run-times.ts';
import { cronChoices, scheduleForm, type ScheduleForm, toSaveSchedule } from './schedule-form.ts';

/** Typing rests so long before the times are asked for. Milliseconds. */
const typingMs = 250;

/** The form of a schedule, with its next times as they are typed. */
@Component({
  selector: 'app-schedule-editor',
  imports: [CronWords, MatButton, PayloadForm, ProblemNote, ReactiveFormsModule, RouterLink, RunTimes, TypePicker],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedule-editor.html',
  styleUrl: './schedule-editor.scss',
  host: { '(keydown.control.enter)': 'save()', '(keydown.meta.enter)': 'save()' },
})
export class ScheduleEditor implements OnInit {
  /** The one that is changed; undefined for a new one. */
  readonly schedule = input.required<Schedule | undefined>();
  protected readonly taskTypes = inject(TaskTypes);
  readonly #client = inject(Tasks).client;
  readonly #router = inject(Router);
  readonly #destroyed = inject(DestroyRef);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly payloadForm = viewChild(PayloadForm);

  protected form: ScheduleForm = scheduleForm();
  protected readonly missedRunsLooks = missedRunsLooks;
  protected readonly cronChoices = cronChoices;
  protected readonly zones = Intl.supportedValuesOf('timeZone');
  protected readonly busy = signal(false);
  protected readonly failure = signal<{ readonly detail: string; readonly rest: readonly InputError[] } | undefined>(
    undefined,
  );
  /** Moves with every change, as forms are no signals. */
  protected readonly changes = signal(0);
  readonly #key = linkedSignal({ source: this.changes, computation: () => newIdempotencyKey() });

  protected readonly times = signal({ cron: '', timeZone: 'UTC' });
  protected readonly preview = liveQuery({
    params: this.times,
    // With the zone that it is in: the one in the form may be none.
    load: async (times) => {
      const { upcoming } = times.cron === '' ? { upcoming: [] } : await this.#client.schedules.preview(times);
      return { upcoming, timeZone: times.timeZone };
    },
    keeps: true,
  });
  protected readonly types = computed(() => {
    const state = this.taskTypes.state();
    return state.kind === 'ready' ? state.types : [];
  });
  /** Name of the type: the schedule's, else the first. */
  protected readonly chosen = linkedSignal(() => this.schedule()?.type ?? this.types()[0]?.name ?? '');
  protected readonly type = computed(() => this.types().filter(({ name }) => name === this.chosen()));
  protected readonly payload = computed(() => {
    const before = this.schedule();
    return before?.type === this.chosen() ? before.payload : this.type()[0]?.example;
  });

  ngOnInit(): void {
    this.form = scheduleForm(this.schedule());
    this.form.valueChanges
      .pipe(startWith(undefined), takeUntilDestroyed(this.#destroyed))
      .subscribe(() => this.changes.update((count) => count + 1));
    this.form.valueChanges
      .pipe(debounceTime(typingMs), startWith(undefined), takeUntilDestroyed(this.#destroyed))
      .subscribe(() => this.#lookAhead());
  }

  /** What is wrong with a field, in words; empty when nothing is, or nobody has been there yet. */
  protected fault(name: keyof ScheduleForm['controls']): string {
    this.changes();
    const fromPreview = this.preview.problem()?.errors.find(({ pointer }) => pointer === `/${name}`);
    if (fromPreview !== undefined) return fromPreview.detail;
    const control = this.form.controls[name];
    if (!control.touched || control.errors === null) return '';
    if (control.errors['server']) return (control.errors['server'] as { message: string }).message;
    if (control.errors['required']) return $localize`This is needed.`;
    if (control.errors['unseen']) return nothingSeen;
    if (control.errors['maxlength']) return $localize`At most 100 characters.`;
    return $localize`From 1 to 50.`;
  }

  protected missed(): string {
    this.changes();
    return missedRunsLook(this.form.controls.missedRuns.value).about;
  }

  protected choose(cron: string): void {
    if (cron !== '') this.form.controls.cron.setValue(cron);
  }

  protected async save(): Promise<void> {
    if (this.busy() || !this.#isComplete()) return;
    this.busy.set(true);
    this.failure.set(undefined);
    const before = this.schedule();
    const task = { type: this.chosen(), payload: this.payloadForm()?.value() };
    const body = toSaveSchedule(this.form, task, before);
    try {
      const { schedules } = this.#client;
      const saved = await (before === undefined
        ? schedules.create(body, this.#key())
        : schedules.update(before.id, body));
      await this.#router.navigate(['/schedules', saved.id]);
    } catch (error) {
      this.#show(error);
    } finally {
      this.busy.set(false);
    }
  }

  #lookAhead(): void {
    const { cron, timeZone } = this.form.getRawValue();
    const shown = this.times();
    if (cron.trim() !== shown.cron || timeZone !== shown.timeZone) this.times.set({ cron: cron.trim(), timeZone });
  }

  #isComplete(): boolean {
    const payload = this.payloadForm();
    const groups = [this.form, ...(payload ? [payload.form] : [])];
    for (const group of groups) group.markAllAsTouched();
    payload?.redraw();
    this.changes.update((count) => count + 1);
    // What the server said last time is for the server to say again.
    const isFine = groups.every((group) => faultsIn(group).every((name) => name === 'server'));
    if (!isFine) this.#focusFirstFault();
    return isFine;
  }

  #show(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    const payload = this.payloadForm();
    const rest = placeErrors(this.form, payload ? placeErrors(payload.form, error.errors) : error.errors);
    const isAllPlaced = error.errors.length > 0 && rest.length === 0;
    if (!isAllPlaced) this.failure.set({ detail: error.message, rest });
    payload?.redraw();
    this.changes.update((count) => count + 1);
    this.#focusFirstFault();
  }

  #focusFirstFault(): void {
    const faulty = '[aria-invalid="true"], .mat-form-field-invalid :is(input, textarea, [role="combobox"])';
    setTimeout(() => this.#element.nativeElement.querySelector<HTMLElement>(faulty)?.focus());
  }
}
