import { createHmac, timingSafeEqual } from 'node:crypto';

/** Names and keys of the shared access policies that may enter; undefined lets everyone in. */
export type AccessKeys = Readonly<Record<string, string>> | undefined;

/**
 * The path a shared access signature is good for, without its namespace (`q`, `` for all); undefined when it is good for nothing.
 * @param now ms since 1970
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas
 */
export function checkSasToken(token: string, keys: Readonly<Record<string, string>>, now: number): string | undefined {
  if (!token.startsWith('SharedAccessSignature ')) return undefined;
  const fields = new URLSearchParams(token.slice('SharedAccessSignature '.length));
  // Clients sign the resource as they encoded it, so that it must not be decoded first.
  const resource = /(?:^| |&)sr=([^&]*)/.exec(token)?.[1];
  const [signature, expiry, name] = [fields.get('sig'), fields.get('se'), fields.get('skn')];
  if (!resource || !signature || !expiry || !name) return undefined;
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (!key || Number(expiry) * 1000 <= now) return undefined;
  const expected = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  return sameText(expected, signature) ? pathOf(fields.get('sr') ?? '') : undefined;
}

export function sameText(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The entity path within an address, which may be a whole URL: `sb://host:5672/q/` is `q`. */
export function pathOf(address: string): string {
  return address.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/^\/+|\/+$/g, '');
}
