import { connectionSettings } from '../../contracts/names.ts';
import type { Plan, Service, ServiceName } from './plan.ts';

export interface BannerFacts {
  /** Undefined where nobody serves it by our doing. */
  readonly webUrl: string | undefined;
  readonly apiUrl: string;
  /** The Functions host is somebody else's. */
  readonly servicesOnly: boolean;
  readonly services: Plan['services'];
  /** By setting: the host of what is not on this machine. */
  readonly remoteHosts: ReadonlyMap<string, string>;
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly inspect: string | undefined;
  readonly controlPath: string | undefined;
}

/** What runs, where, and how to end it. */
export function banner(facts: BannerFacts): string {
  const { webUrl, apiUrl, servicesOnly, services, remoteHosts, settingsFile, dataDir, inspect, controlPath } = facts;
  const api = `${apiUrl}/api/tasks${servicesOnly ? ' (once your host runs)' : ''}`;
  const rows = [
    ...(webUrl === undefined ? [] : [['Web app', webUrl]]),
    ['API', api],
    ...services.map(rowOf),
    ...[...remoteHosts].map(([setting, host]) => [serviceOf[setting] ?? setting, `${host} (not on this machine)`]),
    ...(inspect === undefined ? [] : [['Debugger', `node --inspect, ${inspect}`]]),
    ...(controlPath === undefined ? [] : [['Faults', controlPath]]),
    ['Settings', settingsFile],
    ['Data', dataDir],
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const table = rows.map(([name = '', what = '']) => `  ${name.padEnd(width)}  ${what}`).join('\n');
  const title = servicesOnly
    ? 'The services are ready; the Functions host is yours to start'
    : `Async Message Orchestrator is ready: ${webUrl ?? apiUrl}`;
  return `\n${title}\n\n${table}\n\nCtrl-C stops everything.\n`;
}

const serviceOf: Record<string, ServiceName> = {
  [connectionSettings.redis]: 'Redis',
  [connectionSettings.serviceBus]: 'Service Bus',
  [connectionSettings.signalR]: 'SignalR',
};

function rowOf({ name, endpoint: { host, port }, origin }: Service): [string, string] {
  return [name, `${host}:${port}${origin === 'found' ? ' (was running already and is left alone)' : ''}`];
}
