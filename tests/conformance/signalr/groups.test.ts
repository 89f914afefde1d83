import { Inbox, openLocalService, openService, type SignalRService } from './signalr-service.ts';

const marker = 'marker';

async function connectUser(service: SignalRService, userId: string) {
  const connection = await service.connect({ userId });
  return { id: connection.connectionId ?? '', inbox: new Inbox(connection, 'events'), connection };
}

/** What the inbox has been sent through the group, judged by a marker sent afterwards to everyone. */
async function receivedFromGroup(service: SignalRService, inbox: Inbox, group = 'g'): Promise<unknown[]> {
  await service.send(`/groups/${group}`, 'events', 'for the group');
  await service.send('', 'events', marker);
  const received: unknown[] = [];
  for (let [message] = await inbox.next(); message !== marker; [message] = await inbox.next()) received.push(message);
  return received;
}

describe('user groups', () => {
  let service: SignalRService;
  beforeEach(async () => {
    service = await openService();
  });
  afterEach(() => service.close());

  it('hold for the connections a user has and for those opened later', async () => {
    const early = await connectUser(service, 'ann');
    expect((await service.rest('PUT', '/users/ann/groups/g')).status).toBe(200);
    expect(await receivedFromGroup(service, early.inbox)).toEqual(['for the group']);
    await early.connection.stop();
    const late = await connectUser(service, 'ann');
    expect(await receivedFromGroup(service, late.inbox)).toEqual(['for the group']);
  });

  it('with a ttl of 0 hold for the connections of now only', async () => {
    const early = await connectUser(service, 'ann');
    await service.rest('PUT', '/users/ann/groups/g', { query: { ttl: 0 } });
    const late = await connectUser(service, 'ann');
    expect(await receivedFromGroup(service, late.inbox)).toEqual([]);
    expect(await early.inbox.next()).toEqual(['for the group']);
  });

  it('end when the user is removed from the group', async () => {
    const { inbox } = await connectUser(service, 'ann');
    await service.rest('PUT', '/users/ann/groups/g');
    expect((await service.rest('HEAD', '/users/ann/groups/g')).status).toBe(200);
    expect((await service.rest('DELETE', '/users/ann/groups/g')).status).toBe(204);
    expect(await receivedFromGroup(service, inbox)).toEqual([]);
    expect((await service.rest('HEAD', '/users/ann/groups/g')).status).toBe(404);
  });

  it('end when the user is removed from all groups', async () => {
    const { inbox } = await connectUser(service, 'ann');
    for (const group of ['g', 'h']) await service.rest('PUT', `/users/ann/groups/${group}`);
    expect((await service.rest('DELETE', '/users/ann/groups')).status).toBe(204);
    expect(await receivedFromGroup(service, inbox)).toEqual([]);
    expect(await receivedFromGroup(service, inbox, 'h')).toEqual([]);
  });

  it('concern that user alone', async () => {
    const bob = await connectUser(service, 'bob');
    await service.rest('PUT', '/users/ann/groups/g');
    expect(await receivedFromGroup(service, bob.inbox)).toEqual([]);
  });
});

describe('connection groups', () => {
  let service: SignalRService;
  beforeEach(async () => {
    service = await openService();
  });
  afterEach(() => service.close());

  it('end for a connection that is removed from all of them', async () => {
    const { id, inbox } = await connectUser(service, 'ann');
    for (const group of ['g', 'h']) await service.rest('PUT', `/groups/${group}/connections/${id}`);
    expect((await service.rest('DELETE', `/connections/${id}/groups`)).status).toBe(200);
    expect(await receivedFromGroup(service, inbox)).toEqual([]);
  });

  it('do not outlive the connection', async () => {
    const { id, connection } = await connectUser(service, 'ann');
    await service.rest('PUT', `/groups/g/connections/${id}`);
    await connection.stop();
    const next = await connectUser(service, 'ann');
    expect(await receivedFromGroup(service, next.inbox)).toEqual([]);
  });

  it('cannot be joined by a connection that does not exist', async () => {
    const response = await service.rest('PUT', '/groups/g/connections/none');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-ms-error-code')).toBe('Error.Connection.NotExisted');
  });
});

describe('the time to live of a user in a group', () => {
  let service: SignalRService;
  let now = Date.now();
  beforeEach(async () => {
    now = Date.now();
    service = await openLocalService({ now: () => now });
  });
  afterEach(() => service.close());

  it('decides whether a new connection is in the group; those in it stay', async () => {
    const early = await connectUser(service, 'ann');
    await service.rest('PUT', '/users/ann/groups/g', { query: { ttl: 20 } });
    now += 19_000;
    const inTime = await connectUser(service, 'ann');
    now += 1_000;
    const late = await connectUser(service, 'ann');
    expect(await receivedFromGroup(service, late.inbox)).toEqual([]);
    expect([await early.inbox.next(), await inTime.inbox.next()]).toEqual([['for the group'], ['for the group']]);
  });

  it('is what was said last', async () => {
    await service.rest('PUT', '/users/ann/groups/g', { query: { ttl: 100 } });
    await service.rest('PUT', '/users/ann/groups/g', { query: { ttl: 1 } });
    now += 1_000;
    expect((await service.rest('HEAD', '/users/ann/groups/g')).status).toBe(404);
  });

  it('leaves a user in the latest 100 groups joined without one', async () => {
    for (let count = 0; count <= 100; count++) await service.rest('PUT', `/users/ann/groups/g${count}`);
    expect((await service.rest('HEAD', '/users/ann/groups/g0')).status).toBe(404);
    expect((await service.rest('HEAD', '/users/ann/groups/g1')).status).toBe(200);
    expect((await service.rest('HEAD', '/users/ann/groups/g100')).status).toBe(200);
  });
});
