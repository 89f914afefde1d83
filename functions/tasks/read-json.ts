import type { HttpRequest } from '@azure/functions';
import { AppError } from '../errors.ts';
import { payloadTooLarge } from './parse-submission.ts';

/** What a request has beside its payload. */
const envelopeBytes = 64 * 1024;

/**
 * The body of a request as JSON.
 * @throws AppError `payload-too-large` or `invalid-request`
 */
export async function readJson(request: HttpRequest, payloadLimitBytes: number): Promise<unknown> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > payloadLimitBytes + envelopeBytes) throw payloadTooLarge(payloadLimitBytes);
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > payloadLimitBytes + envelopeBytes) throw payloadTooLarge(payloadLimitBytes);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notJson('it is not UTF-8');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw notJson(text.trim() === '' ? 'it is empty' : (error as SyntaxError).message);
  }
}

function notJson(why: string): AppError {
  const errors = [{ pointer: '', detail: why.slice(0, 300) }];
  return new AppError(
    'invalid-request',
    'The body is not valid JSON. Send an object like {"type": "echo", "payload": {"message": "Hello"}}.',
    { errors },
  );
}
