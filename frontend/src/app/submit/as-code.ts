import type { SubmitTask } from '../../../../contracts/submit.ts';

/** A command for a shell that submits the same task. */
export function asCurl(origin: string, body: SubmitTask): string {
  const json = JSON.stringify(body).replaceAll("'", `'\\''`);
  return `curl -X POST '${origin}/api/tasks' \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '${json}'`;
}

/** A program that submits the same task with the client package, and follows it to its end. */
export function asTypeScript(origin: string, body: SubmitTask): string {
  return `import { connect } from 'async-message-orchestrator-client';

const client = connect({ url: ${JSON.stringify(origin)} });
const { id } = await client.submit(${JSON.stringify(body, null, 2)});
for await (const { state, progress, result } of client.watch(id)) console.log(state, progress?.percent ?? '', result ?? '');
client.stop();
`;
}
