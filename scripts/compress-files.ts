import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const compress = promisify(brotliCompress);

/** Puts a Brotli file beside each text of a folder, as small as can be: that takes too long for when the app starts. */
export async function compressFiles(folder: string): Promise<void> {
  const names = globSync('**/*.{js,css,html,json,svg}', { cwd: folder });
  await Promise.all(
    names.map(async (name) => {
      const body = readFileSync(join(folder, name));
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      };
      writeFileSync(join(folder, `${name}.br`), await compress(body, { params }));
    }),
  );
}
