import type { Receipt } from '../contracts/receipt.ts';
import { apiErrorFrom } from './api-error.ts';
import { Receipts } from './receipts.ts';

const receipt = (taskId: string, kind: Receipt['kind'] = 'delivered', cursor = '1-0'): Receipt => ({
  taskId,
  cursor,
  kind,
});

/** A server that answers when it is told to. */
function server() {
  const batches: (readonly Receipt[])[] = [];
  const answers: (() => void)[] = [];
  const send = (receipts: readonly Receipt[]) => {
    batches.push(receipts);
    return new Promise<void>((resolve) => answers.push(resolve));
  };
  const answer = async () => {
    answers.shift()!();
    await new Promise(setImmediate);
  };
  return { batches, receipts: new Receipts(send), answer };
}

describe('receipts', () => {
  it('of one burst go together, and those that come meanwhile with the next', async () => {
    const { batches, receipts, answer } = server();
    for (const id of ['a', 'b']) receipts.add(receipt(id));
    await new Promise(setImmediate);
    for (const id of ['c', 'd']) receipts.add(receipt(id));
    await answer();
    await answer();
    expect(batches.map((batch) => batch.map(({ taskId }) => taskId))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('are sent once for a task and kind', async () => {
    const { batches, receipts } = server();
    receipts.add(receipt('a'));
    receipts.add(receipt('a', 'delivered', '2-0'));
    receipts.add(receipt('a', 'seen', '2-0'));
    await new Promise(setImmediate);
    expect(batches).toEqual([[receipt('a'), receipt('a', 'seen', '2-0')]]);
  });

  it('are no more in one request than the server takes', async () => {
    const { batches, receipts, answer } = server();
    for (let n = 0; n < 250; n += 1) receipts.add(receipt(`t${n}`));
    await new Promise(setImmediate);
    await answer();
    expect(batches.map(({ length }) => length)).toEqual([200, 50]);
  });

  it('that could not be sent are sent by the next page, once', async () => {
    let kept: readonly Receipt[] = [];
    const memory = { read: async () => kept, write: (receipts: readonly Receipt[]) => void (kept = [...receipts]) };
    const closed = new Receipts(() => new Promise(() => undefined), memory);
    closed.add(receipt('a'));
    await closed.resume();
    closed.add(receipt('b'));
    await new Promise(setImmediate);

    const batches: (readonly Receipt[])[] = [];
    const next = new Receipts(async (receipts) => void batches.push(receipts), memory);
    next.add(receipt('c'));
    await next.resume();
    next.add(receipt('a', 'delivered', '2-0'));
    await new Promise(setImmediate);
    expect(batches.flat()).toEqual(['c', 'a', 'b'].map((id) => receipt(id)));
    expect(kept).toEqual([]);
  });

  it('that are refused for good are given up', async () => {
    const batches: (readonly Receipt[])[] = [];
    const receipts = new Receipts(async (some) => {
      batches.push(some);
      if (batches.length === 1) throw apiErrorFrom(400, { code: 'invalid-request', detail: 'No such kind.' });
    });
    receipts.add(receipt('a'));
    await new Promise(setImmediate);
    receipts.add(receipt('b'));
    await new Promise(setImmediate);
    expect(batches).toEqual([[receipt('a')], [receipt('b')]]);
  });
});
