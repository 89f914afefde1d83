import { app } from '@azure/functions';
import { type ChatRead, MarkRead } from '../../contracts/chat.ts';
import { getRedis } from '../azure/redis.ts';
import { readRequest } from '../dead-letters/read-request.ts';
import { answering } from '../http-errors.ts';
import { readMe } from '../sign-in/principal.ts';
import { rememberName } from './people.ts';
import { publishNews } from './publish-news.ts';
import { markReadUpTo } from './room-store.ts';
import { requireRoom } from './rooms.ts';

app.http('MarkChatRead', {
  route: 'api/chat/rooms/{room}/read',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const me = readMe(request.headers);
    const { sequence } = await readRequest(request, MarkRead);
    const redis = getRedis();
    const room = await requireRoom(redis, request.params['room'] ?? '');
    const { name } = await rememberName(redis, me);
    const upTo = await markReadUpTo(redis, room, me.id, sequence);
    const read: ChatRead = { room, person: me.id, name, sequence: upTo.sequence };
    if (upTo.isNews) publishNews({ reads: [read] });
    return { headers: { 'cache-control': 'no-store' }, jsonBody: read };
  }),
});
