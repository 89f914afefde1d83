import { readFileSync } from 'node:fs';
import { problemStatus } from '../contracts/problem.ts';
import { AppError, unavailable } from './errors.ts';
import { toResponse } from './http-errors.ts';

function contextOf() {
  return { invocationId: 'invocation-1', error: jest.fn(), warn: jest.fn() };
}
const bodyOf = (response: { body?: unknown }) => JSON.parse(String(response.body)) as Record<string, unknown>;

it('answers a known error with its status, code and advice', () => {
  const response = toResponse(new AppError('conflict', 'Wait a second.', { retryAfterS: 1 }), contextOf());
  expect(response).toMatchObject({
    status: 409,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
  });
  expect(bodyOf(response)).toMatchObject({ code: 'conflict', status: 409, detail: 'Wait a second.' });
});

it('shows nothing of an unexpected error but where to ask, and logs it', () => {
  const context = contextOf();
  const response = toResponse(new Error('secret detail'), context);
  expect(bodyOf(response)).toMatchObject({ code: 'internal', status: 500 });
  expect(bodyOf(response).detail).toContain('invocation-1');
  expect(JSON.stringify(response)).not.toContain('secret detail');
  expect(context.error).toHaveBeenCalled();
});

it.each([
  Object.assign(new Error('Reached the max retries per request limit'), { name: 'MaxRetriesPerRequestError' }),
  Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  new Error('Connection is closed.'),
  new Error('Command timed out'),
])('takes "$message" for an outage of Redis', (error) => {
  expect(bodyOf(toResponse(error, contextOf()))).toMatchObject({ code: 'dependency-unavailable', status: 503 });
});

it('has every error code in the document of the API, with its status', () => {
  const document = readFileSync('docs/http-api.md', 'utf8');
  for (const [code, status] of Object.entries(problemStatus)) expect(document).toContain(`\`${code}\` ${status}`);
});

it('names the missing role in the log, and to nobody outside', () => {
  const context = contextOf();
  const refused = Object.assign(new Error("Unauthorized access. 'Send' claim(s) are required"), {
    code: 'UnauthorizedAccess',
  });
  const response = toResponse(unavailable('Service Bus', refused), context);
  expect(context.warn).toHaveBeenCalledWith(
    expect.stringContaining('the role "Azure Service Bus Data Owner"'),
    refused,
  );
  expect(JSON.stringify(response)).not.toContain('Owner');
});
