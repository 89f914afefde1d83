import { closed, Inbox, openService, type SignalRService } from './signalr-service.ts';

let service: SignalRService;
beforeEach(async () => {
  service = await openService();
});
afterEach(() => service.close());

const message = { target: 'events', arguments: [1] };

describe('existence', () => {
  it('of connections, users and groups is answered with 200 or 404', async () => {
    const { connectionId } = await service.connect({ userId: 'ann' });
    await service.rest('PUT', `/groups/g/connections/${connectionId}`);
    const status = async (path: string) => (await service.rest('HEAD', path)).status;
    expect([
      await status(`/connections/${connectionId}`),
      await status('/users/ann'),
      await status('/groups/g'),
    ]).toEqual([200, 200, 200]);
    expect([await status('/connections/x'), await status('/users/bob'), await status('/groups/h')]).toEqual([
      404, 404, 404,
    ]);
  });

  it.each([
    ['/connections/x', 'Warning.Connection.NotExisted'],
    ['/users/x', 'Warning.User.NotExisted'],
    ['/groups/x', 'Warning.Group.NotExisted'],
    ['/users/x/groups/y', 'Info.User.NotInGroup'],
  ])('of nothing at %s has the error code %s', async (path, code) => {
    const response = await service.rest('HEAD', path);
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([404, code]);
  });
});

describe('closing', () => {
  it('ends all connections of a user but the excluded ones', async () => {
    const [one, other] = [await service.connect({ userId: 'ann' }), await service.connect({ userId: 'ann' })];
    const end = closed(other);
    const query = { excluded: one.connectionId ?? '', reason: 'moved' };
    expect((await service.rest('POST', '/users/ann/:closeConnections', { query })).status).toBe(204);
    expect((await end)?.message).toContain('moved');
    expect((await service.rest('HEAD', `/connections/${one.connectionId}`)).status).toBe(200);
  });

  it.each(['', '/groups/g'])('ends all connections of "%s"', async (path) => {
    const connection = await service.connect();
    await service.rest('PUT', `/groups/g/connections/${connection.connectionId}`);
    const end = closed(connection);
    expect((await service.rest('POST', `${path}/:closeConnections`)).status).toBe(204);
    await end;
  });

  it('of a connection that does not exist succeeds', async () => {
    expect((await service.rest('DELETE', '/connections/none')).status).toBe(200);
  });
});

describe('requests that are refused', () => {
  it.each([
    ['no JSON', '{"target":', 400],
    ['no object', '[1]', 400],
    ['nothing', '', 400],
    ['no target', { arguments: [] }, 400],
    ['a target that is no text', { target: 1 }, 400],
    ['arguments that are no array', { target: 'events', arguments: {} }, 400],
  ])('have a body with %s', async (_description, body, status) => {
    expect((await service.rest('POST', '/:send', { body })).status).toBe(status);
  });

  it('have a body of more than 1 MB, which is not delivered', async () => {
    const inbox = new Inbox(await service.connect(), 'events');
    const body = { target: 'events', arguments: ['x'.repeat(1024 * 1024)] };
    expect((await service.rest('POST', '/:send', { body })).status).toBe(413);
    await service.send('', 'events', 'marker');
    expect(await inbox.next()).toEqual(['marker']);
  });

  it('have a body that is not JSON by its content type', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    expect((await service.rest('POST', '/:send', { body: message, headers })).status).toBe(415);
  });

  it.each([
    ['a negative ttl', 'PUT', '/users/ann/groups/g', { ttl: -1 }, 400],
    ['a ttl that is no number', 'PUT', '/users/ann/groups/g', { ttl: 'x' }, 400],
    ['a group name of spaces', 'POST', '/groups/%20/:send', {}, 400],
    ['a group name of 1,025 characters', 'POST', `/groups/${'g'.repeat(1025)}/:send`, {}, 400],
    ['an API version that is unknown', 'POST', '/:send', { 'api-version': '1999-01-01' }, 400],
    ['a route that is unknown', 'POST', '/nothing', {}, 404],
  ])('have %s', async (_description, method, path, query, status) => {
    expect((await service.rest(method, path, { body: method === 'POST' ? message : undefined, query })).status).toBe(
      status,
    );
  });

  it('have a hub name that is none', async () => {
    const path = `${service.endpoint}/api/hubs/1-2/:send`;
    const headers = { Authorization: `Bearer ${service.token({ aud: path })}`, 'Content-Type': 'application/json' };
    const response = await fetch(`${path}?api-version=2022-06-01`, {
      method: 'POST',
      headers,
      body: JSON.stringify(message),
    });
    expect(response.status).toBe(400);
  });
});

describe('version 1 of the data plane', () => {
  it('sends without :send and api-version', async () => {
    const inbox = new Inbox(await service.connect({ userId: 'ann' }), 'events');
    const url = `${service.endpoint}/api/v1/hubs/${service.hub}/users/ann`;
    const headers = { Authorization: `Bearer ${service.token({ aud: url })}`, 'Content-Type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(message) })).status).toBe(202);
    expect(await inbox.next()).toEqual([1]);
  });
});

describe('the health', () => {
  it.each(['GET', 'HEAD'])('is answered to anyone with %s', async (method) => {
    expect((await fetch(`${service.endpoint}/api/health?api-version=2022-06-01`, { method })).status).toBe(200);
  });
});

describe('other origins', () => {
  const origin = 'https://app.example';

  it('may ask before they call', async () => {
    const response = await fetch(`${service.endpoint}/client/negotiate?hub=${service.hub}`, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,x-signalr-user-agent',
      },
    });
    expect(response.ok).toBe(true);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('access-control-allow-headers')).toContain('x-signalr-user-agent');
  });

  it('may read answers, refusals too', async () => {
    const response = await fetch(`${service.endpoint}/client/negotiate?hub=${service.hub}`, {
      method: 'POST',
      headers: { Origin: origin },
    });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
  });
});
