import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { useTestAzurite } from '../tests/support/test-azurite.ts';
import { BlobContainer } from '../functions/azure/blob.ts';
import { PayloadBlobs, uploadBlobName } from '../functions/payloads/payload-blobs.ts';
import { createUpload } from '../functions/payloads/uploads.ts';
import { ApiError, apiErrorFrom } from './api-error.ts';
import type { ApiRequest } from './request.ts';
import { submitTask } from './submit.ts';
import { TaskApi } from './task-api.ts';
import { sendToUpload } from './upload.ts';

const azurite = useTestAzurite();
let blobs: PayloadBlobs;
let sent: ApiRequest[];
let uploadId: string;
/** Largest payload that the API takes in a request. */
let limit: number;

const place = (bytes: number, sha256?: string) =>
  createUpload(
    blobs,
    { owner: 'ada', request: { bytes, ...(sha256 !== undefined && { sha256 }) }, limitBytes: 1e9 },
    Date.now(),
  );

const api = new TaskApi(async (request) => {
  sent.push(request);
  const body = request.body as { bytes: number; sha256?: string; payload?: unknown };
  if (request.path === '/api/uploads') {
    const upload = await place(body.bytes, body.sha256);
    uploadId = upload.id;
    return upload;
  }
  if (JSON.stringify(body.payload ?? '').length > limit) {
    throw apiErrorFrom(413, { code: 'payload-too-large', detail: 'Too large.' });
  }
  return { id: 'task' };
});

beforeAll(() => {
  blobs = new PayloadBlobs(new BlobContainer({ connectionString: azurite.connectionString }, 'payloads'));
});
beforeEach(() => {
  sent = [];
  limit = 10_485_760;
});

const hashOf = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

it('sends a small payload with its task', async () => {
  await submitTask(api, { type: 'echo', payload: { message: 1 } }, 'key');
  expect(sent.map(({ path, body }) => [path, body])).toEqual([
    ['/api/tasks', { type: 'echo', payload: { message: 1 } }],
  ]);
});

it('uploads a large one first, in blocks, and tells how far it is', async () => {
  const payload = { csv: `größe\n${'1,2\n'.repeat(3_000_000)}` };
  const json = JSON.stringify(payload);
  const progress: number[] = [];
  const onProgress = (done: number, total: number) => {
    expect(total).toBe(Buffer.byteLength(json));
    progress.push(done);
  };
  await submitTask(api, { type: 'summarize-csv', payload, tags: ['x'] }, 'key', { onProgress });
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.length).toBeGreaterThan(2);
  expect(progress.at(-1)).toBe(Buffer.byteLength(json));
  const sha256 = hashOf(json);
  expect(JSON.parse(JSON.stringify(sent[1]))).toEqual({
    method: 'POST',
    path: '/api/tasks',
    body: { type: 'summarize-csv', tags: ['x'], payloadRef: { uploadId, sha256 } },
    headers: { 'Idempotency-Key': 'key' },
  });
  const name = uploadBlobName(uploadId, 'ada');
  expect(hashOf((await blobs.read(name))!)).toBe(sha256);
  expect((await blobs.find(name))!.metadata).toEqual({ sha256 });
}, 60_000);

it('uploads what the API refuses as too large, whatever its limit', async () => {
  limit = 100;
  await submitTask(api, { type: 'echo', payload: { message: 'x'.repeat(200) } });
  expect(sent.map(({ path }) => path)).toEqual(['/api/tasks', '/api/uploads', '/api/tasks']);
});

it('sends a block again when the connection is lost, and gives up on what will not change', async () => {
  const proxy = await startProxy();
  const upload = await place(9_000_000);
  const bytes = new Blob(['x'.repeat(9_000_000)]);
  await sendToUpload({ ...upload, url: proxy.through(upload.url) }, bytes);
  expect(proxy.broken()).toBe(2);
  expect((await blobs.find(uploadBlobName(upload.id, 'ada')))!.bytes).toBe(9_000_000);
  await proxy.close();
  const forged = { ...upload, url: upload.url.replace(/sig=[^&]+/, 'sig=AAAA') };
  const failed = sendToUpload(forged, new Blob(['x']));
  await expect(failed).rejects.toMatchObject({ status: 403, message: expect.stringMatching(/Submit it again/) });
  await expect(failed).rejects.toBeInstanceOf(ApiError);
}, 60_000);

it('stops when it is told to', async () => {
  const upload = await place(9_000_000);
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('stopped'));
  const options = { signal: controller.signal, onProgress };
  await expect(sendToUpload(upload, new Blob(['x'.repeat(9_000_000)]), options)).rejects.toThrow('stopped');
  expect(await blobs.find(uploadBlobName(upload.id, 'ada'))).toBeUndefined();
});

/** Passes requests on to Azurite, but for two that it breaks off. */
async function startProxy() {
  let requests = 0;
  let broken = 0;
  let target = '';
  const server: Server = createServer((request, response) => {
    requests += 1;
    if (requests === 1 || requests === 3) {
      broken += 1;
      request.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).filter(([name]) => /^(x-ms|content-type)/.test(name));
      void fetch(`${target}${request.url}`, {
        method: 'PUT',
        headers: Object.fromEntries(headers) as Record<string, string>,
        body: Buffer.concat(chunks),
      }).then((answer) => response.writeHead(answer.status).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    through(url: string) {
      const { origin } = new URL(url);
      target = origin;
      return url.replace(origin, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    },
    broken: () => broken,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
