import { app } from '@azure/functions';
import { DiscardDeadLetters, deadLetterLimits, type Discarded, type Refusal } from '../../contracts/dead-letters.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { getTaskStore } from '../tasks/engine.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { readRequest } from './read-request.ts';
import { notDeadLetteredRefusal, notFoundRefusal, selectDeadLetters } from './select-dead-letters.ts';

const atOnce = 500;

app.http('DiscardDeadLetters', {
  route: 'api/dead-letters/discard',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const principal = readPrincipal(request.headers);
    const owner = visibleOwner(principal);
    const { reason, ...asked } = await readRequest(request, DiscardDeadLetters);
    const { letters, refusals, truncated } = await selectDeadLetters(getRedis(), asked, owner);
    const note = { reason, by: principal.id, at: new Date().toISOString() };
    const refused = [...refusals];
    for (let at = 0; at < letters.length; at += atOnce) {
      const some = letters.slice(at, at + atOnce).map(({ id }) => discard(getTaskStore(), id, note, owner));
      refused.push(...(await Promise.all(some)).filter((refusal) => refusal !== undefined));
    }
    const discarded: Discarded = {
      discarded: letters.length + refusals.length - refused.length,
      refused: refused.length,
      refusals: refused.slice(0, deadLetterLimits.refusals),
      ...(truncated && { truncated }),
    };
    return { jsonBody: discarded };
  }),
});

/** @returns why the task was left as it is: it may have been replayed since it was found */
async function discard(
  store: TaskStore,
  id: string,
  note: Parameters<TaskStore['discard']>[1],
  owner: string | undefined,
): Promise<Refusal | undefined> {
  const discarded = await store.discard(id, note, owner);
  if (discarded === undefined) return notFoundRefusal(id);
  if (discarded.outcome === 'discarded') return undefined;
  return notDeadLetteredRefusal(id, discarded.fields.state!);
}
