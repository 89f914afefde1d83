import type { DependencyName } from '../../contracts/health.ts';

/** What the app's identity needs from each service: bicep/modules/role-assignments.bicep gives it. */
export const neededRoles: Readonly<Record<DependencyName, string>> = {
  redis: 'the access policy "default" of the database',
  'service-bus': 'the role "Azure Service Bus Data Owner" on the namespace',
  signalr: 'the role "SignalR Service Owner"',
  'blob-storage': 'the role "Storage Blob Data Owner" on the account',
};

/** A sentence for an error that says that the service knows the caller and refuses it; undefined for any other error. */
export function missingRole(dependency: DependencyName, error: unknown): string | undefined {
  if (!isRefusal(error)) return undefined;
  return `${dependency} refuses this app: its connection string is wrong, or its identity lacks ${neededRoles[dependency]}.`;
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const isRefused =
    // Service Bus; Blob Storage; Redis; SignalR, as callSignalR tells it.
    code === 'UnauthorizedAccess' ||
    statusCode === 401 ||
    statusCode === 403 ||
    /^(WRONGPASS|NOAUTH|NOPERM) /.test(error.message) ||
    /^SignalR answered 40[13] /.test(error.message);
  return isRefused || isRefusal(error.cause);
}
