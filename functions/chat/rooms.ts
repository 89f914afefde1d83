import type { Redis } from 'ioredis';
import { chatLimits, type CreateRoom, firstRoom, RoomName } from '../../contracts/chat.ts';
import { registerScripts } from '../azure/redis-scripts.ts';
import { AppError } from '../errors.ts';
import { roomsKey } from './chat-keys.ts';
import createRoom from './lua/create-room.lua';

const run = registerScripts('chat', { createRoom });

/** What a room is, without what happens in it. Rooms are never deleted. */
export interface Room {
  readonly name: string;
  readonly topic?: string;
}

interface RoomRecord {
  readonly topic?: string;
  readonly by: string;
  readonly at: string;
}

/** By name, the one that is always there first. */
export async function findRooms(redis: Redis): Promise<Room[]> {
  const created = Object.entries(await redis.hgetall(roomsKey)).map(([name, json]): Room => {
    const { topic } = JSON.parse(json) as RoomRecord;
    return { name, ...(topic !== undefined && { topic }) };
  });
  return [{ name: firstRoom }, ...created.sort((a, b) => (a.name < b.name ? -1 : 1))];
}

export async function isRoom(redis: Redis, name: string): Promise<boolean> {
  return name === firstRoom || (await redis.hexists(roomsKey, name)) === 1;
}

/** @throws AppError `not-found` where there is no such room */
export async function requireRoom(redis: Redis, name: string): Promise<string> {
  if (RoomName.safeParse(name).success && (await isRoom(redis, name))) return name;
  throw new AppError(
    'not-found',
    `There is no room "${name.slice(0, 40)}". GET /api/chat/rooms lists all; POST /api/chat/rooms creates one.`,
  );
}

/** @throws AppError `conflict` where the name is taken, or no more rooms are to be had */
export async function addRoom(redis: Redis, { name, topic }: CreateRoom, by: string): Promise<void> {
  if (name === firstRoom) throw roomExists(name);
  const record: RoomRecord = { ...(topic && { topic }), by, at: new Date().toISOString() };
  const outcome = await run(redis, 'createRoom', roomsKey, [name, JSON.stringify(record), chatLimits.rooms - 1]);
  if (outcome === 'exists') throw roomExists(name);
  if (outcome === 'full') {
    throw new AppError('conflict', `There are ${chatLimits.rooms} rooms, which is as many as there may be. Use one of them.`); // prettier-ignore
  }
}

function roomExists(name: string): AppError {
  return new AppError('conflict', `There is a room "${name}" already. Go there, or choose another name.`);
}
