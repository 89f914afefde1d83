import type { Task } from '../../../../contracts/task.ts';
import { serverText } from './server-text.ts';
import { formatBytes } from './bytes.ts';
import { formatNumber } from './number.ts';
import { waitText } from './wait-words.ts';

const longest = 120;

/** What came of a task, or how it stands, in one line. */
export function taskSummary(task: Task): string {
  switch (task.state) {
    case 'completed':
      return task.resultBytes === undefined
        ? resultSummary(task.result)
        : $localize`${formatBytes(task.resultBytes)}:size: of result`;
    case 'retrying':
    case 'dead-lettered':
      return errorText(task);
    case 'running':
      return task.attempt > 1 ? errorText(task) : '';
    case 'scheduled':
    case 'queued':
      return waitText(task) ?? '';
    case 'cancelled':
    case 'expired':
      return '';
  }
}

const errorText = ({ error }: Task) => (error === undefined ? '' : serverText(error.message));

/** `{rows: 4, columns: [5 of them]}` reads "4 rows · 5 columns", what is no plural "sequence 3", or "rows 1"; a single field reads as its value. */
function resultSummary(result: unknown): string {
  if (typeof result !== 'object' || result === null) return short(result === undefined ? '' : plain(result));
  if (Array.isArray(result))
    return result.length === 1 ? $localize`1 entry` : $localize`${result.length}:count: entries`;
  const entries: [string, unknown][] = Object.entries(result);
  if (entries.length === 1) return short(plain(entries[0]?.[1]));
  return short(entries.map(([name, value]) => entrySummary(name, value)).join(' · '));
}

function entrySummary(name: string, value: unknown): string {
  const count: unknown = Array.isArray(value) ? value.length : value;
  if (typeof count !== 'number') return `${name} ${plain(count)}`;
  return count !== 1 && name.endsWith('s') ? `${formatNumber(count)} ${name}` : `${name} ${formatNumber(count)}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
