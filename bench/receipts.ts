/**
 * How long a receipt takes: `npm run build && node bench/receipts.ts` starts a stack of its own and sends receipts one after the other,
 * each of a task of its own: from the request to the answer, over HTTP on this machine.
 */
import type { ReceiptKind } from '../contracts/receipt.ts';
import { Api } from '../tests/support/api.ts';
import { startStack } from '../tests/support/stack.ts';

const warmUps = 50;
const measured = 500;

async function timesOf(api: Api, kind: ReceiptKind, taskIds: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const taskId of taskIds) {
    const began = performance.now();
    const { status } = await api.post('/api/receipts', { receipts: [{ taskId, cursor: '1-0', kind }] });
    if (status !== 200) throw new Error(`A receipt was answered with ${status}.`);
    times.push(performance.now() - began);
  }
  return times.slice(warmUps).sort((a, b) => a - b);
}

const stack = await startStack();
try {
  const api = new Api(stack.baseUrl);
  const ids: string[] = [];
  for (let n = 0; n < warmUps + measured; n += 1) ids.push((await api.submit('echo', { message: n })).id);
  for (const id of ids) await api.ended(id);
  for (const kind of ['delivered', 'seen'] as const) {
    const times = await timesOf(api, kind, ids);
    const at = (share: number) => `${times[Math.floor(times.length * share)]!.toFixed(1)} ms`;
    console.log(`${kind}: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, ${times.length} receipts`);
  }
} finally {
  await stack.stop();
}
