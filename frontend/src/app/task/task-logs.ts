import type { ElementRef } from '@angular/core';
import { afterRenderEffect, ChangeDetectionStrategy, Component, computed, inject, input, viewChild } from '@angular/core'; // prettier-ignore
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import type { LogNews, TaskLogs as Logs } from '../../../../contracts/task-log.ts';
import type { Task } from '../../../../contracts/task.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { exactTime } from '../ui/duration.ts';
import { shownLocale } from '../ui/locale.ts';
import { ProblemNote } from '../ui/problem-note.ts';

/** A handler that logs without end has its lines read so often; they are told by push. */
const leastMs = 250;
/** How often a running task is asked for new lines while nothing is pushed. */
const unpushedMs = 1_000;
/** And while it is: finds what a push lost, with none after it to tell. */
const safetyMs = 20_000;
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
  readonly #client = inject(Tasks).client;
  readonly #connection = inject(Tasks).connection;
  readonly #id = computed(() => this.task().id);
  readonly #isRunning = computed(() => this.task().state === 'running');
  private readonly box = viewChild<ElementRef<HTMLElement>>('box');
  #isAtBottom = true;

  protected readonly logs = liveQuery({
    params: this.#id,
    load: (id) => this.#more(id),
    on: ({ taskId, kind }) => taskId === this.#id() && kind !== 'progress',
    everyMs: () => this.#everyMs(),
    leastMs,
  });
  protected readonly lines = computed(() => this.logs.value()?.lines ?? []);
  protected readonly isOver = computed(() => this.task().finishedAt !== undefined);
  protected readonly clockTime = (iso: string) => clock.format(new Date(iso));
  protected readonly exactTime = exactTime;
  protected readonly text = () =>
    this.lines().map(({ at, attempt, text }) => `${at} [${attempt}] ${text}`).join('\n'); // prettier-ignore

  constructor() {
    this.#client.logs$.pipe(takeUntilDestroyed()).subscribe((news) => this.#hear(news));
    afterRenderEffect(() => {
      this.lines();
      const box = this.box()?.nativeElement;
      if (box && this.#isAtBottom) box.scrollTop = box.scrollHeight;
    });
  }

  protected noteScroll(box: HTMLElement): void {
    this.#isAtBottom = box.scrollHeight - box.scrollTop - box.clientHeight <= bottomPx;
  }

  #everyMs(): number | undefined {
    if (!this.#isRunning()) return undefined;
    return this.#connection().kind === 'live' ? safetyMs : unpushedMs;
  }

  #hear(news: readonly LogNews[]): void {
    const known = this.lines().at(-1)?.number ?? 0;
    if (news.some(({ taskId, newest }) => taskId === this.#id() && newest > known)) this.logs.refreshSoon();
  }

  /** Asks only for lines that are not known yet. */
  async #more(id: string): Promise<Logs> {
    const known = this.logs.value()?.taskId === id ? this.lines() : [];
    const { lines, dropped } = await this.#client.api.getLogs(id, known.at(-1)?.number ?? 0);
    const kept = known.filter(({ number }) => number > dropped && number < (lines[0]?.number ?? Infinity));
    return { taskId: id, dropped, lines: lines.length === 0 && kept.length === known.length ? known : [...kept, ...lines] }; // prettier-ignore
  }
}
