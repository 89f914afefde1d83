import { type Environment, setting } from './binding-expressions.ts';
import type { Bindings } from './bindings.ts';
import type { RegisteredFunction } from './core-types.ts';
import type { Log } from './log.ts';

/** The functions that the host runs: not those switched off, nor those with a binding that the host does not have. */
export function servedFunctions(
  registered: Iterable<RegisteredFunction>,
  bindings: Bindings,
  environment: Environment,
  log: Log,
): RegisteredFunction[] {
  return [...registered].filter((candidate) => {
    const functionName = candidate.metadata.name;
    if (isDisabled(functionName, environment)) {
      log.information('The function is disabled by a setting.', { functionName });
      return false;
    }
    const problem = bindings.unsupported(candidate);
    if (problem) log.error(`The function is in error: ${problem}`, { functionName });
    return problem === undefined;
  });
}

/** The setting `AzureWebJobs.<name>.Disabled`; on Linux the dots may be underscores. */
function isDisabled(name: string, environment: Environment): boolean {
  const value =
    setting(environment, `AzureWebJobs.${name}.Disabled`) ?? setting(environment, `AzureWebJobs__${name}__Disabled`);
  return value === '1' || value?.toLowerCase() === 'true';
}
