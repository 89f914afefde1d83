import { randomUUID } from 'node:crypto';
import type { AppRegistry } from './core-api.ts';
import type {
  CoreInvocationContext,
  HookContext,
  InvocationRequest,
  InvocationResponse,
  NamedData,
  ProgrammingModel,
  RegisteredFunction,
  RetryContext,
  RpcLogCategory,
  RpcLogLevel,
  TypedData,
} from './core-types.ts';
import { runHooks } from './hooks.ts';
import type { LogLevel } from './log.ts';

/** One run of a function, with the values of its trigger and its inputs. */
export interface InvocationInput {
  readonly function: RegisteredFunction;
  readonly inputData: readonly NamedData[];
  readonly triggerMetadata?: Record<string, TypedData>;
  /** W3C `traceparent` of the caller; the invocation becomes its child. */
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
  readonly retryContext?: RetryContext | undefined;
  readonly invocationId?: string;
}

/** Receives what the app logs, with the invocation it logged for. */
export type InvocationLog = (
  level: LogLevel,
  category: RpcLogCategory,
  message: string,
  functionName: string,
  invocationId: string,
) => void;

/**
 * Runs a function the way the Node.js worker does: arguments → `preInvocation` hooks → handler → `postInvocation` hooks → outputs.
 *
 * @throws what the handler or a hook threw, whatever its type.
 */
export async function runInvocation(
  registry: AppRegistry,
  input: InvocationInput,
  log: InvocationLog,
): Promise<InvocationResponse> {
  const context = coreContext(registry, input, log);
  const model = requireModel(registry).getInvocationModel(context);
  const { context: invocationContext, inputs } = await model.getArguments();
  const shared = { hookData: {}, appHookData: registry.appHookData, invocationContext };

  const before: HookContext = { ...shared, functionCallback: input.function.callback, inputs };
  await inState(context, 'preInvocationHooks', () => runHooks(registry.hooks.preInvocation, before));

  const after: HookContext = { ...shared, inputs: before['inputs'], result: null, error: null };
  try {
    const callback = before['functionCallback'] as RegisteredFunction['callback'];
    after['result'] = await inState(context, 'invocation', () =>
      model.invokeFunction(invocationContext, before['inputs'] as unknown[], callback),
    );
  } catch (error) {
    after['error'] = error;
  }
  await inState(context, 'postInvocationHooks', () => runHooks(registry.hooks.postInvocation, after));
  // The handler may throw anything, and a hook may put anything there: only null and undefined mean success.
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- passed on as it is
  if (after['error'] !== null && after['error'] !== undefined) throw after['error'];
  return model.getResponse(invocationContext, after['result']);
}

/** The library warns about logging after the end unless the state says which phase is under way. */
async function inState<T>(
  context: CoreInvocationContext,
  state: CoreInvocationContext['state'],
  run: () => Promise<T>,
): Promise<T> {
  context.state = state;
  try {
    return await run();
  } finally {
    context.state = undefined;
  }
}

function coreContext(registry: AppRegistry, input: InvocationInput, log: InvocationLog): CoreInvocationContext {
  const { metadata } = input.function;
  const invocationId = input.invocationId ?? randomUUID();
  const request: InvocationRequest = {
    invocationId,
    functionId: metadata.name,
    inputData: input.inputData,
    triggerMetadata: input.triggerMetadata ?? {},
    traceContext: {
      traceParent: childTraceParent(input.traceParent),
      traceState: input.traceState ?? '',
      attributes: {},
    },
    retryContext: input.retryContext,
  };
  const write = (level: RpcLogLevel, category: RpcLogCategory, message: string) => {
    // Log hooks see and may change every line of the app.
    const hookContext = { level, message, category, hookData: {}, appHookData: registry.appHookData };
    for (const hook of registry.hooks.log) hook(hookContext);
    log(toLogLevel(hookContext.level), category, hookContext.message, metadata.name, invocationId);
  };
  return { invocationId, request, metadata, state: undefined, log: write };
}

function requireModel(registry: AppRegistry): ProgrammingModel {
  if (!registry.programmingModel)
    throw new Error('The app has not loaded @azure/functions, so no function of it can run.');
  return registry.programmingModel;
}

export function toLogLevel(level: RpcLogLevel): LogLevel {
  return `${level.charAt(0).toUpperCase()}${level.slice(1)}` as LogLevel;
}

const traceParentPattern = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/** A new span: in the caller's trace when there is a valid `traceparent`, else in a trace of its own. */
function childTraceParent(traceParent: string | undefined): string {
  const [, traceId = randomHex(), flags = '00'] = traceParentPattern.exec(traceParent ?? '') ?? [];
  return `00-${traceId}-${randomHex().slice(-16)}-${flags}`;
}

/** 32 digits. Node keeps random UUIDs in stock, and asks the system for other random bytes each time. */
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
