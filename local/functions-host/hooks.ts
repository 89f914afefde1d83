import type { HookCallback, HookContext } from './core-types.ts';

/** Runs hooks one after the other, in the order of registration. The first that throws ends the run. */
export async function runHooks(hooks: readonly HookCallback[], context: HookContext): Promise<void> {
  // A copy: a hook may dispose of itself.
  for (const hook of [...hooks]) await hook(context);
}
