import { DOCUMENT } from '@angular/common';
import { inject, Injectable } from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import { Tasks } from '../live/tasks.ts';
import { BulkJobs } from './bulk-jobs.ts';
import { type Filter, toQuery } from './filter.ts';

const pageSize = 500;
export type ExportFormat = 'csv' | 'json';

export interface ExportOptions {
  /** Only these of the tasks that fit. */
  readonly ids?: ReadonlySet<string>;
  readonly from?: 'tasks' | 'history';
}

const columns: readonly { readonly name: string; readonly value: (task: Task) => unknown }[] = [
  ...(['id', 'type', 'about', 'state', 'owner', 'attempt', 'maxAttempts', 'priority', 'delivery', 'orderingKey'] as const).map((name) => ({ name, value: (task: Task) => task[name] })), // prettier-ignore
  { name: 'tags', value: ({ tags }) => tags.join(' ') },
  { name: 'errorCode', value: ({ error }) => error?.code },
  { name: 'errorMessage', value: ({ error }) => error?.message },
  ...(['createdAt', 'scheduledFor', 'startedAt', 'finishedAt'] as const).map((name) => ({ name, value: (task: Task) => task[name] })), // prettier-ignore
  { name: 'payloadBytes', value: ({ payloadBytes }) => payloadBytes },
  { name: 'result', value: ({ result }) => (result === undefined ? undefined : JSON.stringify(result)) },
];

/** Tasks as a file, fetched page by page. */
@Injectable({ providedIn: 'root' })
export class ExportTasks {
  readonly #api = inject(Tasks).client.api;
  readonly #jobs = inject(BulkJobs);
  readonly #page = inject(DOCUMENT);

  /** @param total how many there are, as far as is known */
  async save(
    format: ExportFormat,
    filter: Filter,
    total: number,
    { ids, from = 'tasks' }: ExportOptions = {},
  ): Promise<void> {
    const now = Date.now();
    const { id, isOn } = this.#jobs.begin('export', ids?.size ?? total);
    await this.#jobs.guarded(id, async () => {
      const parts: string[] = [];
      let done = 0;
      for await (const page of this.#pages(filter, now, from)) {
        const wanted = ids === undefined ? page : page.filter((task) => ids.has(task.id));
        parts.push(...wanted.map((task) => (format === 'csv' ? csvLine(task) : JSON.stringify(task))));
        this.#jobs.change(id, { done: (done += wanted.length) });
        if (!isOn()) return;
        if (ids !== undefined && done >= ids.size) break;
      }
      this.#download(format, parts, now);
    });
    this.#jobs.tellEnd(id, {
      one: $localize`1 task is in the file.`,
      many: (done) => $localize`${done}:count: tasks are in the file.`,
    });
  }

  async *#pages(filter: Filter, now: number, from: 'tasks' | 'history'): AsyncGenerator<readonly Task[]> {
    const query = { ...toQuery(filter, now), limit: pageSize };
    let cursor: string | undefined;
    do {
      const asked = { ...query, ...(cursor !== undefined && { cursor }) };
      const page = await (from === 'history' ? this.#api.listHistory(asked) : this.#api.listTasks(asked));
      yield page.tasks;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  #download(format: ExportFormat, parts: readonly string[], now: number): void {
    const text =
      format === 'csv'
        ? [columns.map(({ name }) => name).join(','), ...parts, ''].join('\r\n')
        : `[\n${parts.join(',\n')}\n]\n`;
    // Spreadsheets take a CSV without a byte order mark for something else than UTF-8.
    const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json';
    const url = URL.createObjectURL(new Blob(format === 'csv' ? ['\uFEFF', text] : [text], { type }));
    const link = this.#page.createElement('a');
    link.href = url;
    link.download = `tasks-${new Date(now).toISOString().slice(0, 16).replaceAll(':', '')}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** RFC 4180. What a spreadsheet would run as a formula is kept as text by an apostrophe (OWASP: CSV injection). */
export function csvLine(task: Task): string {
  return columns.map(({ value }) => csvField(value(task))).join(',');
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
