/**
 * Proves a deployment from outside: `npm run smoke -- https://HOST [--token TOKEN]`. Submits a task and watches it live, then one that fails
 * for good and is replayed, and finds the first in history. Every step says what it saw; the first that is not as it should be ends the run with code 1.
 *
 * Where App Service Authentication guards the API, a token for it is needed: --token, or the variable SMOKE_TOKEN.
 */
import { parseArgs } from 'node:util';
import { ApiError } from '../client/index.ts';
import { watchLive } from './smoke/live.ts';
import { smokeSteps } from './smoke/steps.ts';
import { SmokeApi } from './smoke/smoke-api.ts';

const usage = 'Usage: npm run smoke -- https://HOST [--token TOKEN] [--seconds 120]';

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { token: { type: 'string' }, seconds: { type: 'string', default: '120' } },
  });
  const url = URL.parse(positionals[0] ?? '');
  if (positionals.length !== 1 || !url || !/^https?:$/.test(url.protocol)) throw new Error(usage);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds should be a number of seconds. ${usage}`);
  return { baseUrl: url.origin, token: values.token ?? process.env['SMOKE_TOKEN'], seconds };
}

async function run(): Promise<void> {
  const { baseUrl, token, seconds } = readArguments();
  const api = new SmokeApi(baseUrl, token);
  // One limit for all: a cold start may take most of it, a step that hangs must end.
  const timer = setTimeout(() => {
    console.error(`✗ Not done after ${seconds} s. GET ${baseUrl}/api/health says which service does not answer.`);
    process.exit(1);
  }, seconds * 1000);
  for await (const line of smokeSteps(api, () => watchLive(api))) console.log(`✓ ${line}`);
  clearTimeout(timer);
  console.log(`${baseUrl} works.`);
}

/** What to do about an answer, where the sentence of the API does not say it. */
function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return (error as Error).message;
  const hint = error.status === 401 ? ' Give a token for this API with --token.' : '';
  return `${error.message}${hint}`;
}

try {
  await run();
} catch (error) {
  console.error(`✗ ${explain(error)}`);
  process.exit(1);
}
