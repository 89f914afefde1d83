import type { AzureAppConfiguration, AzureAppConfigurationOptions } from '@azure/app-configuration-provider';
import type { TuningSource } from '../tuning/tuning-source.ts';
import { toTexts } from '../tuning/tuning-source.ts';
import type { Settings } from '../settings.ts';
import { lazyCredential } from './credential.ts';

type Connection = Pick<Settings, `AppConfigConnection${'' | '__endpoint' | '__clientId'}` | 'AppConfigRefreshSeconds'>;

/** The provider asks no more often than this; how often it is asked to says `everyMs`. */
const leastRefreshMs = 1_000;
const loadTimeoutMs = 20_000;
const clientRetries = 1;

/** Azure App Configuration: key-values without a label, and feature flags. Undefined when no setting names a store. */
export function appConfiguration(settings: Connection): TuningSource | undefined {
  const endpoint = endpointOf(settings);
  if (endpoint === undefined) return undefined;
  const outcome = new LastAnswer();
  let store: Promise<AzureAppConfiguration> | undefined;
  return {
    name: `App Configuration (${new URL(endpoint).hostname})`,
    everyMs: settings.AppConfigRefreshSeconds * 1000,
    async read() {
      const isFirst = store === undefined;
      store ??= connect(settings, endpoint, outcome);
      try {
        const loaded = await store;
        // It keeps to itself what goes wrong.
        if (!isFirst) await loaded.refresh();
        outcome.throwIfBad();
        return valuesOf(loaded);
      } catch (error) {
        if (isFirst) store = undefined;
        throw outcome.failure ?? error;
      }
    },
  };
}

function endpointOf(settings: Connection): string | undefined {
  const { AppConfigConnection: text, AppConfigConnection__endpoint: endpoint } = settings;
  return text === undefined ? endpoint : /Endpoint=([^;]*)/.exec(text)?.[1];
}

/** Loaded on first use, like the library behind the credential: most of it is never needed elsewhere. */
async function connect(settings: Connection, endpoint: string, outcome: LastAnswer): Promise<AzureAppConfiguration> {
  const { load } = await import('@azure/app-configuration-provider');
  const refresh = { enabled: true, refreshIntervalInMs: leastRefreshMs };
  const options: AzureAppConfigurationOptions = {
    refreshOptions: refresh,
    featureFlagOptions: { enabled: true, refresh },
    startupOptions: { timeoutInMs: loadTimeoutMs },
    clientOptions: {
      // Microsoft's emulator on this machine has no TLS.
      allowInsecureConnection: endpoint.startsWith('http:'),
      retryOptions: { maxRetries: clientRetries },
      additionalPolicies: [{ policy: outcome, position: 'perCall' }],
    },
  };
  if (settings.AppConfigConnection !== undefined) return load(settings.AppConfigConnection, options);
  return load(endpoint, lazyCredential(settings.AppConfigConnection__clientId), options);
}

interface PipelineAnswer {
  readonly status: number;
}

/** What the store answered last. */
class LastAnswer {
  readonly name = 'lastAnswer';
  failure: Error | undefined;

  async sendRequest<Q, A extends PipelineAnswer>(request: Q, next: (request: Q) => Promise<A>): Promise<A> {
    try {
      const answer = await next(request);
      this.failure = answer.status < 400 ? undefined : refusal(answer.status);
      return answer;
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  throwIfBad(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

function refusal(statusCode: number): Error {
  return Object.assign(new Error(`it answered ${statusCode}`), { statusCode });
}

interface FeatureFlag {
  readonly id: string;
  readonly enabled: boolean;
  readonly conditions?: { readonly client_filters?: readonly unknown[] };
}

const flagsKey = 'feature_management';

function valuesOf(store: AzureAppConfiguration): Record<string, string> {
  const { feature_flags: flags = [] } = store.get<{ feature_flags?: readonly FeatureFlag[] }>(flagsKey) ?? {};
  const keyValues = [...store.entries()].filter(([name]) => name !== flagsKey);
  return toTexts([...keyValues, ...flags.map((flag) => [flag.id, stateOf(flag)] as const)]);
}

/** Nothing here can tell for whom a filter means a flag: such a flag is refused by name. */
function stateOf({ enabled, conditions }: FeatureFlag): unknown {
  return enabled && (conditions?.client_filters ?? []).length > 0 ? 'conditional' : enabled;
}
