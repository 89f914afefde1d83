/** Where Application Insights takes telemetry in, over TLS: gzipped JSON, one envelope a piece (`POST /v2.1/track`). */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { loopbackTls } from './loopback-tls.ts';

/** A span as it arrives. */
export interface ReceivedSpan {
  readonly name: string;
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly success: boolean;
  readonly properties: Readonly<Record<string, string>>;
}

interface Envelope {
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Partial<ReceivedSpan> };
}

export interface IngestionEndpoint {
  readonly connectionString: string;
  readonly spans: readonly ReceivedSpan[];
  close(): void;
}

/** @param accepts which tokens of Entra ID may send */
export async function startIngestionEndpoint(accepts: (token: string) => boolean): Promise<IngestionEndpoint> {
  const spans: ReceivedSpan[] = [];
  const server = createServer(loopbackTls(), (request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (!accepts(token)) return void response.writeHead(401).end();
    void buffer(request).then((body) => {
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      const envelopes = readEnvelopes(text);
      spans.push(...envelopes.filter(isSpan).map(toSpan));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ itemsReceived: envelopes.length, itemsAccepted: envelopes.length, errors: [] }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const key = '00000000-0000-4000-8000-000000000000';
  return {
    connectionString: `InstrumentationKey=${key};IngestionEndpoint=https://localhost:${port}/;LiveEndpoint=https://localhost:${port}/`,
    spans,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function readEnvelopes(text: string): Envelope[] {
  if (text.startsWith('[')) return JSON.parse(text) as Envelope[];
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Envelope);
}

const isSpan = ({ data }: Envelope) => data.baseType === 'RequestData' || data.baseType === 'RemoteDependencyData';

function toSpan({ tags, data: { baseData } }: Envelope): ReceivedSpan {
  const { name = '', id = '', success = false, properties = {} } = baseData;
  return {
    name,
    id,
    success,
    properties,
    traceId: tags['ai.operation.id']!,
    parentId: tags['ai.operation.parentId'],
  };
}
