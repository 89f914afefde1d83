import { appConfiguration } from '../azure/app-configuration.ts';
import { missingRole } from '../azure/missing-role.ts';
import type { Settings } from '../settings.ts';
import { keepTuned, type Tuning } from './keep-tuned.ts';
import { tuningFile } from './tuning-file.ts';

/** From the store or the file that the settings name; undefined where they name none. */
export async function startTuning(settings: Settings): Promise<Tuning | undefined> {
  const { AppConfigFile: file } = settings;
  const source = file === undefined ? appConfiguration(settings) : tuningFile(file);
  return source && keepTuned(source, console, (error) => missingRole('app-configuration', error));
}
