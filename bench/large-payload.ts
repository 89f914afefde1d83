/** How long a payload of 100 MB takes through a whole stack, and how much memory the host takes for it: `node bench/large-payload.ts [MB]`. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchRequest, TaskApi, upload } from '../client/index.ts';
import { startStack } from '../tests/support/stack.ts';

const bytes = Number(process.argv[2] ?? 100) * 1_000_000;
const rows = ['id,name,ratio,day'];
for (let i = 0, length = 0; length < bytes * 0.96; i += 1) {
  const row = `${i},name ${i % 1000},${i / 7},2026-01-${String((i % 28) + 1).padStart(2, '0')}`;
  length += row.length + 2;
  rows.push(row);
}
const json = new Blob([JSON.stringify({ csv: rows.join('\n') })]);

const stack = await startStack();
let highest = 0;
/** 0 between two runs of the host. */
const residentMb = () => {
  const { host } = stack.pids();
  if (host === undefined) return 0;
  const status = readFileSync(`/proc/${host}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
};
const watching = setInterval(() => (highest = Math.max(highest, residentMb())), 50);
let slowest = 0;
const api = new TaskApi(fetchRequest(stack.baseUrl));

/** While the large one is worked on, the host answers others: how late at most? */
async function ask(until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const asked = performance.now();
    await api
      .listTasks({ limit: 1 })
      .catch((error: unknown) =>
        console.log(new Date().toISOString(), String(error), Math.round(performance.now() - asked)),
      );
    slowest = Math.max(slowest, performance.now() - asked);
    await delay(20);
  }
}

const seconds = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const started = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s; host ${residentMb()} MiB`);
  return result;
};

try {
  console.log(`${(json.size / 1e6).toFixed(1)} MB of JSON; the host has ${residentMb()} MiB before it`);
  const done = new AbortController();
  const asking = ask(done.signal);
  const payloadRef = await seconds('upload', () => upload(api, json));
  const task = await seconds('submit', () => api.submit({ type: 'summarize-csv', payloadRef }));
  const ended = await seconds('run', async () => {
    for (;;) {
      const now = await api.getTask(task.id);
      if (now.finishedAt !== undefined) return now;
      await delay(100);
    }
  });
  done.abort();
  await asking;
  console.log(`${ended.state}; host at most ${highest} MiB; slowest other request ${Math.round(slowest)} ms`);
} finally {
  console.log(
    stack
      .logs()
      .split('\n')
      .filter((line) => !/ info /.test(line))
      .join('\n'),
  );
  clearInterval(watching);
  await stack.stop();
}
