/** A certificate for this machine alone: whoever is to take it names it in NODE_EXTRA_CA_CERTS. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'tls');
export const loopbackCertificate = join(folder, 'loopback.crt');

export function loopbackTls(): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(loopbackCertificate), key: readFileSync(join(folder, 'loopback.key')) };
}
