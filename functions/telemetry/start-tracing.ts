import type { Settings } from '../settings.ts';
import { traceInto, type Tracing } from './traced.ts';

/** Where the settings name an Application Insights; elsewhere the libraries behind it are never loaded. */
export async function startTracing(settings: Settings): Promise<Tracing | undefined> {
  if (settings.APPLICATIONINSIGHTS_CONNECTION_STRING === undefined) return undefined;
  const { azureMonitor } = await import('./azure-monitor.ts');
  const tracing = azureMonitor(settings);
  traceInto(tracing);
  return tracing;
}
