/** Tells when files change that are read once, at start. */
import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write in several steps. */
const settleMs = 100;

/** Calls `changed` after `file` has got another content. The watch ends with this process. */
export function watchFile(file: string, changed: () => void): void {
  let content = read(file);
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const now = read(file);
    // Gone: it is being replaced.
    if (now === undefined || now === content) return;
    content = now;
    changed();
  };
  // The folder is watched: a file that is replaced is another one.
  const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(look, settleMs);
  });
  watcher.on('error', () => watcher.close());
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
