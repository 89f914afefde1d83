import { app, input } from '@azure/functions';
import { connectionSettings, operatorsGroup, signalRHub } from '../../contracts/names.ts';
import { addUserToGroup, removeUserFromGroup } from '../azure/signalr.ts';
import { unavailable } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';

const connectionInfo = input.generic({
  type: 'signalRConnectionInfo',
  name: 'connectionInfo',
  hubName: signalRHub,
  userId: '{headers.x-ms-client-principal-id}',
  connectionStringSetting: connectionSettings.signalR,
});

app.http('Negotiate', {
  route: 'api/negotiate',
  methods: ['POST'],
  authLevel: 'anonymous',
  extraInputs: [connectionInfo],
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    // A user who is no operator any more must not go on receiving the events of all.
    const joinOrLeave = principal.isOperator ? addUserToGroup : removeUserFromGroup;
    await joinOrLeave(principal.id, operatorsGroup).catch((error: unknown) => {
      throw unavailable('SignalR', error);
    });
    return { headers: { 'cache-control': 'no-store' }, jsonBody: context.extraInputs.get(connectionInfo) };
  }),
});
