import type { TaskEvent } from '../../contracts/task-event.ts';
import type { TaskState } from '../../contracts/task-states.ts';
import type { Testimony } from './app/witness.ts';

/** A call of a client, from before it was sent until after it was answered; milliseconds since 1970, one clock. */
interface Call {
  readonly client: string;
  readonly start: number;
  readonly end: number;
}

/** A submission that was answered. Without an answer nothing is known. */
export interface Submitted extends Call {
  readonly what: 'submitted';
  readonly owner: string;
  /** Of what was submitted: the same label comes again only with the same idempotency key. */
  readonly label: string;
  readonly status: number;
  /** Where it was accepted. */
  readonly taskId?: string;
  readonly delivery?: string;
  readonly type: 'echo' | 'witness';
  readonly steps?: number;
  readonly orderingKey?: string;
  /** Its key waits while it is a dead letter. */
  readonly holds?: boolean;
  readonly scheduledFor?: number;
}

/** What a client was shown of a task: asked for it alone, in a list, or as the answer to a change. */
export interface Read extends Call {
  readonly what: 'read';
  readonly taskId: string;
  readonly status: number;
  readonly state?: TaskState;
  readonly attempt?: number;
  readonly result?: unknown;
  /** Asked when all was over. */
  readonly isFinal?: boolean;
}

export interface Changed extends Call {
  readonly what: 'cancelled' | 'replayed';
  readonly taskId: string;
  /** 0: no answer. */
  readonly status: number;
}

/** A page of ListEvents. */
export interface EventsRead extends Call {
  readonly what: 'page';
  /** Whose events, or `*` for an operator. */
  readonly owner: string;
  readonly after: string;
  readonly events: readonly TaskEvent[];
  readonly gap?: boolean;
  /** The pages with this mark are all events from the first to the last, read when all was over. */
  readonly isFinal?: boolean;
}

export interface Pushed extends Call {
  readonly what: 'pushed';
  readonly owner: string;
  readonly events: readonly TaskEvent[];
}

/** Something was broken on purpose. `targets` are the PIDs that could not work meanwhile; none: all. */
export interface Fault {
  readonly what: 'fault';
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether a living worker may lose its lease by it. */
  readonly mayCostLeases: boolean;
  readonly pid?: number;
}

export interface Told extends Testimony {
  readonly what: 'told';
}

export type Entry = Submitted | Read | Changed | EventsRead | Pushed | Fault | Told;

/** What no allowed order of things explains. */
export interface Violation {
  readonly rule: string;
  readonly taskId?: string;
  readonly detail: string;
}

/** A history, sorted by what its rules look for. */
export class History {
  readonly submitted: readonly Submitted[];
  readonly reads: ReadonlyMap<string, readonly Read[]>;
  readonly changes: readonly Changed[];
  readonly pages: readonly EventsRead[];
  readonly pushes: readonly Pushed[];
  readonly faults: readonly Fault[];
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** Accepted submissions by task. */
  readonly accepted: ReadonlyMap<string, Submitted>;
  /** All events of each owner, as they stood in the end. */
  readonly events: ReadonlyMap<string, readonly TaskEvent[]>;
  readonly eventsOfTask: ReadonlyMap<string, readonly TaskEvent[]>;

  constructor(entries: readonly Entry[]) {
    const of = <What extends Entry['what']>(what: What) =>
      entries.filter((entry): entry is Extract<Entry, { what: What }> => entry.what === what);
    this.submitted = of('submitted');
    this.reads = grouped(of('read'), ({ taskId }) => taskId);
    this.changes = [...of('cancelled'), ...of('replayed')] as Changed[];
    this.pages = of('page');
    this.pushes = of('pushed');
    this.faults = of('fault');
    this.told = grouped(of('told'), ({ taskId }) => taskId);
    const accepted = this.submitted.filter(({ taskId }) => taskId !== undefined);
    this.accepted = new Map(accepted.toReversed().map((one) => [one.taskId!, one]));
    const final = grouped(
      this.pages.filter(({ isFinal }) => isFinal),
      ({ owner }) => owner,
    );
    this.events = new Map([...final].map(([owner, pages]) => [owner, pages.flatMap(({ events }) => events)]));
    const ofOwners = [...this.events].filter(([owner]) => owner !== '*').flatMap(([, events]) => events);
    this.eventsOfTask = grouped(ofOwners, ({ taskId }) => taskId);
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
