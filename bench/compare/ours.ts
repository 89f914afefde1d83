import type { BatchResult } from '../../contracts/submit.ts';
import type { Task } from '../../contracts/task.ts';
import { startStack } from '../../tests/support/stack.ts';
import { Completions } from './completions.ts';
import type { Contestant, Owner } from './contestant.ts';
import { HttpClient } from './http-client.ts';
import { openSignalR } from './signalr-socket.ts';

/** The stack of `npm start`, with data of its own. Owners are ordinary users, not operators, who would be told everything twice. */
export async function startOurs(): Promise<Contestant> {
  const stack = await startStack();
  const http = new HttpClient(stack.baseUrl);
  const { host = 0, services = 0, redis = 0, azurite = 0 } = stack.pids();
  return {
    name: 'ours',
    processes: { 'host and app': host, 'broker and SignalR': services, Redis: redis, Azurite: azurite },
    connect: (owner) => connect(stack.baseUrl, http, owner),
    async stop() {
      http.close();
      await stack.stop();
    },
  };
}

/** An owner who may submit more than echo tasks. */
export interface OurOwner extends Owner {
  /** @param body as POST /api/tasks takes it. @returns the accepted task's ID */
  submitTask(body: object): Promise<string>;
}

/** @param baseUrl of the stack, or of a host beside it */
export async function connect(baseUrl: string, http: HttpClient, owner: string): Promise<OurOwner> {
  const headers = { cookie: await signIn(baseUrl, owner) };
  const completions = new Completions();
  const negotiated = await http.post('/api/negotiate', headers, '');
  if (negotiated.status !== 200) throw new Error(`Negotiate was answered with ${negotiated.status}.`);
  const connection = JSON.parse(negotiated.body) as { url: string; accessToken: string };
  const close = await openSignalR(connection, (events) => {
    for (const { kind, taskId } of events) if (kind === 'completed') completions.see(taskId);
  });
  const toTask = (message: string) => ({ type: 'echo', payload: { message } });
  const submitTask = async (body: object) => (await http.submit<Task>('/api/tasks', headers, body)).id;
  return {
    close,
    completed: (id) => completions.wait(id),
    submitTask,
    submit: (message) => submitTask(toTask(message)),
    async submitBatch(messages) {
      const body = { tasks: messages.map(toTask) };
      const { results } = await http.submit<{ results: BatchResult[] }>('/api/tasks/batch', headers, body);
      return results.map(({ task, error }) => {
        if (task === undefined) throw new Error(`A task of a batch was refused: ${error?.detail}`);
        return task.id;
      });
    },
  };
}

async function signIn(baseUrl: string, user: string): Promise<string> {
  const answer = await fetch(`${baseUrl}/.auth/login/aad?user=${user}&roles=user`, { redirect: 'manual' });
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`Signing in as ${user} set no cookie (status ${answer.status}).`);
  return cookie.split(';')[0] ?? '';
}
