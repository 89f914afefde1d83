import { ServiceBusError } from '../broker/errors.ts';
import type { SaslMechanism } from './rhea.ts';
import { type AccessKeys, checkSasToken, pathOf, sameText } from './sas-token.ts';

/** What one connection may touch: everything its tokens cover. */
export class Access {
  readonly #keys: AccessKeys;
  readonly #now: () => number;
  readonly #paths: string[] = [];

  constructor(keys: AccessKeys, now: () => number) {
    this.#keys = keys;
    this.#now = now;
  }

  /** Takes a token that a client puts to `$cbs`. @throws ServiceBusError amqp:unauthorized-access */
  putToken(token: string): void {
    if (!this.#keys) return;
    const path = checkSasToken(token, this.#keys, this.#now());
    if (path === undefined) {
      throw new ServiceBusError(
        'amqp:unauthorized-access',
        'InvalidSignature: The token has an invalid signature, key name or expiry.',
      );
    }
    this.#paths.push(path.toLowerCase());
  }

  /** A client signed in with a key (SASL PLAIN): all entities are open to it. */
  grantAll(): void {
    this.#paths.push('');
  }

  /** @throws ServiceBusError amqp:unauthorized-access */
  demand(address: string): void {
    if (!this.#keys) return;
    const wanted = pathOf(address).toLowerCase();
    if (this.#paths.some((path) => path === '' || wanted === path || wanted.startsWith(`${path}/`))) return;
    throw new ServiceBusError(
      'amqp:unauthorized-access',
      `Unauthorized access. 'Listen' or 'Send' claims are required to use '${address}': put a valid token first.`,
    );
  }
}

/** SASL PLAIN with a policy's name and key. @see RFC 4616 */
export class PlainMechanism implements SaslMechanism {
  readonly #keys: AccessKeys;
  outcome: boolean | undefined;
  username: string | undefined;

  constructor(keys: AccessKeys) {
    this.#keys = keys;
  }

  start(response: Buffer | null | undefined): void {
    const [, name = '', key = ''] = (response ?? Buffer.alloc(0)).toString('utf8').split('\0');
    const expected = this.#keys && Object.hasOwn(this.#keys, name) ? this.#keys[name] : undefined;
    this.outcome = !this.#keys || (expected !== undefined && sameText(expected, key));
    this.username = name;
  }
}
