import Long from 'long';
import { ENTITIES } from './entities.ts';
import { receiveOne, startNamespace, type TestNamespace } from './namespace.ts';

describe('the delivery count', () => {
  let namespace: TestNamespace;
  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
  });
  afterAll(() => namespace.close());

  const receiver = (subQueueType?: 'deadLetter') =>
    namespace.client.createReceiver('plain', {
      maxAutoLockRenewalDurationInMs: 0,
      ...(subQueueType && { subQueueType }),
    });
  const send = () => namespace.client.createSender('plain').sendMessages({ body: 'counted' });
  const deferred = async (source: ReturnType<typeof receiver>, sequenceNumber: Long = Long.ZERO) => {
    const [message] = await source.receiveDeferredMessages(sequenceNumber);
    if (!message) throw new Error('the deferred message did not come');
    return message;
  };

  it('counts deferring, and what happens to a deferred message', async () => {
    await send();
    const source = receiver();
    const message = await receiveOne(source);
    await source.deferMessage(message);
    const second = await deferred(source, message.sequenceNumber);
    expect(second.deliveryCount).toBe(1);
    await source.abandonMessage(second);
    const third = await deferred(source, message.sequenceNumber);
    expect(third.deliveryCount).toBe(2);
    await source.deadLetterMessage(third);
    const graveyard = receiver('deadLetter');
    const dead = await receiveOne(graveyard);
    expect(dead.deliveryCount).toBe(2);
    await graveyard.completeMessage(dead);
  });

  it('stays what it was in the dead-letter queue', async () => {
    await send();
    const source = receiver();
    await source.deadLetterMessage(await receiveOne(source));
    const graveyard = receiver('deadLetter');
    await graveyard.abandonMessage(await receiveOne(graveyard));
    const again = await receiveOne(graveyard);
    expect(again.deliveryCount).toBe(0);
    await graveyard.deferMessage(again);
    const last = await deferred(graveyard, again.sequenceNumber);
    expect(last.deliveryCount).toBe(0);
    await graveyard.completeMessage(last);
  });
});
