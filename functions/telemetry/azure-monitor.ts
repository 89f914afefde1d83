import { ApplicationInsightsSampler, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import {
  context,
  isSpanContextValid,
  trace,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { lazyCredential } from '../azure/credential.ts';
import type { Settings } from '../settings.ts';
import { version } from '../version.ts';
import type { Ending, TracedWork, Tracing } from './traced.ts';

const sendEveryMs = 2_000;
const closeMs = 2_000;

const kinds = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL } as const;

export type TelemetrySettings = Pick<
  Settings,
  'APPLICATIONINSIGHTS_CONNECTION_STRING' | 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING' | 'TraceSamplePercent'
>;

/**
 * Sends spans to Application Insights. Not the distribution `@azure/monitor-opentelemetry`: it is seven times as large, and what it
 * adds instruments modules as they are required, of which a bundle has none.
 */
export function azureMonitor(settings: TelemetrySettings): Tracing {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'async-message-orchestrator', 'service.version': version }),
    sampler: new ApplicationInsightsSampler(settings.TraceSamplePercent / 100),
    spanProcessors: [new BatchSpanProcessor(createExporter(settings), { scheduledDelayMillis: sendEveryMs })],
  });
  // What a handler makes of spans itself becomes part of the trace.
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider.getTracer('async-message-orchestrator', version);
  return {
    run: (traced, work, ending) => runTraced(tracer, traced, work, ending),
    async close() {
      await Promise.race([provider.shutdown().catch(() => undefined), new Promise((end) => setTimeout(end, closeMs))]);
    },
  };
}

function createExporter(settings: TelemetrySettings): AzureMonitorTraceExporter {
  const { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString = '' } = settings;
  const { APPLICATIONINSIGHTS_AUTHENTICATION_STRING: authentication } = settings;
  return new AzureMonitorTraceExporter({
    connectionString,
    disableOfflineStorage: true,
    ...(authentication !== undefined && {
      credential: lazyCredential(/ClientId=([^;]+)/i.exec(authentication)?.[1]),
    }),
  });
}

async function runTraced<T>(
  tracer: Tracer,
  { name, kind, parent, link, attributes }: TracedWork,
  work: (traceparent: string | undefined) => Promise<T>,
  ending: (result: T) => Ending = () => ({}),
): Promise<T> {
  const cause = spanContextOf(parent);
  const outer = cause === undefined ? context.active() : trace.setSpanContext(context.active(), cause);
  const linked = spanContextOf(link);
  const links = linked === undefined ? [] : [{ context: linked }];
  // Without it the exporter sends what a message causes as a request without a name.
  const operation = kind === 'consumer' ? { 'ai.operation.name': name } : {};
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...operation, ...attributes }, links }, outer);
  try {
    const result = await context.with(trace.setSpan(outer, span), () => work(traceparentOf(span)));
    const { attributes: more = {}, failure } = ending(result);
    span.setAttributes({ ...more });
    if (failure !== undefined) fail(span, failure);
    return result;
  } catch (error) {
    const { code, name: kindOfError } = error as { code?: unknown; name?: string };
    fail(span, typeof code === 'string' ? code : (kindOfError ?? 'Error'));
    throw error;
  } finally {
    span.end();
  }
}

/** A code only: what a handler says in its message may be somebody's data. */
function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = ''] = traceparent?.split('-') ?? [];
  const spanContext = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}
