import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { compileRule, type RuleDescription } from './rules/rule.ts';

/** How messages come into a queue or topic. Durations in milliseconds. */
export interface IntakeSettings {
  readonly path: string;
  /** Null: messages live for ever unless their sender says otherwise. */
  readonly defaultTimeToLive: number | null;
  /** How long a message ID is remembered; null: duplicates are not detected. */
  readonly duplicateWindow: number | null;
}

/** How a queue or subscription treats its messages. Durations in milliseconds. */
export interface QueueSettings extends IntakeSettings {
  readonly lockDuration: number;
  readonly maxDeliveryCount: number;
  readonly deadLetterOnExpiration: boolean;
  readonly requiresSession: boolean;
}

export interface TopicSettings extends IntakeSettings {
  readonly subscriptions: readonly SubscriptionSettings[];
}

export interface SubscriptionSettings extends QueueSettings {
  readonly rules: readonly ({ readonly name: string } & RuleDescription)[];
}

export interface Entities {
  readonly queues: readonly QueueSettings[];
  readonly topics: readonly TopicSettings[];
}

const duration = z.string().transform((text, context) => {
  try {
    return parseDuration(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
const finite = (milliseconds: number) => (milliseconds === Infinity ? null : milliseconds);

/** Azure accepts no longer lock. */
const LONGEST_LOCK = 5 * 60_000;

/** Names an existing feature of Service Bus that is not built here, so that nobody waits for messages that never come. */
const unsupported = (feature: string) =>
  z.string().max(0, `${feature} is not supported on this machine: leave it empty`).optional();

const queueProperties = z.object({
  DeadLetteringOnMessageExpiration: z.boolean().default(false),
  DefaultMessageTimeToLive: duration.prefault('P10675199D'),
  DuplicateDetectionHistoryTimeWindow: duration.prefault('PT10M'),
  ForwardDeadLetteredMessagesTo: unsupported('ForwardDeadLetteredMessagesTo'),
  ForwardTo: unsupported('ForwardTo'),
  LockDuration: duration.pipe(z.number().positive().max(LONGEST_LOCK, 'must be at most PT5M')).prefault('PT1M'),
  MaxDeliveryCount: z.int().min(1).max(2000).default(10),
  RequiresDuplicateDetection: z.boolean().default(false),
  RequiresSession: z.boolean().default(false),
});

const correlationFilterSchema = z.object({
  ContentType: z.string().optional(),
  CorrelationId: z.string().optional(),
  Label: z.string().optional(),
  MessageId: z.string().optional(),
  ReplyTo: z.string().optional(),
  ReplyToSessionId: z.string().optional(),
  SessionId: z.string().optional(),
  To: z.string().optional(),
  Properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

const configRuleSchema = z.object({
  Name: z.string().min(1),
  Properties: z.object({
    FilterType: z.enum(['Sql', 'Correlation']),
    SqlFilter: z.object({ SqlExpression: z.string() }).optional(),
    CorrelationFilter: correlationFilterSchema.optional(),
    Action: z.object({ SqlExpression: z.string() }).optional(),
  }),
});

const name = z.string().min(1).max(260);

const subscriptionSchema = z.object({
  Name: z.string().min(1).max(50),
  Properties: queueProperties.prefault({}),
  Rules: z.array(configRuleSchema).default([]),
});

const topicSchema = z.object({
  Name: name,
  Properties: queueProperties
    .pick({
      DefaultMessageTimeToLive: true,
      DuplicateDetectionHistoryTimeWindow: true,
      RequiresDuplicateDetection: true,
    })
    .prefault({}),
  Subscriptions: z.array(subscriptionSchema).default([]),
});

const configSchema = z.object({
  UserConfig: z.object({
    Namespaces: z
      .array(
        z.object({
          Queues: z.array(z.object({ Name: name, Properties: queueProperties.prefault({}) })).default([]),
          Topics: z.array(topicSchema).default([]),
        }),
      )
      .length(1, 'must hold exactly one namespace'),
  }),
});

/**
 * Reads entities in the format of `Config.json` of Microsoft's Service Bus emulator.
 * @throws Error, in one sentence that names the property at fault.
 * @see https://learn.microsoft.com/azure/service-bus-messaging/test-locally-with-service-bus-emulator
 */
export function parseEntities(config: unknown): Entities {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `The Service Bus entities are not valid at ${issue?.path.join('.') || 'the top'}: ${issue?.message}.`,
    );
  }
  const [namespace] = parsed.data.UserConfig.Namespaces;
  return {
    queues: (namespace?.Queues ?? []).map((queue) => queueSettings(queue.Name, queue.Properties)),
    topics: (namespace?.Topics ?? []).map(topicSettings),
  };
}

function queueSettings(path: string, properties: z.infer<typeof queueProperties>): QueueSettings {
  return {
    path,
    lockDuration: properties.LockDuration,
    maxDeliveryCount: properties.MaxDeliveryCount,
    defaultTimeToLive: finite(properties.DefaultMessageTimeToLive),
    deadLetterOnExpiration: properties.DeadLetteringOnMessageExpiration,
    duplicateWindow: properties.RequiresDuplicateDetection ? properties.DuplicateDetectionHistoryTimeWindow : null,
    requiresSession: properties.RequiresSession,
  };
}

function topicSettings(topic: z.infer<typeof topicSchema>): TopicSettings {
  return {
    path: topic.Name,
    defaultTimeToLive: finite(topic.Properties.DefaultMessageTimeToLive),
    duplicateWindow: topic.Properties.RequiresDuplicateDetection
      ? topic.Properties.DuplicateDetectionHistoryTimeWindow
      : null,
    subscriptions: topic.Subscriptions.map((subscription) => ({
      ...queueSettings(`${topic.Name}/Subscriptions/${subscription.Name}`, subscription.Properties),
      // Duplicates are detected where messages come in: at the topic.
      duplicateWindow: null,
      rules: subscription.Rules.map(ruleSettings),
    })),
  };
}

/** @throws Error when the rule's expressions are not valid */
function ruleSettings({
  Name: name,
  Properties,
}: z.infer<typeof configRuleSchema>): { name: string } & RuleDescription {
  const { FilterType, SqlFilter, CorrelationFilter, Action } = Properties;
  const { Properties: application = {}, ...system } = CorrelationFilter ?? {};
  const filter: RuleDescription['filter'] =
    FilterType === 'Sql'
      ? { kind: 'sql', expression: SqlFilter?.SqlExpression ?? '1=1' }
      : {
          kind: 'correlation',
          system: defined(system),
          application,
        };
  const rule = { filter, ...(Action?.SqlExpression && { action: Action.SqlExpression }) };
  try {
    compileRule(rule);
  } catch (error) {
    throw new Error(`The Service Bus rule ${name} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return { name, ...rule };
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
