/** What a function gives to the SignalR output binding: a message, or with `action` a change of a group. */
export interface SignalROutput {
  readonly target?: string;
  readonly arguments?: readonly unknown[];
  readonly action?: string;
  readonly connectionId?: string;
  readonly userId?: string;
  readonly groupName?: string;
}

/** A call of the data plane; `path` is below the hub. */
export interface RestCall {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: { target: string; arguments: readonly unknown[] };
}

/** @throws when it is neither a message nor a group action. */
export function toRestCall(output: SignalROutput): RestCall {
  return output.action === undefined ? sendCall(output) : groupCall(output, output.action);
}

/** The most specific receiver wins; without any, everybody receives. */
function sendCall({ target, arguments: values = [], connectionId, userId, groupName }: SignalROutput): RestCall {
  if (!target) throw new Error('A SignalR message needs a "target": the name of the clients\' method.');
  const body = { target, arguments: values };
  return { method: 'POST', path: `${receiver({ connectionId, userId, groupName })}/:send`, body };
}

type Receiver = { readonly [Name in 'connectionId' | 'userId' | 'groupName']: string | undefined };

function receiver({ connectionId, userId, groupName }: Receiver): string {
  if (connectionId) return `/connections/${encodeURIComponent(connectionId)}`;
  if (userId) return `/users/${encodeURIComponent(userId)}`;
  return groupName ? `/groups/${encodeURIComponent(groupName)}` : '';
}

function groupCall({ connectionId, userId, groupName }: SignalROutput, action: string): RestCall {
  const member = receiver({ connectionId, userId, groupName: undefined });
  if (member === '') throw new Error('A SignalR group action needs a "connectionId" or a "userId".');
  const kind = action.toLowerCase();
  if (kind === 'removeall') return { method: 'DELETE', path: `${member}/groups` };
  if (!groupName) throw new Error('A SignalR group action needs a "groupName".');
  if (kind !== 'add' && kind !== 'remove')
    throw new Error(`"${action}" is no SignalR group action: use add, remove or removeAll.`);
  return { method: kind === 'add' ? 'PUT' : 'DELETE', path: `${member}/groups/${encodeURIComponent(groupName)}` };
}
