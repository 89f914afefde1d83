import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../tests/support/manual-clock.ts';
import { amqpEncoding } from '../amqp/message-encoding.ts';
import { Broker } from './broker.ts';
import { parseEntities } from './entities.ts';
import type { IncomingMessage } from './message.ts';
import type { Queue } from './queue.ts';
import type { Session, Sessions } from './sessions.ts';

const ENTITIES = parseEntities({
  UserConfig: { Namespaces: [{ Queues: [{ Name: 'q', Properties: { RequiresSession: true } }] }] },
});

const message = (sessionId: string): IncomingMessage => ({
  messageId: sessionId,
  sessionId,
  timeToLive: null,
  scheduledFor: null,
  content: Buffer.from('content'),
});

const refuse = (sentence: string) => {
  throw new Error(sentence);
};

describe('the next session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  let broker: Broker;
  let queue: Queue;
  let sessions: Sessions;
  let files = 0;

  beforeEach(() => {
    broker = new Broker(join(folder, `${files++}.sqlite`), ENTITIES, new ManualClock(), amqpEncoding, refuse);
    queue = broker.source('q');
    if (!queue.sessions) throw new Error('the queue has sessions');
    sessions = queue.sessions;
  });
  afterEach(() => broker.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const send = (...ids: string[]) => broker.target('q').send(ids.map(message));
  const next = () =>
    new Promise<Session>((resolve, reject) => {
      const granted = (session?: Session) => (session ? resolve(session) : reject(new Error('no session came')));
      sessions.acceptNext(1000, { name: 'test', lost: () => undefined }, granted);
    });
  /** Removes what a held session has. */
  const empty = (session: Session) => {
    for (const { id } of session.outlet.backlog.take(100)) broker.store.write('DELETE FROM messages WHERE id = ?', id);
  };

  it('is the one with the oldest message, whether it came new or came back', async () => {
    send('a', 'b', 'a', 'c');
    const a = await next();
    const b = await next();
    expect([a.id, b.id]).toEqual(['a', 'b']);
    sessions.release(b);
    sessions.release(a);
    const again = await next();
    expect(again.id).toBe('a');
    empty(again);
    sessions.release(again);
    send('a');
    expect([(await next()).id, (await next()).id, (await next()).id]).toEqual(['b', 'c', 'a']);
  });

  it('goes to those in turn who wait for one', async () => {
    const waiting = [next(), next(), next()];
    send('a', 'b');
    send('a', 'c');
    expect((await Promise.all(waiting)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is found at once behind many messages of one that is held', async () => {
    send(...Array.from({ length: 100_000 }, () => 'busy'));
    send(...Array.from({ length: 300 }, (_, index) => `quiet ${index}`));
    const busy = await next();
    const startedAt = performance.now();
    const seen = new Set<string>();
    for (let count = 0; count < 300; count++) seen.add((await next()).id);
    expect([busy.id, seen.size, seen.has('busy')]).toEqual(['busy', 300, false]);
    // A look through all of the busy one's messages for each takes 15 s and more.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
