import { app } from '@azure/functions';
import { operatorsGroup } from '../../contracts/names.ts';
import { addUserToGroup, clientAccess, removeUserFromGroup } from '../azure/signalr.ts';
import { unavailable } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';

// Without the binding signalRConnectionInfo: the host would read the user from a header before the function runs, and answer 500, not 401, to
// who is not signed in (Azure/azure-functions-signalrservice-extension#58).
app.http('Negotiate', {
  route: 'api/negotiate',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const principal = readPrincipal(request.headers);
    // A user who is no operator any more must not go on receiving the events of all.
    const joinOrLeave = principal.isOperator ? addUserToGroup : removeUserFromGroup;
    try {
      await joinOrLeave(principal.id, operatorsGroup);
      return { headers: { 'cache-control': 'no-store' }, jsonBody: await clientAccess(principal.id) };
    } catch (error) {
      throw unavailable('SignalR', error);
    }
  }),
});
