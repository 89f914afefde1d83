import { HttpError } from './http-error.ts';

/** Deeper arguments are refused: encoders and clients take about as much. */
const depthLimit = 64;

/** Reads `{target, arguments?}`; property names in any letter case, as Microsoft's library writes them. */
export function readSend(contentType: string | undefined, body: Buffer): { target: string; args: unknown[] } {
  if (!/^application\/json\b/i.test(contentType ?? '')) {
    throw new HttpError(415, 'The body must be JSON; send it with Content-Type: application/json.');
  }
  const message = parseObject(body);
  const target = property(message, 'target');
  const args = property(message, 'arguments') ?? [];
  if (typeof target !== 'string' || target === '')
    throw new HttpError(400, 'The body has no target; name the client method.');
  if (!Array.isArray(args)) throw new HttpError(400, 'The arguments are no array.');
  if (isDeeperThan(args, depthLimit))
    throw new HttpError(400, `The arguments are nested more than ${depthLimit} deep.`);
  return { target, args };
}

function parseObject(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    throw new HttpError(400, 'The body is no JSON.');
  }
  throw new HttpError(400, 'The body is no JSON object.');
}

function property(message: object, name: string): unknown {
  return Object.entries(message).find(([key]) => key.toLowerCase() === name)?.[1];
}

function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((child) => isDeeperThan(child, limit - 1));
}
