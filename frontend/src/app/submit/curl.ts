import type { SubmitTask } from '../../../../contracts/submit.ts';

/** A command for a shell that submits the same task. */
export function asCurl(origin: string, body: SubmitTask): string {
  const json = JSON.stringify(body).replaceAll("'", `'\\''`);
  return `curl -X POST '${origin}/api/tasks' \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '${json}'`;
}
