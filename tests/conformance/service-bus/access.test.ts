import { ENTITIES } from './entities.ts';
import { connectionStringOf, KEY_NAME, onlyHere, startNamespace, type TestNamespace } from './namespace.ts';

describe('a namespace', () => {
  let namespace: TestNamespace;
  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
  });
  afterAll(() => namespace.close());

  it('says which entity is missing', async () => {
    const missing = { code: 'MessagingEntityNotFound' };
    await expect(namespace.client.createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject(missing);
    await expect(namespace.client.createReceiver('nowhere').receiveMessages(1)).rejects.toMatchObject(missing);
  });

  it('finds entities whatever the case of their letters', async () => {
    await namespace.client.createSender('PLAIN').sendMessages({ body: 'upper' });
    const [message] = await namespace.client
      .createReceiver('Plain', { receiveMode: 'receiveAndDelete' })
      .receiveMessages(1);
    expect(message?.body).toBe('upper');
  });

  onlyHere('with a key', () => {
    const port = () => Number(/:(\d+);/.exec(namespace.connectionString)?.[1]);

    it('refuses a wrong key and an unknown policy', async () => {
      for (const [name, key] of [
        [KEY_NAME, 'd3Jvbmc='],
        ['NoSuchPolicy', 'd3Jvbmc='],
      ] as const) {
        const stranger = namespace.connect(connectionStringOf(port(), name, key));
        const unauthorized = { code: 'UnauthorizedAccess' };
        await expect(stranger.createSender('plain').sendMessages({ body: 1 })).rejects.toMatchObject(unauthorized);
        await expect(stranger.createReceiver('plain').receiveMessages(1)).rejects.toMatchObject(unauthorized);
      }
    });
  });
});
