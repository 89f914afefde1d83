import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export interface WebFile {
  readonly contentType: string;
  readonly etag: string;
  /** File names with a content hash never change their content. */
  readonly immutable: boolean;
  readonly body: Buffer;
  readonly brotli: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const compressible = /^(text|application)\/|svg/;
/** Angular names what it builds NAME-HASH.js, with eight characters of base64url. */
const hashed = /-[\w-]{8}\.(js|css)$/;

/** Reads the built web app into memory, compressed: it is small, and a path from outside never touches the disk. */
export function loadWebFiles(folder: string): ReadonlyMap<string, WebFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile() && !/\.(map|br)$/.test(name));
  return new Map(files.map((name) => [relative('', name).split(sep).join('/'), loadWebFile(join(folder, name))]));
}

function loadWebFile(path: string): WebFile {
  const body = readFileSync(path);
  const contentType = contentTypes[extname(path)] ?? 'application/octet-stream';
  const small = compressible.test(contentType);
  return {
    contentType,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: hashed.test(path),
    body,
    brotli: small ? brotliOf(path, body) : undefined,
    gzip: small ? gzipSync(body) : undefined,
  };
}

/** The build has put the best there is beside the file; made here, it must not take long. */
function brotliOf(path: string, body: Buffer): Buffer {
  const made = `${path}.br`;
  if (existsSync(made)) return readFileSync(made);
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
}
