import { Inbox, openService, type SignalRService } from './signalr-service.ts';

let service: SignalRService;
beforeEach(async () => {
  service = await openService();
});
afterEach(() => service.close());

/** Sent last to everyone: a client whose next message it is has not got what came before. */
const marker = 'marker';

async function connectWithInbox(userId?: string) {
  const connection = await service.connect(userId === undefined ? {} : { userId });
  return { connection, id: connection.connectionId ?? '', inbox: new Inbox(connection, 'events') };
}

describe('sending', () => {
  it('reaches every client of the hub with all arguments unchanged', async () => {
    const clients = [await connectWithInbox('ann'), await connectWithInbox()];
    const args = [{ text: 'ä\u2028"\\', list: [1, 2.5, -3, null, true] }, 'x', [], 9_007_199_254_740_991];
    const response = await service.send('', 'events', ...args);
    expect(response.status).toBe(202);
    for (const { inbox } of clients) expect(await inbox.next()).toEqual(args);
  });

  it('does not reach another hub', async () => {
    const { inbox } = await connectWithInbox();
    const path = `${service.endpoint}/api/hubs/${service.hub}other`;
    const headers = {
      Authorization: `Bearer ${service.token({ aud: `${path}/:send` })}`,
      'Content-Type': 'application/json',
    };
    const body = JSON.stringify({ target: 'events', arguments: ['other'] });
    expect((await fetch(`${path}/:send?api-version=2022-06-01`, { method: 'POST', headers, body })).status).toBe(202);
    await service.send('', 'events', marker);
    expect(await inbox.next()).toEqual([marker]);
  });

  it('reaches all connections of one user, and nobody else', async () => {
    const ann = [await connectWithInbox('ann'), await connectWithInbox('ann')];
    const others = [await connectWithInbox('Ann'), await connectWithInbox('bob'), await connectWithInbox()];
    expect((await service.send('/users/ann', 'events', 'for ann')).status).toBe(202);
    await service.send('', 'events', marker);
    for (const { inbox } of ann) expect([await inbox.next(), await inbox.next()]).toEqual([['for ann'], [marker]]);
    for (const { inbox } of others) expect(await inbox.next()).toEqual([marker]);
  });

  it('takes user names with characters that need encoding', async () => {
    const userId = 'a/b c+d?é%';
    const { inbox } = await connectWithInbox(userId);
    await service.send(`/users/${encodeURIComponent(userId)}`, 'events', 1);
    expect(await inbox.next()).toEqual([1]);
  });

  it('reaches one connection', async () => {
    const [one, other] = [await connectWithInbox('ann'), await connectWithInbox('ann')];
    expect((await service.send(`/connections/${one.id}`, 'events', 'for one')).status).toBe(202);
    await service.send('', 'events', marker);
    expect(await one.inbox.next()).toEqual(['for one']);
    expect(await other.inbox.next()).toEqual([marker]);
  });

  it('reaches the connections of a group until they leave it', async () => {
    const [member, other] = [await connectWithInbox(), await connectWithInbox()];
    expect((await service.rest('PUT', `/groups/g/connections/${member.id}`)).status).toBe(200);
    expect((await service.send('/groups/g', 'events', 'for g')).status).toBe(202);
    expect((await service.rest('DELETE', `/groups/g/connections/${member.id}`)).status).toBe(200);
    await service.send('/groups/g', 'events', 'too late');
    await service.send('', 'events', marker);
    expect([await member.inbox.next(), await member.inbox.next()]).toEqual([['for g'], [marker]]);
    expect(await other.inbox.next()).toEqual([marker]);
  });

  it('leaves out the excluded connections', async () => {
    const [one, other] = [await connectWithInbox(), await connectWithInbox()];
    const body = { target: 'events', arguments: ['not for one'] };
    await service.rest('POST', '/:send', { body, query: { excluded: one.id } });
    await service.send('', 'events', marker);
    expect(await one.inbox.next()).toEqual([marker]);
    expect(await other.inbox.next()).toEqual(['not for one']);
  });

  it('is accepted when nobody is there', async () => {
    for (const path of ['', '/users/nobody', '/groups/none', '/connections/none']) {
      expect((await service.send(path, 'events', 1)).status).toBe(202);
    }
  });

  it('keeps the order of messages', async () => {
    const { inbox } = await connectWithInbox();
    for (let count = 0; count < 50; count++) await service.send('', 'events', count);
    for (let count = 0; count < 50; count++) expect(await inbox.next()).toEqual([count]);
  });

  it('takes property names in any letter case, as the Management SDK writes them', async () => {
    const { inbox } = await connectWithInbox();
    await service.rest('POST', '/:send', { body: { Target: 'events', Arguments: ['pascal'] } });
    expect(await inbox.next()).toEqual(['pascal']);
  });
});
