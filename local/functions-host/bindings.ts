import type { BindingData } from './binding-expressions.ts';
import type { Binding, InvocationResponse, NamedData, RegisteredFunction, TypedData } from './core-types.ts';

/** Computes the value of an input binding. */
export type InputBinding = (binding: Binding, data: BindingData) => Promise<TypedData>;

/** Carries out what the function gave to an output binding; `undefined` and `null` are never passed on. */
export type OutputBinding = (binding: Binding, value: TypedData, data: BindingData) => Promise<void>;

/** The input and output bindings that the host knows, by type in lower case. */
export interface BindingTypes {
  readonly inputs: Readonly<Record<string, InputBinding>>;
  readonly outputs: Readonly<Record<string, OutputBinding>>;
}

export interface Bindings {
  inputs(registered: RegisteredFunction, data: BindingData): Promise<NamedData[]>;
  writeOutputs(registered: RegisteredFunction, response: InvocationResponse, data: BindingData): Promise<void>;
  /** Why the host cannot serve this function, or `undefined`. */
  unsupported(registered: RegisteredFunction): string | undefined;
}

const triggerTypes = ['httptrigger', 'servicebustrigger', 'timertrigger', 'warmuptrigger'];

export function createBindings(types: BindingTypes): Bindings {
  return {
    inputs: (registered, data) => {
      const inputs = entries(registered).filter(([, binding]) => binding.direction === 'in' && !isTrigger(binding));
      const read = (binding: Binding) => types.inputs[binding.type.toLowerCase()]?.(binding, data);
      return Promise.all(inputs.map(async ([name, binding]) => ({ name, data: (await read(binding)) ?? {} })));
    },
    writeOutputs: async (registered, response, data) => {
      for (const [name, binding] of entries(registered)) {
        const write = binding.direction === 'out' ? types.outputs[binding.type.toLowerCase()] : undefined;
        const value =
          name === '$return' ? response.returnValue : response.outputData?.find((output) => output.name === name)?.data;
        if (write && value) await write(binding, value, data);
      }
    },
    unsupported: (registered) => {
      if (entries(registered).some(([, binding]) => binding['sdkBinding'] === true))
        return 'It uses sdkBinding, which this host does not have.';
      const unknown = entries(registered).find(([, binding]) => !isKnown(types, binding));
      return unknown && `It uses a binding of type "${unknown[1].type}", which this host does not have.`;
    },
  };
}

function isKnown(types: BindingTypes, binding: Binding): boolean {
  const type = binding.type.toLowerCase();
  if (isTrigger(binding)) return triggerTypes.includes(type);
  return binding.direction === 'in' ? type in types.inputs : type === 'http' || type in types.outputs;
}

function isTrigger(binding: Binding): boolean {
  return /trigger$/i.test(binding.type);
}

function entries(registered: RegisteredFunction): [string, Binding][] {
  return Object.entries(registered.metadata.bindings);
}
