import { app } from '@azure/functions';
import type { Redis } from 'ioredis';
import { chatGroup, chatLimits, ChatPresence } from '../../contracts/chat.ts';
import { getRedis } from '../azure/redis.ts';
import { addUserToGroup } from '../azure/signalr.ts';
import { readRequest } from '../dead-letters/read-request.ts';
import { unavailable } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readMe } from '../sign-in/principal.ts';
import { findPeople, type Person, rememberName } from './people.ts';
import { publishNews } from './publish-news.ts';
import { notePresenceOf } from './room-store.ts';
import { requireRoom } from './rooms.ts';

app.http('SetChatPresence', {
  route: 'api/chat/presence',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const me = readMe(request.headers);
    const presence = await readRequest(request, ChatPresence);
    const redis = getRedis();
    for (const room of [presence.room, presence.left]) if (room !== undefined) await requireRoom(redis, room);
    // Whoever types has come before, and does so often.
    if (presence.isTyping !== true) await hearNews(me.id);
    await note(redis, await rememberName(redis, me), presence);
    return { status: 204 };
  }),
});

async function hearNews(user: string): Promise<void> {
  try {
    await addUserToGroup(user, chatGroup);
  } catch (error) {
    throw unavailable('SignalR', error);
  }
}

async function note(redis: Redis, person: Person, { room, left, isTyping }: ChatPresence): Promise<void> {
  if (left !== undefined && left !== room) await noteIn(redis, left, person, 0);
  if (room === undefined) return;
  await noteIn(redis, room, person, chatLimits.presenceMs);
  if (isTyping === true) publishNews({ typing: [{ room, id: person.id, name: person.name }] });
}

async function noteIn(redis: Redis, room: string, { id }: Person, forMs: number): Promise<void> {
  const here = await notePresenceOf(redis, room, id, forMs);
  if (here !== undefined) publishNews({ here: [{ room, people: await findPeople(redis, here) }] });
}
