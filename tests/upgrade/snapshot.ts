/** What a version of the app leaves behind in Redis, the queues and Table Storage, as a file that a later version starts with. */
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { Redis } from 'ioredis';

/** Text where it is UTF-8, else base64 behind this mark. */
const binaryMark = 'base64:';

type Value =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'hash'; readonly value: Readonly<Record<string, string>> }
  | { readonly type: 'list' | 'set'; readonly value: readonly string[] }
  /** Member, score, member, score … */
  | { readonly type: 'zset'; readonly value: readonly string[] }
  /** Entries: ID and its fields. */
  | { readonly type: 'stream'; readonly value: readonly (readonly [string, readonly string[]])[] };

export interface QueuedMessage {
  readonly queue: string;
  readonly messageId: string;
  readonly body: unknown;
  readonly contentType: string;
  readonly applicationProperties: Readonly<Record<string, string | number>>;
}

export interface Snapshot {
  /** The commit that left it. */
  readonly leftBy: string;
  /** IDs of the tasks and the schedule in it, by what becomes of them. */
  readonly ids: Readonly<Record<string, string>>;
  readonly redis: Readonly<Record<string, Value>>;
  readonly messages: readonly QueuedMessage[];
  /** By name; those before history have none. */
  readonly tables?: Readonly<Record<string, readonly Row[]>>;
}

type Row = Readonly<Record<'partitionKey' | 'rowKey', string>> & Readonly<Record<string, string | number>>;

export async function readRedis(redis: Redis): Promise<Snapshot['redis']> {
  const keys = (await redis.keys('*')).sort();
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await readKey(redis, key)] as const)));
}

async function readKey(redis: Redis, key: string): Promise<Value> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return { type, value: toText((await redis.getBuffer(key))!) };
    case 'hash':
      return { type, value: await redis.hgetall(key) };
    case 'list':
      return { type, value: await redis.lrange(key, 0, -1) };
    case 'set':
      return { type, value: await redis.smembers(key) };
    case 'zset':
      return { type, value: await redis.zrange(key, '0', '-1', 'WITHSCORES') };
    case 'stream':
      return { type, value: await redis.xrange(key, '-', '+') };
    default:
      throw new Error(`${key} is a ${type}, which a snapshot does not know.`);
  }
}

export async function putIntoRedis(redis: Redis, keys: Snapshot['redis']): Promise<void> {
  for (const [key, entry] of Object.entries(keys)) await putKey(redis, key, entry);
}

async function putKey(redis: Redis, key: string, { type, value }: Value): Promise<unknown> {
  switch (type) {
    case 'string':
      return redis.set(key, fromText(value));
    case 'hash':
      return redis.hset(key, value);
    case 'list':
      return redis.rpush(key, ...value);
    case 'set':
      return redis.sadd(key, ...value);
    case 'zset':
      return Promise.all(pairs(value).map(([member, score]) => redis.zadd(key, score, member)));
    case 'stream':
      for (const [id, fields] of value) await redis.xadd(key, id, ...fields);
      return undefined;
  }
}

const pairs = (flat: readonly string[]) =>
  flat.flatMap((member, n) => (n % 2 === 0 ? [[member, flat[n + 1]!] as const] : []));

function toText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : binaryMark + bytes.toString('base64');
}

const fromText = (text: string) =>
  text.startsWith(binaryMark) ? Buffer.from(text.slice(binaryMark.length), 'base64') : text;

/** Messages that wait, are scheduled or are locked; they stay where they are. */
export async function readQueue(connection: string, queue: string): Promise<QueuedMessage[]> {
  const client = new ServiceBusClient(connection);
  try {
    const messages = await client.createReceiver(queue).peekMessages(100);
    return messages.map(({ messageId, body, contentType, applicationProperties }) => ({
      queue,
      messageId: String(messageId),
      body: body as unknown,
      contentType: contentType ?? '',
      applicationProperties: { ...applicationProperties } as QueuedMessage['applicationProperties'],
    }));
  } finally {
    await client.close();
  }
}

export async function sendAll(connection: string, messages: readonly QueuedMessage[]): Promise<void> {
  const client = new ServiceBusClient(connection);
  try {
    for (const { queue, ...message } of messages) {
      await client.createSender(queue).sendMessages({ ...message } satisfies ServiceBusMessage);
    }
  } finally {
    await client.close();
  }
}

export async function readTables(connection: string): Promise<NonNullable<Snapshot['tables']>> {
  const tables: Record<string, Row[]> = {};
  for await (const { name } of TableServiceClient.fromConnectionString(connection, insecure).listTables()) {
    const rows: Row[] = [];
    for await (const entity of tableOf(connection, name!).listEntities()) rows.push(rowOf(entity));
    tables[name!] = rows;
  }
  return tables;
}

export async function putIntoTables(connection: string, tables: Snapshot['tables'] = {}): Promise<void> {
  for (const [name, rows] of Object.entries(tables)) {
    const table = tableOf(connection, name);
    await table.createTable();
    for (const row of rows) await table.createEntity(valuesOf(row));
  }
}

/** Microsoft's emulator has no TLS. */
const insecure = { allowInsecureConnection: true };
const tableOf = (connection: string, name: string) => TableClient.fromConnectionString(connection, name, insecure);

function rowOf(entity: object): Row {
  const own = Object.entries(entity).filter(([name]) => name !== 'etag' && name !== 'timestamp');
  const toJson = (value: unknown) => (value instanceof Uint8Array ? toText(Buffer.from(value)) : value);
  return mapValues(Object.fromEntries(own), toJson) as Row;
}

const valuesOf = (row: Row) => mapValues(row, (value) => (typeof value === 'string' ? fromText(value) : value)) as Row;

const mapValues = (object: object, map: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
