import serviceBus from '../../../contracts/service-bus.json' with { type: 'json' };
import { parseEntities } from './entities.ts';

const namespaceOf = (more: object) => ({ UserConfig: { Namespaces: [more] } });
const queueOf = (Properties: object) => namespaceOf({ Queues: [{ Name: 'q', Properties }] });

describe('entities', () => {
  it('are read from the file the app ships', () => {
    expect(parseEntities(serviceBus).queues).toContainEqual(
      expect.objectContaining({ path: 'tasks', maxDeliveryCount: 5, lockDuration: 30_000, duplicateWindow: 600_000 }),
    );
  });

  it("have Azure's defaults", () => {
    expect(parseEntities(queueOf({})).queues).toEqual([
      {
        path: 'q',
        lockDuration: 60_000,
        maxDeliveryCount: 10,
        defaultTimeToLive: null,
        deadLetterOnExpiration: false,
        duplicateWindow: null,
        requiresSession: false,
      },
    ]);
  });

  it.each([
    [{}, 'UserConfig'],
    [namespaceOf({ Queues: [{}] }), 'UserConfig.Namespaces.0.Queues.0.Name'],
    [
      queueOf({ LockDuration: '30 seconds' }),
      'Properties.LockDuration: "30 seconds" is not a duration like PT1M or P14D',
    ],
    [queueOf({ LockDuration: 'PT6M' }), 'Properties.LockDuration: must be at most PT5M'],
    [queueOf({ MaxDeliveryCount: 0 }), 'Properties.MaxDeliveryCount'],
    [queueOf({ ForwardTo: 'other' }), 'ForwardTo is not supported on this machine: leave it empty'],
    [
      namespaceOf({
        Topics: [
          {
            Name: 't',
            Subscriptions: [
              {
                Name: 's',
                Rules: [{ Name: 'r', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: 'a =' } } }],
              },
            ],
          },
        ],
      }),
      'The Service Bus rule r cannot be used: The rule is not valid: a name was expected instead of the end.',
    ],
  ])('that are not valid end in one sentence that names the place: %j', (config, message) => {
    expect(() => parseEntities(config)).toThrow(message);
  });
});
