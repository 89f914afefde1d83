import jwt from 'jsonwebtoken';
import { Redis } from 'ioredis';
import { appendLogs } from '../../../functions/task-logs/log-store.ts';
import { parseSignalRConnectionString } from '../../../local/signalr/connection-info.ts';
import { Api } from '../../support/api.ts';
import { useStack } from '../../support/stack.ts';
import { useBrowser } from '../../support/use-browser.ts';
import { untilLive } from './pages.ts';

const browser = useBrowser();
const stack = useStack();

/** Says what another instance of the function app would say to a user's browsers. */
async function tell(user: string, method: string, argument: unknown): Promise<void> {
  const { endpoint, accessKey } = parseSignalRConnectionString(stack().signalRConnection);
  const url = `${endpoint}api/hubs/tasks/users/${user}/:send`;
  const token = jwt.sign({}, accessKey, { audience: url, expiresIn: 600 });
  const answer = await fetch(`${url}?api-version=2022-06-01`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target: method, arguments: [argument] }),
  });
  if (!answer.ok) throw new Error(`SignalR answered ${answer.status}.`);
}

it('reads on in a log when it is told to, however many lines come, and by nothing else', async () => {
  const api = await new Api(stack().baseUrl).as('ada');
  const redis = new Redis(stack().redisUrl);
  try {
    const { id } = await api.submit('echo', { message: 'talkative', delayMs: 600_000 });
    const page = await browser.open(`${stack().baseUrl}/.auth/login/aad?user=ada&post_login_redirect_uri=/tasks/${id}`);
    await untilLive(page);
    let requests = 0;
    page.on('request', (request) => void (requests += /\/logs\?/.test(request.url()) ? 1 : 0));
    await page.getByRole('tab', { name: /^Logs/ }).click();
    const log = page.getByRole('region', { name: 'Logs' });
    await log.getByText('Waiting 600000 ms, as asked.').waitFor();
    // Its progress goes on being told, and is no reason to ask.
    await api.until(id, ({ progress }) => (progress?.percent ?? 0) > 0.5);
    const before = requests;
    const news = [];
    for (let n = 0; n < 100; n += 1) {
      const lines = Array.from({ length: 10 }, (_, i) => ({ at: new Date().toISOString(), attempt: 1, text: `Line ${n * 10 + i}` })); // prettier-ignore
      news.push({ taskId: id, newest: (await appendLogs(redis, id, { name: `more:${n}`, left: 0, lines }))! });
    }
    expect(requests).toBe(before);
    await Promise.all(news.map((one) => tell('ada', 'logs', [one])));
    await log.getByText('Line 999', { exact: true }).waitFor();
    await page.getByText(/older ones are kept no longer/).waitFor();
    expect(requests - before).toBeLessThanOrEqual(news.length / 4);
    await api.post(`/api/tasks/${id}/cancel`, '');
  } finally {
    redis.disconnect();
  }
});
