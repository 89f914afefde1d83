/** What is left of a limit, for the headers `RateLimit` and `RateLimit-Policy`. */
export interface Quota {
  readonly policy: string;
  readonly limit: number;
  /** Of a limit for each span of so many seconds; of what waits at once there is none. */
  readonly windowS?: number;
  readonly remaining: number;
  /** Seconds until the whole limit is there again, or until it may be tried again. */
  readonly resetS: number;
}

/** draft-ietf-httpapi-ratelimit-headers: structured fields, one item for each policy. */
export function limitHeaders(quotas: readonly Quota[]): Record<string, string> {
  if (quotas.length === 0) return {};
  const policies = quotas.map(
    ({ policy, limit, windowS }) => `"${policy}";q=${limit}${windowS ? `;w=${windowS}` : ''}`,
  );
  return {
    'ratelimit-policy': policies.join(', '),
    ratelimit: quotas.map(({ policy, remaining, resetS }) => `"${policy}";r=${remaining};t=${resetS}`).join(', '),
  };
}

type Headers = Readonly<Record<string, string>>;

/** Of several answers in one: the longest time to wait, and of each limit the least that was left. */
export function mergeLimitHeaders(answers: readonly Headers[]): Headers {
  const valuesOf = (name: string) => answers.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
  const merged = {
    'ratelimit-policy': leastOfEach(valuesOf('ratelimit-policy')),
    ratelimit: leastOfEach(valuesOf('ratelimit')),
    'retry-after': String(Math.max(0, ...valuesOf('retry-after').map(Number)) || ''),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}

function leastOfEach(lists: readonly string[]): string {
  const left = (item: string) => Number(/;r=(\d+)/.exec(item)?.[1] ?? 0);
  const least = new Map<string, string>();
  for (const item of new Set(lists.flatMap((list) => list.split(', ')))) {
    const policy = item.slice(0, item.indexOf(';'));
    const known = least.get(policy);
    if (known === undefined || left(item) < left(known)) least.set(policy, item);
  }
  return [...least.values()].join(', ');
}
