import type { Environment } from './binding-expressions.ts';
import type { Binding, RegisteredFunction } from './core-types.ts';
import type { FunctionRunner } from './function-runner.ts';
import type { HostJson } from './host-json.ts';
import type { Log } from './log.ts';

/** A source of invocations that is not HTTP. */
export interface Trigger {
  /** Takes nothing new from now on. */
  pause(): Promise<void>;
  /** Resolves when what it took before is done and settled. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What every trigger needs. */
export interface TriggerContext {
  readonly runner: FunctionRunner;
  readonly environment: Environment;
  readonly hostJson: HostJson;
  readonly log: Log;
  readonly dataFolder: string;
  /** The app announced the capability `IncludeEmptyEntriesInMessagePayload`. */
  readonly includeEmptyEntries: boolean;
}

/** A function with its trigger binding. */
export interface TriggeredFunction {
  readonly registered: RegisteredFunction;
  readonly bindingName: string;
  readonly binding: Binding;
}

/** The functions with a trigger of this type (lower case). */
export function triggeredBy(type: string, functions: readonly RegisteredFunction[]): TriggeredFunction[] {
  return functions.flatMap((registered) =>
    Object.entries(registered.metadata.bindings)
      .filter(([, binding]) => binding.type.toLowerCase() === type)
      .map(([bindingName, binding]) => ({ registered, bindingName, binding })),
  );
}
