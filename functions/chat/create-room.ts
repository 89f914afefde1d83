import { app } from '@azure/functions';
import { type ChatRoom, CreateRoom } from '../../contracts/chat.ts';
import { getRedis } from '../azure/redis.ts';
import { readRequest } from '../dead-letters/read-request.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { publishNews } from './publish-news.ts';
import { addRoom } from './rooms.ts';

app.http('CreateChatRoom', {
  route: 'api/chat/rooms',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const { id } = readPrincipal(request.headers);
    const { name, topic } = await readRequest(request, CreateRoom);
    const room = { name, ...(topic && { topic }) };
    await addRoom(getRedis(), room, id);
    publishNews({ rooms: [room] });
    const created: ChatRoom = { ...room, last: 0, read: 0, here: [] };
    return { status: 201, headers: { location: `/api/chat/rooms/${name}/messages` }, jsonBody: created };
  }),
});
