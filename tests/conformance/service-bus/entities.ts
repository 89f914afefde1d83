/** The entities of the conformance suites; a real namespace must hold the same. */

interface Properties {
  readonly [name: string]: string | number | boolean;
}

const queue = (Name: string, Properties: Properties = {}) => ({ Name, Properties });

export const ENTITIES = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'conformance',
        Queues: [
          queue('plain'),
          queue('short-lock', { LockDuration: 'PT5S', MaxDeliveryCount: 3 }),
          queue('expiring', { DeadLetteringOnMessageExpiration: true }),
          queue('dropping', { DeadLetteringOnMessageExpiration: false }),
          queue('unique', { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT20S' }),
        ],
        Topics: [],
      },
    ],
  },
};
