/** One piece of work in a trace. */
export interface TracedWork {
  /** The same for all work of this kind. */
  readonly name: 'submit' | 'run' | 'attempt';
  readonly kind: 'producer' | 'consumer' | 'internal';
  /** W3C `traceparent` of what caused it; by default the work that it is part of. */
  readonly parent?: string | undefined;
  /** Another trace that it has to do with. */
  readonly link?: string | undefined;
  readonly attributes: Attributes;
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** What is known only when the work is done. */
export interface Ending {
  readonly attributes?: Attributes;
  /** A code, where it failed without throwing. */
  readonly failure?: string | undefined;
}

/** Where spans go. */
export interface Tracing {
  run<T>(
    traced: TracedWork,
    work: (traceparent: string | undefined) => Promise<T>,
    ending?: (result: T) => Ending,
  ): Promise<T>;
  close(): Promise<void>;
}

let tracing: Tracing | undefined;

export function traceInto(target: Tracing | undefined): void {
  tracing = target;
}

/** Does some work in a span of its own, where traces are sent at all; else it just does it. `work` is told what its children name as parent. */
export function traced<T>(
  description: TracedWork,
  work: (traceparent: string | undefined) => Promise<T>,
  ending?: (result: T) => Ending,
): Promise<T> {
  return tracing === undefined ? work(description.parent) : tracing.run(description, work, ending);
}

/**
 * Whose child the work for a message is. The host made the invocation a child of the message; where it did not, the message's trace goes
 * on all the same, and links to the host's.
 */
export function parentOf(
  message: string | undefined,
  invocation: string | undefined,
): Pick<TracedWork, 'parent' | 'link'> {
  if (message === undefined || traceIdOf(message) === traceIdOf(invocation)) return { parent: invocation ?? message };
  return { parent: message, link: invocation };
}

const traceIdOf = (traceparent: string | undefined) => traceparent?.split('-')[1];
