import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../failure.ts';

/** Makes the data folder where it is missing. Returns its path without links, as the kernel shows it of the processes that work in it. */
export function makeDataFolder(folder: string): string {
  try {
    make(folder);
    return realpathSync(folder);
  } catch (error) {
    throw new Error(`The data folder ${folder} cannot be used (${messageOf(error)}): give another one with --data.`, {
      cause: error,
    });
  }
}

/** Not `mkdirSync` with `recursive`: that never returns where nothing can be made, as under `/proc`. */
function make(folder: string): void {
  if (!existsSync(folder)) {
    make(dirname(folder));
    mkdirSync(folder);
  } else if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
}
