import { app } from '@azure/functions';
import * as z from 'zod';
import { chatLimits, type ChatPage } from '../../contracts/chat.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { findPeople } from './people.ts';
import { readMessages } from './room-store.ts';
import { requireRoom } from './rooms.ts';

const sequence = (least: number) => wholeNumber(least, 999_999_999_999_999).optional();
const Query = z
  .object({
    before: sequence(1),
    after: sequence(0),
    limit: wholeNumber(1, chatLimits.page).default(50),
  })
  .refine(({ before, after }) => before === undefined || after === undefined, {
    error: 'Either before or after, not both.',
    path: ['before'],
  });

app.http('ListChatMessages', {
  route: 'api/chat/rooms/{room}/messages',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    readPrincipal(request.headers);
    const query = readQuery(request, Query);
    const redis = getRedis();
    const room = await requireRoom(redis, request.params['room'] ?? '');
    const { reads, ...page } = await readMessages(redis, room, query);
    const people = await findPeople(redis, reads.map(({ person }) => person)); // prettier-ignore
    const answer: ChatPage = { ...page, reads: reads.map((read, n) => ({ room, ...read, name: people[n]!.name })) };
    return { headers: { 'cache-control': 'no-store' }, jsonBody: answer };
  }),
});
