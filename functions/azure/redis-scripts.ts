import type { Redis } from 'ioredis';

export type ScriptArgument = string | number | Buffer;
type Command = (key: string, ...args: ScriptArgument[]) => Promise<unknown>;

const preparations: ((redis: Redis) => void)[] = [];
/** How many of the preparations a connection has been through. */
const prepared = new WeakMap<Redis, number>();

/**
 * For commands of our own. Each connection gets them before its first command: ioredis gathers commands in pipelines, and one that was
 * begun before does not know them ("pipeline[functionName] is not a function").
 */
export function prepareConnections(prepare: (redis: Redis) => void): void {
  preparations.push(prepare);
}

export function prepareConnection(redis: Redis): void {
  for (const prepare of preparations.slice(prepared.get(redis) ?? 0)) prepare(redis);
  prepared.set(redis, preparations.length);
}

/**
 * Makes Lua scripts known to all connections: each is one atomic step on keys with one hash tag. ioredis sends a script's
 * hash, and the script itself only where Redis does not know it. To be called when a module is loaded.
 * @param group keeps the names of several modules apart
 * @returns runs a script on its first key
 */
export function registerScripts<Name extends string>(group: string, scripts: Readonly<Record<Name, string>>) {
  prepareConnections((redis) => {
    for (const [name, lua] of Object.entries<string>(scripts)) {
      redis.defineCommand(`${group}:${name}`, { numberOfKeys: 1, lua });
    }
  });
  return async (redis: Redis, name: Name, key: string, args: readonly ScriptArgument[]): Promise<unknown> => {
    prepareConnection(redis);
    const command = (redis as unknown as Record<string, Command>)[`${group}:${name}`]!;
    return command.call(redis, key, ...args);
  };
}

/** Commands that gather by themselves what goes together, and need not wait for ioredis to do so. */
export const gatheredCommands: string[] = [];

/**
 * Makes a Lua script known to all connections that takes as many keys as it is given; they carry one hash tag. To be called when a
 * module is loaded.
 */
export function registerBatchScript(name: string, lua: string) {
  gatheredCommands.push(name);
  prepareConnections((redis) => redis.defineCommand(name, { lua }));
  return async (redis: Redis, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> => {
    prepareConnection(redis);
    const command = (redis as unknown as Record<string, (...args: ScriptArgument[]) => Promise<unknown>>)[name]!;
    return command.call(redis, keys.length, ...keys, ...args);
  };
}
