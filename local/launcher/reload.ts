/** What `npm run dev` does when something changes that a running piece has read: it starts that piece again, and no other. */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import { localEndpoints, type LocalEndpoints } from '../local-endpoints.ts';
import { type LocalSettings, readSettings, withEnvironment } from '../settings-file.ts';
import { watchFile } from './file-watch.ts';
import { watchFunctionApp } from './function-app-watch.ts';
import type { Log } from './log.ts';
import type { Stack } from './stack.ts';

export interface ReloadOptions {
  readonly root: string;
  readonly settingsFile: string;
  readonly entitiesFile: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stack: Stack;
  readonly log: Log;
}

/** Resolves when the function app is built for the first time. The watches end with this process. */
export async function reloadOnChange(options: ReloadOptions): Promise<void> {
  const { root, settingsFile, entitiesFile, stack, log } = options;
  const restart = (name: string, why: string) => {
    log(why);
    stack.piece(name)?.restart();
  };
  await watchFunctionApp(root, log, () => restart('host', 'built the function app'));
  watchFile(join(root, 'host.json'), () => restart('host', 'host.json has changed'));
  watchFile(entitiesFile, () => restart('services', 'the entities of the broker have changed'));
  let before = endpointsIn(options);
  watchFile(settingsFile, () => {
    try {
      const now = endpointsIn(options);
      if (isDeepStrictEqual(now, before)) restart('host', 'the settings have changed');
      else log('the settings name other endpoints: stop and start again to move the services there');
      before = now;
    } catch (error) {
      log(messageOf(error));
    }
  });
}

/** Where the settings say that things listen. */
function endpointsIn({ settingsFile, environment }: ReloadOptions): [LocalEndpoints, LocalSettings['host']] {
  const { values, host } = readSettings(settingsFile);
  return [localEndpoints(withEnvironment(values, environment)), host];
}
