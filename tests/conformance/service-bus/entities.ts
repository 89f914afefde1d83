/** The entities of the conformance suites; a real namespace must hold the same. */

interface Properties {
  readonly [name: string]: string | number | boolean;
}

const queue = (Name: string, Properties: Properties = {}) => ({ Name, Properties });

const sqlRule = (Name: string, SqlExpression: string, action?: string) => ({
  Name,
  Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression }, ...(action && { Action: { SqlExpression: action } }) },
});

const correlationRule = (Name: string, CorrelationFilter: object) => ({
  Name,
  Properties: { FilterType: 'Correlation', CorrelationFilter },
});

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
          queue('sessions', { RequiresSession: true, LockDuration: 'PT5S' }),
          queue('unique', { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT20S' }),
        ],
        Topics: [
          {
            Name: 'topic',
            Properties: {},
            Subscriptions: [
              { Name: 'all', Properties: {}, Rules: [] },
              {
                Name: 'rules',
                Properties: {},
                Rules: [
                  sqlRule('red', "colour = 'red'"),
                  sqlRule('large', 'size > 10', "SET size = 'XL'; REMOVE colour"),
                ],
              },
              {
                Name: 'correlated',
                Properties: {},
                Rules: [correlationRule('mine', { CorrelationId: 'mine', Properties: { colour: 'blue' } })],
              },
              { Name: 'changing', Properties: {}, Rules: [] },
              {
                Name: 'sessions',
                Properties: { RequiresSession: true },
                Rules: [sqlRule('labelled', "sys.Label = 'session'")],
              },
            ],
          },
        ],
      },
    ],
  },
};
