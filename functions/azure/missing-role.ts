import type { DependencyName } from '../../contracts/health.ts';

/** The last two are none of the dependencies that health counts: tasks go on without them. */
type ServiceName = DependencyName | 'app-configuration' | 'table-storage';

/** What the app's identity needs from each service: bicep/modules/role-assignments.bicep gives it. */
export const neededRoles: Readonly<Record<ServiceName, string>> = {
  redis: 'the access policy "default" of the database',
  'service-bus': 'the role "Azure Service Bus Data Owner" on the namespace',
  signalr: 'the role "SignalR Service Owner"',
  'blob-storage': 'the role "Storage Blob Data Owner" on the account',
  'table-storage': 'the role "Storage Table Data Contributor" on the account',
  'app-configuration': 'the role "App Configuration Data Reader" on the store',
};

/** As people are told of them. */
const services: Readonly<Record<string, ServiceName>> = {
  Redis: 'redis',
  'Service Bus': 'service-bus',
  SignalR: 'signalr',
  'Blob Storage': 'blob-storage',
  'Table Storage': 'table-storage',
};

/**
 * A sentence for an error that says that the service knows the caller and refuses it, or that there is no token to show it; undefined for
 * any other error.
 * @param service also by the name that people are told
 */
export function missingRole(service: string, error: unknown): string | undefined {
  const name = services[service] ?? (service as ServiceName);
  const noToken = tokenFault(error);
  if (noToken !== undefined) {
    const advice = 'the client ID in its settings must be that of an identity which is assigned to the app';
    return `${name} cannot be asked: the app's identity gets no token (${noToken}); ${advice}.`;
  }
  if (!isRefusal(error)) return undefined;
  return `${name} refuses this app: its connection string is wrong, or its identity lacks ${neededRoles[name]}.`;
}

/** What the library behind credentials says, in one line. */
function tokenFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const isOfCredentials = /^(Aggregate)?AuthenticationError$|^CredentialUnavailableError$/.test(error.name);
  return isOfCredentials ? error.message.split('\n')[0] : tokenFault(error.cause);
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const isRefused =
    // Service Bus; Blob Storage and App Configuration; Redis; SignalR, as callSignalR tells it.
    code === 'UnauthorizedAccess' ||
    statusCode === 401 ||
    statusCode === 403 ||
    /^(WRONGPASS|NOAUTH|NOPERM) /.test(error.message) ||
    /^SignalR answered 40[13] /.test(error.message);
  return isRefused || isRefusal(error.cause);
}
