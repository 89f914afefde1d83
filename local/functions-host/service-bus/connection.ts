import { RetryMode, ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';
import { connectionSetting, type Environment, resolveSettings, setting } from '../binding-expressions.ts';
import type { Binding } from '../core-types.ts';
import { machineIdentity } from '../machine-identity.ts';
import { sendFramesAtOnce } from './no-delay.ts';

/** The setting that Service Bus bindings use when they name none. */
const defaultConnection = 'AzureWebJobsServiceBus';

sendFramesAtOnce();

/** Quick to come back after a restart of the broker, and patient with one that stays away. */
const clientOptions = {
  retryOptions: {
    mode: RetryMode.Exponential,
    retryDelayInMs: 250,
    maxRetryDelayInMs: 5_000,
    maxRetries: 5,
    timeoutInMs: 10_000,
  },
} satisfies ServiceBusClientOptions;

/**
 * A client for a binding's `connection`: the name of a setting with a connection string, or the prefix of
 * `<name>__fullyQualifiedNamespace`, to which the machine's identity signs in.
 *
 * @param retries how often it tries a single operation again
 * @throws one sentence when neither setting exists.
 */
export function createServiceBusClient(
  environment: Environment,
  connection: unknown,
  retries = clientOptions.retryOptions.maxRetries,
): ServiceBusClient {
  const options = { retryOptions: { ...clientOptions.retryOptions, maxRetries: retries } };
  const name =
    typeof connection === 'string' && connection !== '' ? resolveSettings(connection, environment) : defaultConnection;
  const connectionString = connectionSetting(environment, name);
  if (connectionString) return new ServiceBusClient(connectionString, options);
  const namespace = setting(environment, `${name}__fullyQualifiedNamespace`);
  if (namespace)
    return new ServiceBusClient(namespace, machineIdentity(setting(environment, `${name}__clientId`)), options);
  throw new Error(
    `The setting "${name}" is missing: put a Service Bus connection string there, or a host name into "${name}__fullyQualifiedNamespace".`,
  );
}

/** Where a trigger or an output binding points. */
export interface Entity {
  readonly queueOrTopic: string;
  readonly subscription: string | undefined;
}

/** @throws when the binding names neither queue nor topic. */
export function entityOf(binding: Binding, environment: Environment): Entity {
  const option = (name: string) => {
    const value = binding[name];
    return typeof value === 'string' && value !== '' ? resolveSettings(value, environment) : undefined;
  };
  const queueOrTopic = option('queueName') ?? option('topicName');
  if (queueOrTopic === undefined) throw new Error('The Service Bus binding names neither "queueName" nor "topicName".');
  return { queueOrTopic, subscription: option('subscriptionName') };
}

export function describeEntity({ queueOrTopic, subscription }: Entity): string {
  return subscription === undefined
    ? `queue "${queueOrTopic}"`
    : `subscription "${subscription}" of topic "${queueOrTopic}"`;
}
