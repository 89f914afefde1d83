import { parseSettings } from './settings.ts';
import sample from '../local.settings.sample.json' with { type: 'json' };

const environment: Record<string, string> = sample.Values;

it('takes the sample settings, and fills in the rest', () => {
  expect(parseSettings(environment)).toMatchObject({ MaxAttempts: 7, LeaseSeconds: 15, PayloadLimitBytes: 10_485_760 });
});

it.each([
  ['RedisConnection', undefined, /RedisConnection is missing: it should look like redis:/],
  ['RedisConnection', 'localhost:6379', /RedisConnection is wrong: it should look like redis:/],
  ['ServiceBusConnection', undefined, /ServiceBusConnection is missing: it should be a Service Bus connection string/],
  ['MaxAttempts', 'many', /MaxAttempts is wrong: it should be a whole number from 1 to 50/],
  ['IdempotencyHours', '0', /IdempotencyHours is wrong: it should be a whole number from 1 to 168/],
  ['IdempotencyHours', '169', /IdempotencyHours is wrong/],
  ['PayloadLimitBytes', '0', /PayloadLimitBytes is wrong/],
])('names the setting: %s = %s', (name, value, message) => {
  expect(() => parseSettings({ ...environment, [name]: value })).toThrow(message);
});

it.each(['PayloadStorageConnection', 'PayloadStorageConnection__blobServiceUri', 'AzureWebJobsStorage'])(
  'asks for a storage where payloads are written through to it, such as %s',
  (name) => {
    const settings = { ...environment, AzureWebJobsStorage: '', PayloadStore: 'redis+blob' };
    expect(() => parseSettings(settings)).toThrow(
      /PayloadStorageConnection is missing: .* PayloadStore is redis\+blob/,
    );
    expect(parseSettings({ ...settings, [name]: 'https://ours.blob.core.windows.net' }).PayloadStore).toBe(
      'redis+blob',
    );
  },
);

it('says nothing of the values, which may be secrets', () => {
  const secret = 'hunter2';
  try {
    parseSettings({ ...environment, RedisConnection: secret });
    throw new Error('It should have thrown.');
  } catch (error) {
    expect((error as Error).message).not.toContain(secret);
  }
});
