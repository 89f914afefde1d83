import type { Plan, Service } from './plan.ts';

export interface BannerFacts {
  readonly url: string;
  readonly services: Plan['services'];
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly inspect?: string;
}

/** What runs, where, and how to end it. */
export function banner({ url, services, settingsFile, dataDir, inspect }: BannerFacts): string {
  const rows = [
    ['Web app', url],
    ['API', `${url}/api/tasks`],
    ...services.map(rowOf),
    ...(inspect === undefined ? [] : [['Debugger', `node --inspect, ${inspect}`]]),
    ['Settings', settingsFile],
    ['Data', dataDir],
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const table = rows.map(([name = '', what = '']) => `  ${name.padEnd(width)}  ${what}`).join('\n');
  return `\nAsync Message Orchestrator is ready: ${url}\n\n${table}\n\nCtrl-C stops everything.\n`;
}

function rowOf({ name, endpoint: { host, port }, origin }: Service): [string, string] {
  return [name, `${host}:${port}${origin === 'found' ? ' (was running already and is left alone)' : ''}`];
}
