import jwt from 'jsonwebtoken';

import { createConnectionInfo, parseSignalRConnectionString } from './connection-info.ts';

const connectionString = 'Endpoint=http://localhost:8888;AccessKey=a2V5;Version=1.0;';
const now = () => Date.UTC(2026, 0, 2, 3, 4, 5);

describe('parseSignalRConnectionString', () => {
  it('reads endpoint and key in any letter case and order', () => {
    expect(parseSignalRConnectionString(' accesskey = k=y= ; ENDPOINT=https://x.service.signalr.net')).toEqual({
      endpoint: 'https://x.service.signalr.net/',
      clientEndpoint: 'https://x.service.signalr.net/',
      accessKey: 'k=y=',
    });
  });

  it('takes the port from Port and the clients to ClientEndpoint', () => {
    const text = 'Endpoint=http://localhost;Port=8888;AccessKey=k;ClientEndpoint=https://proxy.example/signalr';
    expect(parseSignalRConnectionString(text)).toMatchObject({
      endpoint: 'http://localhost:8888/',
      clientEndpoint: 'https://proxy.example/signalr/',
    });
  });

  it.each([
    ['AccessKey=k;', 'has no Endpoint'],
    ['Endpoint=localhost:8888;AccessKey=k;', 'no http or https URL'],
    ['Endpoint=http://localhost:8888;', 'has no AccessKey'],
    ['', 'has no Endpoint'],
  ])('says what is wrong with "%s"', (text, message) => {
    expect(() => parseSignalRConnectionString(text)).toThrow(message);
  });
});

describe('createConnectionInfo', () => {
  it('makes the URL and the token that the Functions extension makes', () => {
    const { url, accessToken } = createConnectionInfo({ connectionString, hub: 'Tasks', userId: 'ann', now });
    expect(url).toBe('http://localhost:8888/client/?hub=tasks');
    const seconds = now() / 1000;
    expect(jwt.verify(accessToken, 'a2V5', { complete: true, clockTimestamp: seconds })).toMatchObject({
      header: { alg: 'HS256', typ: 'JWT' },
      payload: {
        'asrs.s.uid': 'ann',
        aud: 'http://localhost/client/?hub=tasks',
        nbf: seconds,
        iat: seconds,
        exp: seconds + 3600,
      },
    });
  });

  it('names no user when there is none, and keeps customers from overwriting system claims', () => {
    const { accessToken } = createConnectionInfo({
      connectionString,
      hub: 'tasks',
      claims: { role: 'operator', exp: '9' },
      now,
    });
    const payload = jwt.decode(accessToken, { json: true });
    expect(payload).not.toHaveProperty(['asrs.s.uid']);
    expect(payload).toMatchObject({ role: 'operator', 'asrs.u.exp': '9', exp: now() / 1000 + 3600 });
  });
});
