import { randomBytes } from 'node:crypto';
import { decodePayload, encodePayload } from './payload-codec.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Of about ninety different ones, so that there is little to save. */
const anyLetters = (count: number) =>
  Array.from(randomBytes(count), (byte) => String.fromCharCode(0x21 + (byte % 0x5d))).join('');

it.each([
  ['a short text', json({ message: 'Hello' }), false],
  ['a kilobyte, to the byte', json('x'.repeat(1022)), false],
  ['a long text with much of the same', json({ csv: 'a,b\n1,2\n'.repeat(1_000) }), true],
  ['a very long text', json({ csv: 'a,b\n1,2\n'.repeat(100_000) }), true],
  ['what does not get smaller by a fifth', json(anyLetters(5_000)), false],
])('keeps %s as it was, and compresses where that is worth it', async (_, text, isSmaller) => {
  const stored = await encodePayload(text);
  expect(stored.length < text.length * 0.8).toBe(isSmaller);
  if (!isSmaller) expect(stored).toEqual(text);
  expect((await decodePayload(stored))!.equals(text)).toBe(true);
});

it('reads what was stored before payloads were compressed', async () => {
  const old = json({ csv: 'a,b\n1,2\n'.repeat(1_000) });
  expect(await decodePayload(old)).toEqual(old);
});

it('says so when bytes cannot be what was encoded', async () => {
  const stored = await encodePayload(json('x'.repeat(10_000)));
  expect(await decodePayload(stored.subarray(0, stored.length / 2))).toBeUndefined();
});
