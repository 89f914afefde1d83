import { app } from '@azure/functions';
import { type ReceiptsTaken, SendReceipts } from '../../contracts/receipt.ts';
import { getRedis } from '../azure/redis.ts';
import { readRequest } from '../dead-letters/read-request.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { recordReceipts } from './receipt-store.ts';

app.http('SendReceipts', {
  route: 'api/receipts',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const principal = readPrincipal(request.headers);
    const { receipts } = await readRequest(request, SendReceipts);
    const receiver = { user: principal.id, owner: visibleOwner(principal) };
    const recorded = await recordReceipts(getRedis(), receipts, receiver);
    const taken: ReceiptsTaken = { recorded, ignored: receipts.length - recorded };
    return { headers: { 'cache-control': 'no-store' }, jsonBody: taken };
  }),
});
