import { app } from '@azure/functions';
import type { Redis } from 'ioredis';
import type { ChatRoom, ChatRooms } from '../../contracts/chat.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { findPeople } from './people.ts';
import { summarizeRoom } from './room-store.ts';
import { findRooms, type Room } from './rooms.ts';

app.http('ListChatRooms', {
  route: 'api/chat/rooms',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const { id } = readPrincipal(request.headers);
    const redis = getRedis();
    const rooms = await Promise.all((await findRooms(redis)).map((room) => describeRoom(redis, room, id)));
    const answer: ChatRooms = { rooms };
    return { headers: { 'cache-control': 'no-store' }, jsonBody: answer };
  }),
});

async function describeRoom(redis: Redis, room: Room, caller: string): Promise<ChatRoom> {
  const { here, ...summary } = await summarizeRoom(redis, room.name, caller);
  const people = await findPeople(redis, here);
  return { ...room, ...summary, here: people.map((person) => ({ ...person, isYou: person.id === caller })) };
}
