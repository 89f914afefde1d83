/**
 * Whether the app may call this URL. Without a list of hosts anybody who may submit a task could make it send requests
 * inside its own network (server-side request forgery), so there is no "any".
 * @param hosts names, with a port where it is not the scheme's own; `*.example.org` for every name below
 */
export function isCallbackAllowed(url: string, hosts: readonly string[]): boolean {
  const { host } = new URL(url);
  return hosts.some((allowed) =>
    allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : sameHost(host, allowed),
  );
}

/** A name without a port stands for each of its ports where it means this machine. */
function sameHost(host: string, allowed: string): boolean {
  const isHere = allowed === 'localhost' || allowed === '127.0.0.1';
  return host === allowed || (isHere && host.startsWith(`${allowed}:`));
}
