import type { ServiceBusMessage } from '@azure/service-bus';
import Long from 'long';
import { ENTITIES } from './entities.ts';
import { isEmpty, receive, receiveOne, startNamespace, type TestNamespace } from './namespace.ts';

describe('a topic', () => {
  let namespace: TestNamespace;
  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
  });
  afterAll(() => namespace.close());

  const publish = (...messages: ServiceBusMessage[]) => namespace.client.createSender('topic').sendMessages(messages);
  const subscriber = (name: string) =>
    namespace.client.createReceiver('topic', name, { receiveMode: 'receiveAndDelete' });
  const bodies = async (name: string, count: number) =>
    (await receive(subscriber(name), count)).map(({ body }) => body as unknown);
  const drain = async (...names: string[]) => {
    for (const name of names)
      while ((await subscriber(name).receiveMessages(100, { maxWaitTimeInMs: 100 })).length > 0);
  };
  afterEach(() => drain('all', 'rules', 'correlated', 'changing'));

  it('copies messages to the subscriptions whose filter matches', async () => {
    await publish(
      { body: 'red', applicationProperties: { colour: 'red', size: 1 } },
      { body: 'blue', applicationProperties: { colour: 'blue' }, correlationId: 'mine' },
      { body: 'not mine', applicationProperties: { colour: 'blue' }, correlationId: 'yours' },
    );
    expect(await bodies('all', 3)).toEqual(['red', 'blue', 'not mine']);
    expect(await bodies('rules', 1)).toEqual(['red']);
    expect(await bodies('correlated', 1)).toEqual(['blue']);
    expect(await isEmpty(subscriber('rules'))).toBe(true);
    expect(await isEmpty(subscriber('correlated'))).toBe(true);
  });

  it('applies the actions of rules, each to a copy of its own', async () => {
    await publish({ body: 'both', applicationProperties: { colour: 'red', size: 11, kept: true } });
    const copies = await receive(subscriber('rules'), 2);
    expect(copies.map(({ applicationProperties }) => applicationProperties)).toEqual([
      { colour: 'red', size: 11, kept: true },
      { size: 'XL', kept: true },
    ]);
  });

  it('holds scheduled messages back for all subscriptions', async () => {
    const sender = namespace.client.createSender('topic');
    const [far = Long.ZERO] = await sender.scheduleMessages({ body: 'far' }, new Date(Date.now() + 3_600_000));
    expect(await isEmpty(subscriber('all'), 100)).toBe(true);
    await sender.cancelScheduledMessages(far);

    const due = new Date(Date.now() + 500);
    const [never = Long.ZERO] = await sender.scheduleMessages([{ body: 'never' }, { body: 'later' }], due);
    await sender.cancelScheduledMessages(never);
    expect(await bodies('all', 1)).toEqual(['later']);
    expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
    expect(await isEmpty(subscriber('all'), 100)).toBe(true);
  });

  it('has dead letters for each subscription', async () => {
    await publish({ body: 'poison' });
    const receiver = namespace.client.createReceiver('topic', 'all');
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: '',
    });
    const graveyard = namespace.client.createReceiver('topic', 'all', {
      subQueueType: 'deadLetter',
      receiveMode: 'receiveAndDelete',
    });
    expect(await receiveOne(graveyard)).toMatchObject({
      body: 'poison',
      deadLetterReason: 'bad',
      deadLetterSource: 'topic/Subscriptions/all',
    });
  });

  it('feeds subscriptions with sessions', async () => {
    const subject = 'session';
    await publish({ body: 'first', sessionId: 's', subject }, { body: 'without a session', subject });
    const session = await namespace.client.acceptNextSession('topic', 'sessions', { receiveMode: 'receiveAndDelete' });
    expect(session.sessionId).toBe('s');
    expect((await receiveOne(session)).body).toBe('first');
    await session.close();
    const graveyard = namespace.client.createReceiver('topic', 'sessions', {
      subQueueType: 'deadLetter',
      receiveMode: 'receiveAndDelete',
    });
    expect((await receiveOne(graveyard)).body).toBe('without a session');
  });

  it('keeps dates in a correlation filter, and does not look at the case of names', async () => {
    const rules = namespace.client.createRuleManager('topic', 'changing');
    await rules.deleteRule('$Default');
    const at = new Date('2026-01-02T03:04:05.006Z');
    await rules.createRule('dated', { applicationProperties: { At: at, COLOUR: 'red' } });
    const { value } = (await rules.listRules().next()) as { value: unknown };
    expect(value).toMatchObject({ filter: { applicationProperties: { At: at, COLOUR: 'red' } } });
    await publish(
      { body: 'match', applicationProperties: { at, colour: 'red' } },
      { body: 'another time', applicationProperties: { at: new Date(at.getTime() + 1), colour: 'red' } },
      { body: 'another value', applicationProperties: { at, colour: 'RED' } },
    );
    expect(await bodies('changing', 1)).toEqual(['match']);
    expect(await isEmpty(subscriber('changing'))).toBe(true);
    await rules.deleteRule('dated');
    await rules.createRule('$Default', { sqlExpression: '1=1' });
  });

  it('lets an action change system properties', async () => {
    const rules = namespace.client.createRuleManager('topic', 'changing');
    await rules.deleteRule('$Default');
    const action =
      "SET sys.Label = 'new'; SET sys.correlationid = user.tenant; SET sys.ReplyTo = sys.To; SET seen = sys.Label";
    await rules.createRule('rewrite', { sqlExpression: '1=1' }, { sqlExpression: action });
    await publish({ body: 'x', subject: 'old', to: 'there', messageId: 'm', applicationProperties: { tenant: 't' } });
    expect(await receiveOne(subscriber('changing'))).toMatchObject({
      body: 'x',
      messageId: 'm',
      subject: 'new',
      correlationId: 't',
      replyTo: 'there',
      to: 'there',
      applicationProperties: { tenant: 't', seen: 'new' },
    });
    await rules.deleteRule('rewrite');
    await rules.createRule('$Default', { sqlExpression: '1=1' });
  });

  it('lets rules be added, listed and removed', async () => {
    const rules = namespace.client.createRuleManager('topic', 'changing');
    const listed = async () => {
      const found: { name: string; filter: unknown; action?: unknown }[] = [];
      for await (const rule of rules.listRules()) found.push(rule);
      return found;
    };
    expect(await listed()).toMatchObject([{ name: '$Default', filter: { sqlExpression: '1=1' } }]);
    await rules.deleteRule('$Default');
    await rules.createRule('sql', { sqlExpression: "sys.Label = 'a'" }, { sqlExpression: 'SET seen = TRUE' });
    await rules.createRule('correlation', { subject: 'b', applicationProperties: { n: 1 } });
    expect(await listed()).toMatchObject([
      { name: 'correlation', filter: { subject: 'b', applicationProperties: { n: 1 } } },
      { name: 'sql', filter: { sqlExpression: "sys.Label = 'a'" }, action: { sqlExpression: 'SET seen = TRUE' } },
    ]);
    await publish(
      { body: 1, subject: 'a' },
      { body: 2, subject: 'b' },
      { body: 3, subject: 'b', applicationProperties: { n: 1 } },
    );
    const received = await receive(subscriber('changing'), 2);
    expect(received.map(({ body, applicationProperties }) => [body as number, applicationProperties])).toEqual([
      [1, { seen: true }],
      [3, { n: 1 }],
    ]);
    await expect(rules.createRule('sql', { sqlExpression: '1=1' })).rejects.toMatchObject({
      code: 'MessagingEntityAlreadyExists',
      message: expect.stringMatching(/The messaging entity '.*sql' already exists\./) as string,
    });
    await expect(rules.createRule('broken', { sqlExpression: 'a = = 1' })).rejects.toThrow('not valid');
    await expect(rules.deleteRule('missing')).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
    for (const name of ['sql', 'correlation']) await rules.deleteRule(name);
    await rules.createRule('$Default', { sqlExpression: '1=1' });
  });
});
