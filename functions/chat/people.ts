import type { Redis } from 'ioredis';
import { peopleKey } from './chat-keys.ts';

const nameLength = 100;

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** What others read of somebody is the name that they had when they last came to the chat. */
export async function rememberName(redis: Redis, { id, name }: Person): Promise<Person> {
  const known = { id, name: name.slice(0, nameLength) };
  await redis.hset(peopleKey, id, known.name);
  return known;
}

/** Who never came to the chat goes by their ID. */
export async function findPeople(redis: Redis, ids: readonly string[]): Promise<Person[]> {
  if (ids.length === 0) return [];
  const names = await redis.hmget(peopleKey, ...ids);
  return ids.map((id, n) => ({ id, name: names[n] ?? id }));
}
