import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../tests/support/manual-clock.ts';
import { amqpEncoding } from '../amqp/message-encoding.ts';
import { Broker } from './broker.ts';
import type { Consumer, ReceiveMode } from './consumer.ts';
import { parseEntities } from './entities.ts';
import type { Condition } from './errors.ts';
import type { DeliveredMessage, IncomingMessage } from './message.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const ENTITIES = parseEntities({
  UserConfig: {
    Namespaces: [
      {
        Queues: [
          {
            Name: 'q',
            Properties: {
              LockDuration: 'PT1M',
              MaxDeliveryCount: 3,
              DefaultMessageTimeToLive: 'P14D',
              DeadLetteringOnMessageExpiration: true,
            },
          },
          {
            Name: 'unique',
            Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT10M' },
          },
        ],
      },
    ],
  },
});

function message(messageId: string, more: Partial<IncomingMessage> = {}): IncomingMessage {
  return { messageId, sessionId: null, timeToLive: null, scheduledFor: null, content: Buffer.from(messageId), ...more };
}

const refusal = (condition: Condition): Error => expect.objectContaining({ condition }) as Error;

class TestConsumer implements Consumer {
  readonly sessionId = null;
  readonly mode: ReceiveMode;
  readonly received: DeliveredMessage[] = [];
  credit: number;

  constructor(credit: number, mode: ReceiveMode = 'peek-lock') {
    this.credit = credit;
    this.mode = mode;
  }

  demand(): number {
    return this.credit - this.received.length;
  }

  deliver(message: DeliveredMessage): void {
    this.received.push(message);
  }

  exhausted(): void {}

  get ids(): string[] {
    return this.received.map(({ messageId }) => messageId);
  }

  /** Lock tokens by message ID; the latest delivery wins. */
  token(messageId: string): string {
    const token = this.received.findLast((message) => message.messageId === messageId)?.lock?.token;
    if (!token) throw new Error(`${messageId} was not delivered`);
    return token;
  }
}

const refuse = (sentence: string) => {
  throw new Error(sentence);
};

