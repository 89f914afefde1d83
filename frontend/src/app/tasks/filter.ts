import type { TaskFilter } from '../../../../contracts/task-filter.ts';
import type { TaskState } from '../../../../contracts/task-states.ts';
import type { Task } from '../../../../contracts/task.ts';
import type { TaskFilterQuery } from '../../../../client/index.ts';
import { statesInOrder } from '../ui/state-look.ts';

/** Which tasks a person looks at, in the words of the address; times are ISO 8601 or an age such as `24h`. */
export interface Filter {
  readonly state?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly orderingKey?: string;
  readonly schedule?: string;
  readonly owner?: string;
  readonly q?: string;
  readonly from?: string;
  readonly to?: string;
}
export type FilterField = keyof Filter;

export const filterFields = [
  'state',
  'type',
  'tag',
  'orderingKey',
  'schedule',
  'owner',
  'q',
  'from',
  'to',
] as const satisfies readonly FilterField[];

/** The filter without fields that say nothing. */
export function cleanFilter(fields: { readonly [Field in FilterField]?: string | undefined }): Filter {
  const given = filterFields.map((field) => [field, fields[field]?.trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ''));
}

/** As the router takes it: what is not given goes. */
export function toParams(filter: Filter): Record<FilterField, string | null> {
  return Object.fromEntries(filterFields.map((field) => [field, filter[field] ?? null])) as Record<
    FilterField,
    string | null
  >;
}

export function statesOf({ state = '' }: Filter): TaskState[] {
  const wanted = state.split(',');
  return statesInOrder.filter((one) => wanted.includes(one));
}

const ageUnits: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns ISO 8601, or undefined when the text says no time */
export function timeOf(text: string, now: number): string | undefined {
  const age = /^(\d{1,5})([mhd])$/.exec(text);
  if (age) return new Date(now - Number(age[1]) * ageUnits[age[2]!]!).toISOString();
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** What stands in a filter and cannot be looked for, as it is written: a state there is not, a time that is none. */
export function unreadable({ state, from, to }: Filter, now: number): string[] {
  const states = (state ?? '').split(',').filter((one) => one !== '' && !statesInOrder.some((known) => known === one));
  const times = Object.entries({ from, to }).filter(
    ([, time]) => time !== undefined && timeOf(time, now) === undefined,
  );
  return [...states.map((one) => `state:${one}`), ...times.map(([field, time]) => `${field}:${time!}`)];
}

/** What `GET /api/tasks` is asked. @param now milliseconds since 1970 */
export function toQuery(filter: Filter, now: number): TaskFilterQuery {
  const { from, to, ...rest } = { ...filter, state: undefined };
  const states = statesOf(filter);
  const times = { from: from && timeOf(from, now), to: to && timeOf(to, now) };
  return {
    ...cleanFilter(rest),
    ...(states.length > 0 && { state: states.join(',') }),
    ...(times.from && { from: times.from }),
    ...(times.to && { to: times.to }),
  };
}

/** What bulk requests are told; only tasks accepted before `now` are meant. */
export function toContract(filter: Filter, now: number): TaskFilter {
  const { state, to = new Date(now).toISOString(), ...query } = toQuery(filter, now);
  return { ...query, to, ...(state !== undefined && { states: state.split(',') as TaskState[] }) };
}

/** Tells of a task that is known here whether the server would list it. */
export function matcher(filter: Filter, titleOf: (type: string) => string, now: number): (task: Task) => boolean {
  const { from, to, type, tag, orderingKey, schedule, owner } = toQuery(filter, now);
  const states = statesOf(filter);
  const words = filter.q?.toLowerCase().split(/\s+/) ?? [];
  return (task) =>
    (states.length === 0 || states.includes(task.state)) &&
    (type === undefined || task.type === type) &&
    (tag === undefined || task.tags.includes(tag)) &&
    (orderingKey === undefined || task.orderingKey === orderingKey) &&
    (schedule === undefined || task.scheduleId === schedule) &&
    (owner === undefined || task.owner === owner) &&
    (from === undefined || task.createdAt >= from) &&
    (to === undefined || task.createdAt < to) &&
    (words.length === 0 || hasAll(textOf(task, titleOf(task.type)), words));
}

const hasAll = (text: string, words: readonly string[]) => words.every((word) => text.includes(word));

/** What the server looks into, too. */
function textOf(task: Task, title: string): string {
  const { id, type, about, tags, orderingKey, concurrencyKey, error, progress, owner, result } = task;
  const texts = [id, type, title, about, ...tags, orderingKey, concurrencyKey, error?.code, error?.message, progress?.message, owner]; // prettier-ignore
  return [...texts, result === undefined ? undefined : JSON.stringify(result)]
    .filter((text) => text !== undefined)
    .join('\n')
    .toLowerCase();
}
