import type { Hub } from './hub.ts';
import { broadcast } from './hub.ts';
import type { ClientConnection } from './client-connection.ts';
import type { OutgoingMessage } from './protocols/outgoing-message.ts';

/** What a route needs to know of its request. Path parameters are decoded. */
export interface RestCall {
  hub: Hub;
  parameter: (name: 'connection' | 'group' | 'user') => string;
  /** Reads the body; only routes that send call it. */
  message: () => Promise<OutgoingMessage>;
  excluded: ReadonlySet<string>;
  reason: string | undefined;
  /** Seconds. */
  ttl: number | undefined;
}

/** An HTTP status, with the value of `x-ms-error-code` where the service gives one. */
interface RestAnswer {
  status: number;
  errorCode?: string;
}

type Targets = (call: RestCall) => Iterable<ClientConnection>;

export interface RestRoute {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/hubs/{hub}`. */
  path: string;
  run: (call: RestCall) => RestAnswer | Promise<RestAnswer>;
}

/**
 * The data plane (Azure SignalR data plane REST reference, 2022-06-01) and, as the service has them, the older routes without
 * `:send` and with group before user. HEAD is answered as GET. Error codes are those Microsoft.Azure.SignalR.Management knows.
 */
export const restRoutes: RestRoute[] = [
  ...sending('', ({ hub }) => hub.all()),
  ...sending('/groups/{group}', ({ hub, parameter }) => hub.group(parameter('group'))),
  ...sending('/users/{user}', ({ hub, parameter }) => hub.user(parameter('user'))),
  { method: 'POST', path: '/connections/{connection}', run: (call) => send(call, theConnection) },
  { method: 'POST', path: '/connections/{connection}/:send', run: (call) => send(call, theConnection) },
  {
    method: 'GET',
    path: '/connections/{connection}',
    run: (call) => exists(theConnection(call).length > 0, 'Connection'),
  },
  {
    method: 'GET',
    path: '/groups/{group}',
    run: ({ hub, parameter }) => exists(hub.group(parameter('group')).size > 0, 'Group'),
  },
  {
    method: 'GET',
    path: '/users/{user}',
    run: ({ hub, parameter }) => exists(hub.user(parameter('user')).size > 0, 'User'),
  },
  { method: 'DELETE', path: '/connections/{connection}', run: closeConnection },
  { method: 'DELETE', path: '/connections/{connection}/groups', run: leaveAllGroups },
  ...eitherOrder('PUT', 'connection', joinGroup),
  ...eitherOrder('DELETE', 'connection', leaveGroup),
  ...eitherOrder('GET', 'user', isUserInGroup),
  ...eitherOrder('PUT', 'user', addUserToGroup),
  ...eitherOrder('DELETE', 'user', removeUserFromGroup),
  { method: 'DELETE', path: '/users/{user}/groups', run: removeUserFromAllGroups },
];

function sending(path: string, targets: Targets): RestRoute[] {
  return [
    { method: 'POST', path, run: (call) => send(call, targets) },
    { method: 'POST', path: `${path}/:send`, run: (call) => send(call, targets) },
    { method: 'POST', path: `${path}/:closeConnections`, run: (call) => closeConnections(call, targets(call)) },
  ];
}

function eitherOrder(method: RestRoute['method'], member: 'connection' | 'user', run: RestRoute['run']): RestRoute[] {
  return [
    { method, path: `/groups/{group}/${member}s/{${member}}`, run },
    { method, path: `/${member}s/{${member}}/groups/{group}`, run },
  ];
}

async function send(call: RestCall, targets: Targets): Promise<RestAnswer> {
  const message = await call.message();
  broadcast(targets(call), message, call.excluded);
  return { status: 202 };
}

function closeConnections({ excluded, reason }: RestCall, targets: Iterable<ClientConnection>): RestAnswer {
  for (const connection of [...targets]) {
    if (!excluded.has(connection.identity.connectionId)) connection.close(reason, true);
  }
  return { status: 204 };
}

function closeConnection(call: RestCall): RestAnswer {
  for (const connection of theConnection(call)) connection.close(call.reason, true);
  return { status: 200 };
}

function joinGroup(call: RestCall): RestAnswer {
  const [connection] = theConnection(call);
  if (!connection) return { status: 404, errorCode: 'Error.Connection.NotExisted' };
  call.hub.joinGroup(connection, call.parameter('group'));
  return { status: 200 };
}

function leaveGroup(call: RestCall): RestAnswer {
  const [connection] = theConnection(call);
  if (!connection) return { status: 404, errorCode: 'Warning.Connection.NotExisted' };
  call.hub.leaveGroup(connection, call.parameter('group'));
  return { status: 200 };
}

function leaveAllGroups(call: RestCall): RestAnswer {
  for (const connection of theConnection(call)) call.hub.leaveAllGroups(connection);
  return { status: 200 };
}

function isUserInGroup({ hub, parameter }: RestCall): RestAnswer {
  return hub.isUserInGroup(parameter('user'), parameter('group'))
    ? { status: 200 }
    : { status: 404, errorCode: 'Info.User.NotInGroup' };
}

function addUserToGroup({ hub, parameter, ttl }: RestCall): RestAnswer {
  hub.addUserToGroup(parameter('user'), parameter('group'), ttl);
  return { status: 200 };
}

function removeUserFromGroup({ hub, parameter }: RestCall): RestAnswer {
  hub.removeUserFromGroup(parameter('user'), parameter('group'));
  return { status: 204 };
}

function removeUserFromAllGroups({ hub, parameter }: RestCall): RestAnswer {
  hub.removeUserFromAllGroups(parameter('user'));
  return { status: 204 };
}

function theConnection({ hub, parameter }: RestCall): ClientConnection[] {
  const connection = hub.connection(parameter('connection'));
  return connection ? [connection] : [];
}

function exists(found: boolean, kind: string): RestAnswer {
  return found ? { status: 200 } : { status: 404, errorCode: `Warning.${kind}.NotExisted` };
}
