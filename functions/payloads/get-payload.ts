import { app } from '@azure/functions';
import * as z from 'zod';
import { getRedis } from '../azure/redis.ts';
import { AppError } from '../errors.ts';
import { findVisibleInFull } from '../history/archived-task.ts';
import { answering } from '../http-errors.ts';
import { readQuery } from '../query.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { getPayloadStore } from './get-payload-store.ts';

const linkMs = 5 * 60 * 1000;
/** A payload that was edited before a replay is kept as it was submitted, too. */
const Query = z.object({ version: z.enum(['current', 'original']).default('current') });

app.http('GetTaskPayload', {
  route: 'api/tasks/{id}/payload',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const task = await findVisibleInFull(
      getRedis(),
      request.params.id!,
      readPrincipal(request.headers),
      'Its payload',
      'payload-missing',
    );
    const payloads = getPayloadStore();
    const wantsOriginal = readQuery(request, Query).version === 'original' && task.edited !== undefined;
    const link = wantsOriginal
      ? undefined
      : await payloads.linkTo(task.id, task.payloadBytes, new Date(Date.now() + linkMs));
    if (link !== undefined) return { status: 302, headers: { location: link, 'cache-control': 'no-store' } };
    const payload = await (wantsOriginal ? payloads.readOriginal(task.id) : payloads.read(task.id));
    if (payload === undefined) {
      throw new AppError('payload-missing', `The payload of task ${task.id} is no longer kept. Submit the task again.`);
    }
    return {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: new Uint8Array(payload),
    };
  }),
});
