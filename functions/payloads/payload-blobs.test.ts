import { type SilentProxy, startSilentProxy } from '../../tests/support/silent-proxy.ts';
import { useTestAzurite } from '../../tests/support/test-azurite.ts';
import { BlobContainer } from '../azure/blob.ts';
import { PayloadBlobs } from './payload-blobs.ts';

const azurite = useTestAzurite();
const metadata = { owner: 'ada', type: 'echo', sha256: '' };
const json = Buffer.from(JSON.stringify('many words '.repeat(1_000_000)));
const lostPatience = { code: 'dependency-unavailable', cause: { name: 'AbortError' } };
let proxy: SilentProxy;
let direct: PayloadBlobs;

const blobPort = () => Number(/(?<=BlobEndpoint=http:\/\/127\.0\.0\.1:)\d+/.exec(azurite.connectionString)![0]);
/** Through the proxy. */
function connect(withinMs: number): PayloadBlobs {
  const connectionString = azurite.connectionString.replace(String(blobPort()), String(proxy.port));
  return new PayloadBlobs(new BlobContainer({ connectionString }, 'payloads', withinMs));
}

beforeAll(async () => {
  direct = new PayloadBlobs(new BlobContainer({ connectionString: azurite.connectionString }, 'payloads'));
  await direct.write('large', json, metadata);
});
beforeEach(async () => {
  proxy = await startSilentProxy(blobPort());
});
afterEach(() => proxy.close());

it('writes, reads and copies what is larger than one block', async () => {
  const blobs = connect(30_000);
  const { etag } = (await blobs.find('large'))!;
  expect(await blobs.copy('large', etag, 'copied', metadata)).toBe(true);
  expect((await blobs.read('copied'))?.equals(json)).toBe(true);
});

it('lists page by page', async () => {
  const names = ['a', 'b', 'c'].map((id) => `uploads/${id.repeat(36)}-owner`);
  for (const name of names) await direct.write(name, Buffer.from('{}'), metadata);
  const pages: string[][] = [];
  for await (const page of direct.list('uploads', 2)) pages.push(page.map(({ name }) => name));
  expect(pages).toEqual([names.slice(0, 2), names.slice(2)]);
});

it('gives up on a storage that has stood still since before it was opened', async () => {
  proxy.isDead = true;
  await expect(connect(300).read('large')).rejects.toMatchObject(lostPatience);
});

it.each([
  ['find', (blobs: PayloadBlobs) => blobs.find('large')],
  ['read', (blobs: PayloadBlobs) => blobs.read('large')],
  ['write', (blobs: PayloadBlobs) => blobs.write('other', json, metadata)],
  ['copy', (blobs: PayloadBlobs) => blobs.copy('large', '"0"', 'other', metadata)],
  ['delete', (blobs: PayloadBlobs) => blobs.delete('other')],
  ['check', (blobs: PayloadBlobs) => blobs.check()],
  ['mark', (blobs: PayloadBlobs) => blobs.mark('large', { seen: '1' })],
  ['list', (blobs: PayloadBlobs) => blobs.list('tasks', 10).next()],
])('gives up when the storage stands still: %s', async (_, act) => {
  const blobs = connect(1_000);
  while ((await blobs.check().catch((error: unknown) => error)) !== undefined);
  proxy.silence();
  proxy.isDead = true;
  await expect(act(blobs)).rejects.toMatchObject(lostPatience);
});

it('gives up when the storage stands still in the middle of a payload', async () => {
  const blobs = connect(1_000);
  proxy.silentAfterBytes = 100_000;
  await expect(blobs.read('large')).rejects.toMatchObject(lostPatience);
});
