/** Builds the function app again whenever one of its files changes. */
import { context, formatMessagesSync } from 'esbuild';
import type { Message, Plugin } from 'esbuild';
import { functionAppBundle } from '../../scripts/function-app-bundle.ts';
import type { Log } from './log.ts';

/**
 * Resolves after the first build that succeeds; `onRebuilt` is called after each later one. Messages of builds that fail are logged,
 * and the next change is waited for. esbuild's process ends with this one.
 */
export async function watchFunctionApp(root: string, log: Log, onRebuilt: () => void): Promise<void> {
  const { promise: built, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  const report: Plugin = {
    name: 'report',
    setup(build) {
      build.onEnd(({ errors, warnings }) => {
        logMessages(errors, 'error', log);
        logMessages(warnings, 'warning', log);
        if (errors.length > 0) return log('the function app did not build: it is built again when a file changes');
        if (!isFirst) onRebuilt();
        isFirst = false;
        resolve();
      });
    },
  };
  const building = await context({ ...functionAppBundle(root), logLevel: 'silent', plugins: [report] });
  await building.watch();
  await built;
}

function logMessages(messages: Message[], kind: 'error' | 'warning', log: Log): void {
  for (const text of formatMessagesSync(messages, { kind })) for (const line of text.trimEnd().split('\n')) log(line);
}
