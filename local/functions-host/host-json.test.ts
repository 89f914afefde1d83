import { parseHostJson } from './host-json.ts';

test('an empty host.json gives the defaults of Azure', () => {
  expect(parseHostJson({ version: '2.0' }, 2)).toEqual({
    routePrefix: 'api',
    functionTimeoutMs: 30 * 60_000,
    logLevels: {},
    serviceBus: {
      autoCompleteMessages: true,
      prefetchCount: 0,
      maxConcurrentCalls: 32,
      maxConcurrentSessions: 8,
      maxConcurrentCallsPerSession: 1,
      maxMessageBatchSize: 1000,
      minMessageBatchSize: 1,
      maxBatchWaitTimeMs: 30_000,
      maxAutoLockRenewalDurationMs: 5 * 60_000,
      sessionIdleTimeoutMs: undefined,
    },
  });
});

test('what it says is read', () => {
  const parsed = parseHostJson(
    {
      version: '2.0',
      functionTimeout: '-1',
      logging: { logLevel: { default: 'Warning' } },
      extensions: {
        http: { routePrefix: '/v1/' },
        serviceBus: { maxConcurrentCalls: 3, autoCompleteMessages: false, sessionIdleTimeout: '00:00:05.5' },
      },
    },
    1,
  );
  expect(parsed).toMatchObject({
    routePrefix: 'v1',
    functionTimeoutMs: undefined,
    logLevels: { default: 'Warning' },
    serviceBus: { maxConcurrentCalls: 3, autoCompleteMessages: false, sessionIdleTimeoutMs: 5_500 },
  });
});

test.each([[{}], [{ version: '2.0' }]])('%j says enough', (json) => {
  expect(parseHostJson(json, 1).routePrefix).toBe('api');
});

test.each([
  [[], 'it must hold one JSON object'],
  [{ extensions: {} }, 'it is missing the required "version": add "version": "2.0"'],
  [{ version: '3.0' }, 'its "version" is "3.0": write "version": "2.0"'],
  [{ version: 2 }, 'its "version" is 2: write "version": "2.0"'],
])('%j is refused for its version, as in Azure', (json, message) => {
  expect(() => parseHostJson(json, 1)).toThrow(message);
});

test.each([
  [{ functionTimeout: 'soon' }, '"functionTimeout" must be a time like "00:05:00"'],
  [{ functionTimeout: '00:61:00' }, '"functionTimeout" must be a time like "00:05:00"'],
  [
    { extensions: { serviceBus: { maxConcurrentCalls: 0 } } },
    '"extensions.serviceBus.maxConcurrentCalls" must be a whole number of at least 1',
  ],
  [
    { extensions: { serviceBus: { maxConcurrentCalls: '5' } } },
    '"extensions.serviceBus.maxConcurrentCalls" must be a whole number of at least 1',
  ],
])('%j is refused', (json, message) => {
  expect(() => parseHostJson({ version: '2.0', ...json }, 1)).toThrow(message);
});