describe('a queue', () => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'));
  let clock: ManualClock;
  let broker: Broker;
  let files = 0;
  let file: string;

  beforeEach(() => {
    file = join(folder, `${files++}.sqlite`);
    clock = new ManualClock();
    broker = new Broker(file, ENTITIES, clock, amqpEncoding, refuse);
  });
  afterEach(() => broker.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const restart = () => {
    broker.close();
    broker = new Broker(file, ENTITIES, clock, amqpEncoding, refuse);
  };
  /** Resolves when everything asked for so far was committed and dealt out. */
  /** All that follows from what was done has happened: what waits for the disk, and what that sets off. */
  const settled = async () => {
    for (let round = 0; round < 4; round += 1) await new Promise<void>((resolve) => broker.store.afterCommit(resolve));
  };
  const consume = (path: string, credit = 10, mode?: ReceiveMode) => {
    const consumer = new TestConsumer(credit, mode);
    broker.source(path).attach(consumer);
    broker.source(path).wake(consumer);
    return consumer;
  };

  it('keeps a message locked until its lock ends, then gives it out again', async () => {
    broker.target('q').send([message('a')]);
    const first = consume('q', 1);
    const second = consume('q', 1);
    await settled();
    clock.advance(MINUTE - 1);
    await settled();
    expect([...first.ids, ...second.ids]).toEqual(['a']);
    clock.advance(1);
    await settled();
    expect([...first.ids, ...second.ids]).toEqual(['a', 'a']);
    expect([...first.received, ...second.received].map(({ deliveryCount }) => deliveryCount).sort()).toEqual([0, 1]);
  });

  it('keeps a renewed lock longer, and does not let another overtake it', async () => {
    broker.target('q').send([message('a'), message('b')]);
    const consumer = consume('q', 2);
    await settled();
    clock.advance(MINUTE / 2);
    expect(broker.source('q').deliveries.renew(consumer.token('a'))).toBe(clock.now() + MINUTE);
    clock.advance(MINUTE / 2);
    consumer.credit = 4;
    await settled();
    broker.source('q').wake(consumer);
    await settled();
    expect(consumer.ids).toEqual(['a', 'b', 'b']);
    clock.advance(MINUTE / 2);
    await settled();
    expect(consumer.ids).toEqual(['a', 'b', 'b', 'a']);
  });

  it('refuses to settle with a lock that ended', async () => {
    broker.target('q').send([message('a')]);
    const consumer = consume('q', 1);
    await settled();
    const token = consumer.token('a');
    clock.advance(MINUTE);
    for (const settle of ['complete', 'abandon', 'defer', 'renew', 'release'] as const) {
      expect(() => broker.source('q').deliveries[settle](token)).toThrow(refusal('com.microsoft:message-lock-lost'));
    }
  });

  it('gives messages that come back before those that follow', async () => {
    broker.target('q').send(['a', 'b', 'c', 'd'].map((id) => message(id)));
    const consumer = consume('q', 3);
    await settled();
    broker.source('q').deliveries.abandon(consumer.token('c'));
    broker.source('q').deliveries.release(consumer.token('a'));
    consumer.credit = 6;
    await settled();
    expect(consumer.ids).toEqual(['a', 'b', 'c', 'a', 'c', 'd']);
    expect(consumer.received.map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it('counts deliveries over a restart, and dead-letters after the last one', async () => {
    broker.target('q').send([message('a')]);
    for (let attempt = 0; attempt < 3; attempt++) {
      const consumer = consume('q', 1);
      await settled();
      expect(consumer.received[0]?.deliveryCount).toBe(attempt);
      broker.source('q').deliveries.abandon(consumer.token('a'));
      restart();
    }
    const dead = consume('q/$DeadLetterQueue');
    await settled();
    expect(dead.received).toMatchObject([
      { messageId: 'a', deadLetterReason: 'MaxDeliveryCountExceeded', deadLetterSource: 'q', deliveryCount: 3 },
    ]);
  });

  it('lets messages expire: waiting, deferred, or locked once their lock ends', async () => {
    const soon = { timeToLive: MINUTE / 2 };
    broker
      .target('q')
      .send([message('locked', soon), message('deferred', soon), message('waiting', soon), message('stays')]);
    const consumer = consume('q', 2);
    await settled();
    broker.source('q').deliveries.defer(consumer.token('deferred'));
    clock.advance(MINUTE / 2);
    const dead = consume('q/$DeadLetterQueue');
    await settled();
    expect(dead.ids).toEqual(['deferred', 'waiting']);
    clock.advance(MINUTE / 2);
    await settled();
    expect(dead.ids).toEqual(['deferred', 'waiting', 'locked']);
    expect(dead.received.at(-1)).toMatchObject({ deadLetterReason: 'TTLExpiredException', expiresAt: null });
  });

  it('expires a message that is deferred after its time', async () => {
    broker.target('q').send([message('late', { timeToLive: MINUTE / 2 })]);
    const consumer = consume('q', 1);
    await settled();
    clock.advance(MINUTE / 2);
    broker.source('q').deliveries.defer(consumer.token('late'));
    const dead = consume('q/$DeadLetterQueue');
    await settled();
    expect(dead.ids).toEqual(['late']);
  });

  it("applies the shorter of a message's and the queue's time to live", async () => {
    broker.target('q').send([message('a', { timeToLive: 30 * DAY }), message('b', { timeToLive: DAY }), message('c')]);
    expect(
      broker
        .source('q')
        .peek(0, 10)
        .map(({ timeToLive }) => timeToLive),
    ).toEqual([14 * DAY, DAY, 14 * DAY]);
  });

  it('enqueues a scheduled message when it is due, under a new number, even after a restart', async () => {
    const [number] = broker
      .target('q')
      .send([message('later', { scheduledFor: clock.now() + DAY, timeToLive: MINUTE }), message('now')]);
    restart();
    clock.advance(DAY - 1);
    const consumer = consume('q');
    await settled();
    expect(consumer.ids).toEqual(['now']);
    clock.advance(1);
    await settled();
    expect(consumer.ids).toEqual(['now', 'later']);
    const [, later] = consumer.received;
    expect(later).toMatchObject({
      enqueuedSequenceNumber: number,
      enqueuedAt: clock.now(),
      expiresAt: clock.now() + MINUTE,
    });
    expect(later?.sequenceNumber).toBeGreaterThan(consumer.received[0]?.sequenceNumber ?? Infinity);
  });

  it('cancels all of the scheduled messages named, or none', async () => {
    const numbers = broker.target('q').send(['a', 'b'].map((id) => message(id, { scheduledFor: clock.now() + DAY })));
    expect(() => broker.target('q').cancelScheduled([...numbers, 4711])).toThrow(
      refusal('com.microsoft:message-not-found'),
    );
    expect(broker.source('q').peek(0, 10)).toHaveLength(2);
    broker.target('q').cancelScheduled(numbers);
    expect(broker.source('q').peek(0, 10)).toEqual([]);
  });

  it('remembers message IDs for the window, over a restart, from when a message was sent', async () => {
    const [first] = broker.target('unique').send([message('a')]);
    expect(broker.target('unique').send([message('a')])).toEqual([first]);
    restart();
    clock.advance(10 * MINUTE - 1);
    broker.target('unique').send([message('a', { scheduledFor: clock.now() + DAY })]);
    expect(broker.source('unique').peek(0, 10)).toHaveLength(1);
    clock.advance(1);
    broker.target('unique').send([message('a')]);
    expect(broker.source('unique').peek(0, 10)).toHaveLength(2);
  });

  it('never gives a sequence number twice, though what bore it is gone', async () => {
    const [last] = broker
      .target('q')
      .send(['a', 'b', 'c'].map((id) => message(id)))
      .slice(-1);
    const consumer = consume('q', 3, 'receive-and-delete');
    await settled();
    expect(consumer.ids).toEqual(['a', 'b', 'c']);
    restart();
    expect(broker.target('q').send([message('d')])[0]).toBeGreaterThan(last ?? Infinity);
  });

  it('does not give out in receive-and-delete mode more than was asked for', async () => {
    broker.target('q').send(Array.from({ length: 10 }, (_, index) => message(String(index))));
    const small = consume('q', 1, 'receive-and-delete');
    const large = consume('q', 5, 'receive-and-delete');
    await settled();
    expect([small.received.length, large.received.length]).toEqual([1, 5]);
    expect(broker.source('q').peek(0, 10)).toHaveLength(4);
  });

  it('deals messages out to consumers in turn', async () => {
    const consumers = [consume('q', 100), consume('q', 100)];
    broker.target('q').send(Array.from({ length: 10 }, (_, index) => message(String(index))));
    await settled();
    expect(consumers.map(({ received }) => received.length)).toEqual([5, 5]);
  });
});
