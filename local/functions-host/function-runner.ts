import { randomUUID } from 'node:crypto';
import type { BindingData } from './binding-expressions.ts';
import type { Bindings } from './bindings.ts';
import type { AppRegistry } from './core-api.ts';
import type { InvocationResponse, NamedData, RegisteredFunction, RetryContext, TypedData } from './core-types.ts';
import { runInvocation } from './invocation.ts';
import type { Log } from './log.ts';
import { formatTimeSpan } from './time-span.ts';

/** What a trigger hands over for one run of a function. */
export interface RunInput {
  readonly function: RegisteredFunction;
  /** The trigger's own value. */
  readonly trigger: NamedData;
  readonly triggerMetadata?: Record<string, TypedData>;
  /** What the expressions in the options of the other bindings refer to. */
  readonly bindingData: BindingData;
  /** W3C trace context of the caller. */
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
  readonly retryContext?: RetryContext | undefined;
  readonly invocationId?: string;
}

/** Runs invocations under the host's rules: logged, timed out, counted, and failed together when the process has to go. */
export interface FunctionRunner {
  /** @throws when the function failed, timed out or the process is going down. */
  run(input: RunInput): Promise<InvocationResponse>;
  /** Fails every invocation under way, as when the worker process dies in Azure. New ones fail as well. */
  failAll(reason: Error): void;
  /** Resolves once no invocation is under way. */
  idle(): Promise<void>;
}

export interface FunctionRunnerOptions {
  readonly registry: AppRegistry;
  readonly bindings: Bindings;
  readonly log: Log;
  /** host.json `functionTimeout` in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** A handler cannot be stopped from outside, so after a time-out the process has to end. */
  readonly onTimeout: (error: Error) => void;
}

export function createFunctionRunner(options: FunctionRunnerOptions): FunctionRunner {
  const underWay = new Map<string, (error: Error) => void>();
  let idleWaiters: (() => void)[] = [];
  let goingDown: Error | undefined;

  const finish = (invocationId: string) => {
    underWay.delete(invocationId);
    if (underWay.size > 0) return;
    for (const resolve of idleWaiters) resolve();
    idleWaiters = [];
  };

  const run = async (input: RunInput): Promise<InvocationResponse> => {
    if (goingDown) throw goingDown;
    const invocationId = input.invocationId ?? randomUUID();
    const interrupted = new Promise<never>((_, reject) => underWay.set(invocationId, reject));
    const invocation = invoke(options, { ...input, invocationId });
    const timer = startTimeout(options, input, invocationId, underWay.get(invocationId));
    try {
      return await Promise.race([invocation, interrupted]);
    } finally {
      clearTimeout(timer);
      finish(invocationId);
    }
  };

  return {
    run,
    failAll: (reason) => {
      goingDown = reason;
      for (const fail of underWay.values()) fail(reason);
    },
    idle: () => (underWay.size === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}

async function invoke(
  { registry, bindings, log }: FunctionRunnerOptions,
  input: RunInput & { invocationId: string },
): Promise<InvocationResponse> {
  const scope = { functionName: input.function.metadata.name, invocationId: input.invocationId };
  const startedAt = performance.now();
  log.debug('Executing', scope);
  try {
    const inputData = [input.trigger, ...(await bindings.inputs(input.function, input.bindingData))];
    const response = await runInvocation(registry, { ...input, inputData }, (level, category, message) =>
      log.write(level, message, { ...scope, user: category === 'user' }),
    );
    await bindings.writeOutputs(input.function, response, input.bindingData);
    log.information(`Executed (succeeded, ${Math.round(performance.now() - startedAt)} ms)`, scope);
    return response;
  } catch (error) {
    log.error(`Executed (failed, ${Math.round(performance.now() - startedAt)} ms): ${describeError(error)}`, scope);
    throw error;
  }
}

/** The stack of an error (its first line is the message), or whatever else was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
}

function startTimeout(
  { log, timeoutMs, onTimeout }: FunctionRunnerOptions,
  input: RunInput,
  invocationId: string,
  fail: ((error: Error) => void) | undefined,
): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined) return undefined;
  const functionName = input.function.metadata.name;
  return setTimeout(() => {
    const error = new Error(`Timeout value of ${formatTimeSpan(timeoutMs)} was exceeded by function: ${functionName}`);
    log.error(`${error.message}. The process ends, so that the handler cannot go on.`, { functionName, invocationId });
    fail?.(error);
    onTimeout(error);
  }, timeoutMs);
}
