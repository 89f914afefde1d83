/**
 * A lock token is a UUID. The delivery tag holds it in .NET's byte order (its first three groups are little-endian),
 * `$management` in the usual one, which is also the order of the broker's hexadecimal tokens.
 */
export function deliveryTag(token: string): Buffer {
  const bytes = Buffer.from(token, 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
