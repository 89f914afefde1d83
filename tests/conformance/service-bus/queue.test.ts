import { randomUUID } from 'node:crypto';
import Long from 'long';
import { ENTITIES } from './entities.ts';
import { isEmpty, receive, receiveOne, startNamespace, type TestNamespace } from './namespace.ts';

describe('a queue', () => {
  let namespace: TestNamespace;
  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
  });
  afterAll(() => namespace.close());

  const sender = (queue = 'plain') => namespace.client.createSender(queue);
  const receiver = (queue = 'plain') => namespace.client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: 0 });
  const deleting = (queue = 'plain') => namespace.client.createReceiver(queue, { receiveMode: 'receiveAndDelete' });
  const deadLetters = (queue = 'plain') => namespace.client.createReceiver(queue, { subQueueType: 'deadLetter' });

  it('delivers a message with everything its sender put into it', async () => {
    const sent = {
      body: { text: 'déjà vu', list: [1, 2.5, null] },
      messageId: randomUUID(),
      correlationId: 'correlation',
      subject: 'subject',
      to: 'to',
      replyTo: 'reply',
      contentType: 'application/json',
      applicationProperties: { text: 'a', number: 42, fraction: 1.5, yes: true, no: false },
    };
    await sender().sendMessages(sent);
    const source = receiver();
    const message = await receiveOne(source);
    expect(message).toMatchObject(sent);
    expect(message.deliveryCount).toBe(0);
    expect(message.state).toBe('active');
    expect(message.lockedUntilUtc?.getTime()).toBeGreaterThan(Date.now());
    expect(Math.abs((message.enqueuedTimeUtc?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    await source.completeMessage(message);
    expect(await isEmpty(receiver())).toBe(true);
  });

  it('keeps every section of an annotated message, however it is sent', async () => {
    // The SDK writes into the annotations of what it schedules.
    const sent = () => ({
      body: 'text',
      bodyType: 'data' as const,
      header: { priority: 3, timeToLive: 100_000, durable: true },
      footer: { checked: 'by the sender' },
      messageAnnotations: { annotation: 'kept' },
      applicationProperties: { number: 1 },
      properties: { contentEncoding: 'gzip', correlationId: 'c', replyToGroupId: 'g' },
    });
    const target = sender();
    const batch = await target.createMessageBatch();
    batch.tryAddMessage(sent());
    await target.sendMessages(batch);
    await target.sendMessages(sent());
    await target.sendMessages([sent(), sent()]);
    await target.scheduleMessages(sent(), new Date(Date.now() - 1000));
    for (const { _rawAmqpMessage: raw, body } of await receive(deleting(), 5)) {
      expect(body).toBe('text');
      expect(raw).toMatchObject({ ...sent(), body: expect.anything() as unknown });
    }
  });

  it('gives a message without an ID one', async () => {
    await sender().sendMessages({ body: 'nameless' });
    const [message] = await deleting().receiveMessages(1);
    expect(message?.messageId).toMatch(/\S+/);
    expect(message?.body).toBe('nameless');
  });

  it('keeps the order of what one sender sends, in batches too, and numbers it upwards', async () => {
    const messages = Array.from({ length: 50 }, (_, index) => ({ body: index }));
    await sender().sendMessages(messages);
    const batch = await sender().createMessageBatch();
    for (let index = 50; index < 60; index++) expect(batch.tryAddMessage({ body: index })).toBe(true);
    await sender().sendMessages(batch);
    const received = await receive(deleting(), 60);
    expect(received.map((message) => message.body as number)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    const numbers = received.map((message) => message.sequenceNumber ?? Long.ZERO);
    expect(numbers.every((number, at) => at === 0 || number.greaterThan(numbers[at - 1] ?? Long.ZERO))).toBe(true);
  });

  it('streams messages to a subscriber', async () => {
    const received: unknown[] = [];
    const source = receiver();
    await new Promise<void>((resolve, reject) => {
      source.subscribe(
        {
          async processMessage(message) {
            received.push(message.body);
            if (received.length === 20) resolve();
          },
          processError: async ({ error }) => reject(error),
        },
        { maxConcurrentCalls: 5 },
      );
      sender()
        .sendMessages(Array.from({ length: 20 }, (_, index) => ({ body: index })))
        .catch(reject);
    });
    await source.close();
    expect(received.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('gives an abandoned message out again, counted and with changed properties', async () => {
    await sender().sendMessages({ body: 'again', applicationProperties: { kept: 1, changed: 'old' } });
    const source = receiver();
    const first = await receiveOne(source);
    await source.abandonMessage(first, { changed: 'new', added: true });
    const second = await receiveOne(source);
    expect(second.deliveryCount).toBe(1);
    expect(second.messageId).toBe(first.messageId);
    expect(second.sequenceNumber?.toString()).toBe(first.sequenceNumber?.toString());
    expect(second.applicationProperties).toEqual({ kept: 1, changed: 'new', added: true });
    await source.completeMessage(second);
  });

  it('moves a message to the dead-letter queue with its reason', async () => {
    await sender().sendMessages({ body: 'poison', applicationProperties: { kept: 1 } });
    const source = receiver();
    const message = await receiveOne(source);
    await source.deadLetterMessage(message, {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: 'really',
      extra: 'property',
    });
    const graveyard = deadLetters();
    const dead = await receiveOne(graveyard);
    expect(dead.deadLetterReason).toBe('bad');
    expect(dead.deadLetterErrorDescription).toBe('really');
    expect(dead.deadLetterSource).toBe('plain');
    expect(dead.body).toBe('poison');
    expect(dead.applicationProperties).toMatchObject({ kept: 1, extra: 'property' });
    await graveyard.completeMessage(dead);
    expect(await isEmpty(deadLetters())).toBe(true);
  });

  it('keeps a deferred message for who asks by its number', async () => {
    await sender().sendMessages({ body: 'later' });
    const source = receiver();
    const message = await receiveOne(source);
    await source.deferMessage(message);
    expect(await isEmpty(receiver())).toBe(true);
    const [peeked] = await receiver().peekMessages(1, { fromSequenceNumber: message.sequenceNumber ?? Long.ZERO });
    expect(peeked?.state).toBe('deferred');
    const [deferred] = await source.receiveDeferredMessages(message.sequenceNumber ?? Long.ZERO);
    if (!deferred) throw new Error('the deferred message did not come');
    expect(deferred.body).toBe('later');
    await source.completeMessage(deferred);
    await expect(source.receiveDeferredMessages(message.sequenceNumber ?? Long.ZERO)).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
  });

  it('gives a message out again when its lock ends, and says that the lock is lost', async () => {
    await sender('short-lock').sendMessages({ body: 'slow' });
    const source = receiver('short-lock');
    const first = await receiveOne(source);
    const second = await receiveOne(receiver('short-lock'));
    expect(second.messageId).toBe(first.messageId);
    expect(second.deliveryCount).toBe(1);
    await expect(source.completeMessage(first)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await expect(source.renewMessageLock(first)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await deleting('short-lock').receiveMessages(1, { maxWaitTimeInMs: 100 });
  });

  it('dead-letters a message that was delivered too often', async () => {
    const messageId = randomUUID();
    await sender('short-lock').sendMessages({ body: 'doomed', messageId });
    const source = receiver('short-lock');
    for (let attempt = 0; attempt < 3; attempt++) {
      let message = await receiveOne(source);
      while (message.messageId !== messageId) {
        await source.completeMessage(message);
        message = await receiveOne(source);
      }
      await source.abandonMessage(message);
    }
    const graveyard = deadLetters('short-lock');
    const dead = await receiveOne(graveyard);
    expect(dead.messageId).toBe(messageId);
    expect(dead.deadLetterReason).toBe('MaxDeliveryCountExceeded');
    await graveyard.completeMessage(dead);
  });

  it('prolongs a lock', async () => {
    await sender().sendMessages({ body: 'renewed' });
    const source = receiver();
    const message = await receiveOne(source);
    const before = message.lockedUntilUtc?.getTime() ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const until = await source.renewMessageLock(message);
    expect(until.getTime()).toBeGreaterThan(before);
    await source.completeMessage(message);
  });

  it('lets scheduled messages come when they are due, and not when they were cancelled', async () => {
    const target = sender();
    const inAnHour = new Date(Date.now() + 3_600_000);
    const [number = Long.ZERO] = await target.scheduleMessages({ body: 'far' }, inAnHour);
    const [peeked] = await receiver().peekMessages(1, { fromSequenceNumber: number });
    expect(peeked?.state).toBe('scheduled');
    expect(await isEmpty(receiver())).toBe(true);
    await target.cancelScheduledMessages(number);
    await expect(target.cancelScheduledMessages(number)).rejects.toMatchObject({ code: 'MessageNotFound' });

    const due = new Date(Date.now() + 1000);
    const [cancelled = Long.ZERO] = await target.scheduleMessages([{ body: 'cancelled' }, { body: 'by request' }], due);
    await target.cancelScheduledMessages(cancelled);
    await target.sendMessages({ body: 'by annotation', scheduledEnqueueTimeUtc: due });
    const received = await receive(deleting(), 2);
    expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
    expect(received.map((message) => message.body as string).sort()).toEqual(['by annotation', 'by request']);
    expect(await isEmpty(receiver())).toBe(true);
  });

  it('dead-letters what outlived its time to live', async () => {
    await sender('expiring').sendMessages({ body: 'old', timeToLive: 300 });
    const graveyard = deadLetters('expiring');
    const dead = await receiveOne(graveyard);
    expect(dead.deadLetterReason).toBe('TTLExpiredException');
    await graveyard.completeMessage(dead);
    expect(await isEmpty(receiver('expiring'))).toBe(true);
  });

  it('drops what outlived its time to live where dead-lettering is off', async () => {
    await sender('dropping').sendMessages({ body: 'old', timeToLive: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await isEmpty(receiver('dropping'))).toBe(true);
    expect(await isEmpty(deadLetters('dropping'))).toBe(true);
  });

  it('takes a message ID once within the window', async () => {
    const messageId = randomUUID();
    const target = sender('unique');
    await target.sendMessages({ body: 1, messageId });
    await target.sendMessages({ body: 2, messageId });
    await target.sendMessages([{ body: 3, messageId }]);
    await target.scheduleMessages({ body: 4, messageId }, new Date(Date.now() + 100));
    const [message] = await receive(deleting('unique'), 1);
    expect(message?.body).toBe(1);
    await target.sendMessages({ body: 5, messageId });
    expect(await isEmpty(deleting('unique'), 500)).toBe(true);
  });

  it('shows messages without taking them, page by page', async () => {
    await sender().sendMessages(Array.from({ length: 30 }, (_, index) => ({ body: index })));
    const source = receiver();
    const pages = [await source.peekMessages(20), await source.peekMessages(20), await source.peekMessages(20)];
    expect(pages.map((page) => page.length)).toEqual([20, 10, 0]);
    const received = await receive(deleting(), 30);
    expect(received.map((message) => message.body as number)).toEqual(
      pages.flat().map((message) => message.body as number),
    );
  });

  it('carries more than 2,048 messages on one link', async () => {
    const count = 2500;
    const target = sender();
    for (let sent = 0; sent < count; sent += 250) {
      await target.sendMessages(Array.from({ length: 250 }, (_, index) => ({ body: sent + index })));
    }
    const source = receiver();
    for (let received = 0; received < count;) {
      const messages = await receive(source, 250);
      expect(messages[0]?.body).toBe(received);
      await Promise.all(messages.map((message) => source.completeMessage(message)));
      received += messages.length;
    }
    expect(await isEmpty(receiver())).toBe(true);
  });

  it('carries messages larger than a frame, and refuses those over the limit', async () => {
    const body = Buffer.alloc(200 * 1024, 7);
    await sender().sendMessages({ body });
    const [message] = await deleting().receiveMessages(1);
    expect(body.equals(message?.body as Buffer)).toBe(true);
    await expect(sender().sendMessages({ body: Buffer.alloc(300 * 1024) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    });
    expect(await isEmpty(receiver())).toBe(true);
  });
});
