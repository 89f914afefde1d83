import { settleByToken } from './settle.ts';
import { lockTokens, type Operation, timestamps } from './operation.ts';

const renewLock: Operation = ({ broker, path, body }) => {
  const queue = broker.source(path);
  return { body: { expirations: timestamps(lockTokens(body).map((token) => queue.deliveries.renew(token))) } };
};

const updateDisposition: Operation = ({ broker, path, body }) => {
  const queue = broker.source(path);
  for (const token of lockTokens(body)) settleByToken(queue, token, body);
  return {};
};

export const lockOperations = { 'renew-lock': renewLock, 'update-disposition': updateDisposition };
