import type { ClientConnection } from './client-connection.ts';
import type { OutgoingMessage } from './protocols/outgoing-message.ts';
import { UserGroups } from './user-groups.ts';

const nobody: ReadonlySet<ClientConnection> = new Set();

/** The connected clients of one hub, by connection, user and group. */
export class Hub {
  readonly #connections = new Map<string, ClientConnection>();
  readonly #users = new Map<string, Set<ClientConnection>>();
  readonly #groups = new Map<string, Set<ClientConnection>>();
  readonly #userGroups: UserGroups;

  constructor(now: () => number) {
    this.#userGroups = new UserGroups(now);
  }

  add(connection: ClientConnection): void {
    const { connectionId, userId } = connection.identity;
    this.#connections.set(connectionId, connection);
    if (userId === undefined) return;
    join(this.#users, userId, connection);
    for (const group of this.#userGroups.groupsOf(userId)) join(this.#groups, group, connection);
  }

  remove(connection: ClientConnection): void {
    const { connectionId, userId } = connection.identity;
    if (!this.#connections.delete(connectionId)) return;
    if (userId !== undefined) leave(this.#users, userId, connection);
    this.leaveAllGroups(connection);
  }

  connection(id: string): ClientConnection | undefined {
    return this.#connections.get(id);
  }

  all(): Iterable<ClientConnection> {
    return this.#connections.values();
  }

  user(userId: string): ReadonlySet<ClientConnection> {
    return this.#users.get(userId) ?? nobody;
  }

  group(name: string): ReadonlySet<ClientConnection> {
    return this.#groups.get(name) ?? nobody;
  }

  joinGroup(connection: ClientConnection, group: string): void {
    join(this.#groups, group, connection);
  }

  leaveGroup(connection: ClientConnection, group: string): void {
    leave(this.#groups, group, connection);
  }

  leaveAllGroups(connection: ClientConnection): void {
    for (const group of this.#groups.keys()) leave(this.#groups, group, connection);
  }

  /** Adds the user's connections of now, and those opened within `ttl` seconds; see {@link UserGroups.add}. */
  addUserToGroup(userId: string, group: string, ttl: number | undefined): void {
    this.#userGroups.add(userId, group, ttl);
    for (const connection of this.user(userId)) join(this.#groups, group, connection);
  }

  removeUserFromGroup(userId: string, group: string): void {
    this.#userGroups.remove(userId, group);
    for (const connection of this.user(userId)) leave(this.#groups, group, connection);
  }

  removeUserFromAllGroups(userId: string): void {
    this.#userGroups.removeAll(userId);
    for (const connection of this.user(userId)) this.leaveAllGroups(connection);
  }

  isUserInGroup(userId: string, group: string): boolean {
    return (
      this.#userGroups.has(userId, group) ||
      [...this.user(userId)].some((connection) => this.group(group).has(connection))
    );
  }

  forgetExpiredUserGroups(): void {
    this.#userGroups.forgetExpired();
  }
}

/** Sends to each of the connections that is not excluded by its ID. */
export function broadcast(
  connections: Iterable<ClientConnection>,
  message: OutgoingMessage,
  excluded: ReadonlySet<string>,
): void {
  for (const connection of [...connections]) {
    if (!excluded.has(connection.identity.connectionId)) connection.send(message);
  }
}

function join(sets: Map<string, Set<ClientConnection>>, name: string, connection: ClientConnection): void {
  const set = sets.get(name);
  if (set) set.add(connection);
  else sets.set(name, new Set([connection]));
}

function leave(sets: Map<string, Set<ClientConnection>>, name: string, connection: ClientConnection): void {
  const set = sets.get(name);
  if (set?.delete(connection) && set.size === 0) sets.delete(name);
}
