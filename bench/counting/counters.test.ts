import { AmqpCounter } from './amqp-counter.ts';
import { HttpCounter } from './http-counter.ts';
import { RedisCounter } from './redis-counter.ts';

it('counts Redis commands by name, however they are cut up, and flushes as they come', () => {
  const counter = new RedisCounter();
  const { toServer } = counter.watch();
  const text = '*2\r\n$3\r\nget\r\n$2\r\n\r\n\r\n*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n';
  toServer!(Buffer.from(text.slice(0, 17)));
  expect(counter.commands.size).toBe(0);
  toServer!(Buffer.from(text.slice(17)));
  expect([...counter.commands]).toEqual([['GET', 2], ['PING', 1]]); // prettier-ignore
  expect(counter.flushes).toBe(2);
});

it('counts sends, deliveries and settlements on AMQP, and no headers or heartbeats', () => {
  const counter = new AmqpCounter();
  const { toServer, toClient } = counter.watch();
  const frame = (code: number) => Buffer.from([0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, code, 0x45]);
  const heartbeat = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
  const stream = Buffer.concat([Buffer.from('AMQP\0\x01\0\0'), heartbeat, frame(0x14), frame(0x14), frame(0x15)]);
  for (const byte of stream) toServer!(Buffer.from([byte]));
  toClient!(frame(0x14));
  expect(counter).toMatchObject({ sends: 2, settlements: 1, deliveries: 1 });
});

it('counts calls of the REST API, and no WebSockets', () => {
  const counter = new HttpCounter();
  const { toServer } = counter.watch();
  toServer!(Buffer.from('POST /api/hubs/tasks/:send HTTP/1.1\r\n\r\n'));
  toServer!(Buffer.from('{"target":"events"}'));
  toServer!(Buffer.from('GET /client/?hub=tasks HTTP/1.1\r\n\r\n'));
  expect(counter.calls).toBe(1);
});
