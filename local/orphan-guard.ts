/**
 * Ends a program that cannot notice by itself that its parent was killed.
 *
 * A child written in Node sees its IPC channel close; redis-server sees nothing. So a small shell waits on a pipe that only this
 * process holds open: when this process ends, however it ends, the pipe closes and the shell sends SIGTERM.
 */
import { spawn } from 'node:child_process';

/** Returns what must be called once the guarded process has ended, so that its recycled PID is never signalled. */
export function endWithThisProcess(pid: number): () => void {
  // `read` answers "end of file" (non-zero) when the pipe closes, and success on the line that calls the guard off.
  const guard = spawn('sh', ['-c', `read -r line || kill -TERM ${pid}`], {
    // A session of its own: Ctrl-C in the terminal must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref?(): void }).unref?.();
  return () => guard.stdin.end('off\n');
}
