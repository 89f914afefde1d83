import type { ElementRef } from '@angular/core';
import { afterRenderEffect, ChangeDetectionStrategy, Component, computed, inject, input, viewChild } from '@angular/core'; // prettier-ignore
import type { TaskLogs as Logs } from '../../../../contracts/task-log.ts';
import type { Task } from '../../../../contracts/task.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { exactTime } from '../ui/duration.ts';
import { shownLocale } from '../ui/locale.ts';
import { ProblemNote } from '../ui/problem-note.ts';

/** How often a running task is asked for new lines, which are told by no event. */
const everyMs = 1_000;
/** Whoever has scrolled up further than this wants to read there. */
const bottomPx = 24;

const clock = new Intl.DateTimeFormat(shownLocale(), { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' }); // prettier-ignore

/** What the handler logged, attempt by attempt; grows while it runs. */
@Component({
  selector: 'app-task-logs',
  imports: [CopyButton, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './task-logs.html',
  styleUrl: './task-logs.scss',
})
export class TaskLogs {
  readonly task = input.required<Task>();
  readonly #api = inject(Tasks).client.api;
  readonly #id = computed(() => this.task().id);
  readonly #isRunning = computed(() => this.task().state === 'running');
  private readonly box = viewChild<ElementRef<HTMLElement>>('box');
  #isAtBottom = true;

  protected readonly logs = liveQuery({
    params: this.#id,
    load: (id) => this.#more(id),
    on: ({ taskId }) => taskId === this.#id(),
    everyMs: () => (this.#isRunning() ? everyMs : undefined),
  });
  protected readonly lines = computed(() => this.logs.value()?.lines ?? []);
  protected readonly isOver = computed(() => this.task().finishedAt !== undefined);
  protected readonly clockTime = (iso: string) => clock.format(new Date(iso));
  protected readonly exactTime = exactTime;
  protected readonly text = () =>
    this.lines().map(({ at, attempt, text }) => `${at} [${attempt}] ${text}`).join('\n'); // prettier-ignore

  constructor() {
    afterRenderEffect(() => {
      this.lines();
      const box = this.box()?.nativeElement;
      if (box && this.#isAtBottom) box.scrollTop = box.scrollHeight;
    });
  }

  protected noteScroll(box: HTMLElement): void {
    this.#isAtBottom = box.scrollHeight - box.scrollTop - box.clientHeight <= bottomPx;
  }

  /** Asks only for lines that are not known yet. */
  async #more(id: string): Promise<Logs> {
    const known = this.logs.value()?.taskId === id ? this.lines() : [];
    const { lines, dropped } = await this.#api.getLogs(id, known.at(-1)?.number ?? 0);
    const kept = known.filter(({ number }) => number > dropped && number < (lines[0]?.number ?? Infinity));
    return { taskId: id, dropped, lines: lines.length === 0 && kept.length === known.length ? known : [...kept, ...lines] }; // prettier-ignore
  }
}
