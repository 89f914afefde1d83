import { randomUUID } from 'node:crypto';
import Long from 'long';
import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import { ENTITIES } from './entities.ts';
import { isEmpty, receive, receiveOne, startNamespace, type TestNamespace } from './namespace.ts';

describe('sessions', () => {
  let namespace: TestNamespace;
  let opened: ServiceBusSessionReceiver[] = [];
  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
  });
  afterEach(async () => {
    await Promise.all(opened.map((session) => session.close()));
    opened = [];
  });
  afterAll(() => namespace.close());

  const send = (sessionId: string, ...bodies: unknown[]) =>
    namespace.client.createSender('sessions').sendMessages(bodies.map((body) => ({ body, sessionId })));
  const opening = async (promise: Promise<ServiceBusSessionReceiver>) => {
    const session = await promise;
    opened.push(session);
    return session;
  };
  const accept = (id: string, options = {}) => opening(namespace.client.acceptSession('sessions', id, options));
  const acceptNext = (options = {}) => opening(namespace.client.acceptNextSession('sessions', options));

  it('are accepted by name, and give their own messages only, in order', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await send(a, 'a1', 'a2');
    await send(b, 'b1');
    await send(a, 'a3');
    const session = await accept(a);
    expect(session.sessionId).toBe(a);
    expect(session.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now());
    const messages = await receive(session, 3);
    expect(messages.map(({ body, sessionId }) => [body as string, sessionId])).toEqual(
      ['a1', 'a2', 'a3'].map((body) => [body, a]),
    );
    for (const message of messages) await session.completeMessage(message);
    const other = await accept(b, { receiveMode: 'receiveAndDelete' });
    expect((await receiveOne(other)).body).toBe('b1');
  });

  it('are accepted as they become available, each by one receiver', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const waiting = [acceptNext({ receiveMode: 'receiveAndDelete' }), acceptNext({ receiveMode: 'receiveAndDelete' })];
    await send(a, 'a');
    await send(b, 'b');
    const sessions = await Promise.all(waiting);
    expect(sessions.map(({ sessionId }) => sessionId).sort()).toEqual([a, b].sort());
    for (const session of sessions) await receiveOne(session);
  });

  it('time out for who waits in vain', async () => {
    const impatient = namespace.connect(undefined, 1000);
    await expect(impatient.acceptNextSession('sessions')).rejects.toMatchObject({ code: 'ServiceTimeout' });
  });

  it('are not given to a second receiver while they are held', async () => {
    const id = randomUUID();
    const holder = await accept(id);
    await expect(namespace.client.acceptSession('sessions', id)).rejects.toMatchObject({
      code: 'SessionCannotBeLocked',
    });
    await holder.close();
    await accept(id);
  });

  it('keep their state, which null clears', async () => {
    const id = randomUUID();
    const first = await accept(id);
    expect(await first.getSessionState()).toBeNull();
    await first.setSessionState({ step: 2 });
    await first.close();
    const second = await accept(id);
    expect(await second.getSessionState()).toEqual({ step: 2 });
    await second.setSessionState(null);
    expect(await second.getSessionState()).toBeNull();
  });

  it('stay with who renews them', async () => {
    const session = await accept(randomUUID(), { maxAutoLockRenewalDurationInMs: 0 });
    const before = session.sessionLockedUntilUtc.getTime();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await session.renewSessionLock()).getTime()).toBeGreaterThan(before);
  });

  it('are lost when their lock ends, and give their messages to the next holder', async () => {
    const id = randomUUID();
    await send(id, 'held');
    const first = await accept(id, { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(first);
    const second = await acceptNext({ maxAutoLockRenewalDurationInMs: 0 });
    expect(second.sessionId).toBe(id);
    const again = await receiveOne(second);
    expect(again).toMatchObject({ messageId: message.messageId, deliveryCount: 1 });
    await expect(first.completeMessage(message)).rejects.toMatchObject({ code: 'SessionLockLost' });
    await expect(first.setSessionState('stolen')).rejects.toMatchObject({ code: 'SessionLockLost' });
    await expect(first.renewSessionLock()).rejects.toMatchObject({ code: 'SessionLockLost' });
    await second.completeMessage(again);
  });

  it('let messages be abandoned, deferred, dead-lettered and peeked', async () => {
    const id = randomUUID();
    await send(id, 'abandoned', 'deferred', 'dead');
    const session = await accept(id);
    expect((await session.peekMessages(10)).map(({ body }) => body as string)).toEqual([
      'abandoned',
      'deferred',
      'dead',
    ]);
    const [first, second, third] = await receive(session, 3);
    if (!first || !second || !third) throw new Error('three messages were expected');
    await session.abandonMessage(first);
    await session.deferMessage(second);
    await session.deadLetterMessage(third);
    const again = await receiveOne(session);
    expect(again).toMatchObject({ body: 'abandoned', deliveryCount: 1 });
    await session.completeMessage(again);
    const [deferred] = await session.receiveDeferredMessages(second.sequenceNumber ?? Long.ZERO);
    expect(deferred?.body).toBe('deferred');
    if (deferred) await session.completeMessage(deferred);
    const graveyard = namespace.client.createReceiver('sessions', {
      subQueueType: 'deadLetter',
      receiveMode: 'receiveAndDelete',
    });
    expect(await receiveOne(graveyard)).toMatchObject({ body: 'dead', sessionId: id });
    expect(await isEmpty(session)).toBe(true);
  });

  it('are required where the entity says so, and refused elsewhere', async () => {
    const refused = { message: expect.stringContaining('InvalidOperationError') as string };
    await expect(namespace.client.createSender('sessions').sendMessages({ body: 'none' })).rejects.toMatchObject(
      refused,
    );
    await expect(namespace.client.createReceiver('sessions').receiveMessages(1)).rejects.toMatchObject(refused);
    // The SDK takes every refusal of a named session for one that is taken.
    await expect(namespace.client.acceptSession('plain', 'any')).rejects.toMatchObject({
      code: 'SessionCannotBeLocked',
    });
  });
});
