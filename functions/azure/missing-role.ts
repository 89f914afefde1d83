import type { DependencyName } from '../../contracts/health.ts';

/** App Configuration is none of the dependencies that health counts: without it the app goes on with the settings it has. */
type ServiceName = DependencyName | 'app-configuration';

/** What the app's identity needs from each service: bicep/modules/role-assignments.bicep gives it. */
export const neededRoles: Readonly<Record<ServiceName, string>> = {
  redis: 'the access policy "default" of the database',
  'service-bus': 'the role "Azure Service Bus Data Owner" on the namespace',
  signalr: 'the role "SignalR Service Owner"',
  'blob-storage': 'the role "Storage Blob Data Owner" on the account',
  'app-configuration': 'the role "App Configuration Data Reader" on the store',
};

/** A sentence for an error that says that the service knows the caller and refuses it; undefined for any other error. */
export function missingRole(service: ServiceName, error: unknown): string | undefined {
  if (!isRefusal(error)) return undefined;
  return `${service} refuses this app: its connection string is wrong, or its identity lacks ${neededRoles[service]}.`;
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
