const yearMs = 365 * 24 * 60 * 60 * 1000;
/** Groups that a user can be in without a TTL; the oldest are forgotten. */
const lastingGroupsLimit = 100;

interface Membership {
  expiresAt: number;
  lasting: boolean;
}

/**
 * Which users belong to which groups, for connections still to come. Limits and times are those of the data plane
 * reference (2022-06-01, "Add a user to the target group"): one year without a TTL, only the latest 100 of such groups.
 */
export class UserGroups {
  readonly #now: () => number;
  readonly #memberships = new Map<string, Map<string, Membership>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `ttl` in seconds; 0 concerns no later connection. A later call replaces the time of an earlier one. */
  add(userId: string, group: string, ttl: number | undefined): void {
    const lasting = ttl === undefined;
    const expiresAt = this.#now() + (lasting ? yearMs : ttl * 1000);
    const groups = this.#memberships.get(userId) ?? new Map<string, Membership>();
    groups.delete(group);
    groups.set(group, { expiresAt, lasting });
    this.#memberships.set(userId, groups);
    if (lasting) forgetOldestLasting(groups);
  }

  remove(userId: string, group: string): void {
    const groups = this.#memberships.get(userId);
    if (groups?.delete(group) && groups.size === 0) this.#memberships.delete(userId);
  }

  removeAll(userId: string): void {
    this.#memberships.delete(userId);
  }

  has(userId: string, group: string): boolean {
    const membership = this.#memberships.get(userId)?.get(group);
    return membership !== undefined && membership.expiresAt > this.#now();
  }

  groupsOf(userId: string): string[] {
    return [...(this.#memberships.get(userId)?.keys() ?? [])].filter((group) => this.has(userId, group));
  }

  forgetExpired(): void {
    for (const [userId, groups] of this.#memberships) {
      for (const [group, { expiresAt }] of groups) {
        if (expiresAt <= this.#now()) this.remove(userId, group);
      }
    }
  }
}

function forgetOldestLasting(groups: Map<string, Membership>): void {
  const lasting = [...groups].filter(([, membership]) => membership.lasting);
  const [oldest] = lasting;
  if (oldest && lasting.length > lastingGroupsLimit) groups.delete(oldest[0]);
}
