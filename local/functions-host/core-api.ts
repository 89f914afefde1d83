import Module from 'node:module';
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  HookContext,
  HookName,
  ProgrammingModel,
  RegisteredFunction,
  RpcLogCategory,
  RpcLogLevel,
} from './core-types.ts';

const hookNames: readonly HookName[] = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

/** The version of the Functions host that this stand-in mirrors: `@azure/functions` turns features on by it. */
export const hostVersion = '4.1037.0.0';
const workerVersion = '3.12.0';

/** What an app registered with the host while it was loaded. */
export interface AppRegistry {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Readonly<Record<HookName, HookCallback[]>>;
  /** Shared by all hooks of the app. */
  readonly appHookData: HookContext;
  readonly appLevelHookData: HookContext;
  programmingModel: ProgrammingModel | undefined;
  /** Set once start-up is over: from then on registrations throw. */
  locked: boolean;
}

export function createAppRegistry(): AppRegistry {
  return {
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] },
    appHookData: {},
    appLevelHookData: {},
    programmingModel: undefined,
    locked: false,
  };
}

type CoreLog = (level: RpcLogLevel, category: RpcLogCategory, message: string) => void;

/** The module that `@azure/functions` requires as `@azure/functions-core`. */
export function createCoreApi(registry: AppRegistry, log: CoreLog) {
  return {
    version: workerVersion,
    hostVersion,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
      registerFunction(registry, metadata, callback),
    registerHook: (name: string, callback: HookCallback) => registerHook(registry, name, callback),
    setProgrammingModel: (model: ProgrammingModel) => {
      registry.programmingModel = model;
    },
    getProgrammingModel: () => registry.programmingModel,
    log,
    Disposable,
  };
}

/**
 * Answers `require('@azure/functions-core')` with `coreApi`, wherever it is called from: the package exists at run time only.
 * The Node.js worker in Azure does the same. Calls for the whole process.
 */
export function provideCoreModule(coreApi: object): void {
  const prototype = Module.prototype as unknown as { require: (id: string) => unknown };
  prototype.require = new Proxy(prototype.require, {
    apply: (require, module, args) =>
      args[0] === '@azure/functions-core' ? coreApi : (Reflect.apply(require, module, args) as unknown),
  });
}

function registerFunction(registry: AppRegistry, metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
  if (registry.locked) throw systemError('A function can only be registered during app startup.');
  const { name } = metadata;
  if (registry.functions.has(name)) throw systemError(`A function with id "${name}" has already been registered.`);
  registry.functions.set(name, { metadata, callback });
  return new Disposable(() => {
    if (registry.locked) throw systemError('A function can only be disposed during app startup.');
    registry.functions.delete(name);
  });
}

function registerHook(registry: AppRegistry, name: string, callback: HookCallback): Disposable {
  if (!hookNames.includes(name as HookName)) {
    throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
  }
  const hooks = registry.hooks[name as HookName];
  hooks.push(callback);
  return new Disposable(() => {
    const index = hooks.indexOf(callback);
    if (index !== -1) hooks.splice(index, 1);
  });
}

function systemError(message: string): Error {
  return Object.assign(new Error(message), { isAzureFunctionsSystemError: true });
}

class Disposable {
  #dispose: (() => void) | undefined;

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  dispose(): void {
    this.#dispose?.();
    this.#dispose = undefined;
  }
}
