import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, type HttpRequest } from '@azure/functions';
import { blobConnection, blobEndpoint } from '../azure/blob.ts';
import { getSignalRConnection } from '../azure/signalr.ts';
import { AppError } from '../errors.ts';
import { answering, type Answer } from '../http-errors.ts';
import { pageHeaders } from '../security-headers.ts';
import { getSettings } from '../settings.ts';
import { loadWebFiles, type WebFile } from './web-files.ts';

app.http('Web', {
  route: '{*path}',
  // Also what no other function answers to: a wrong route or method of the API is told so.
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const path = request.params.path ?? '';
    const isPage = request.method === 'GET' || request.method === 'HEAD';
    if (!isPage || path === 'api' || path.startsWith('api/')) throw noSuchRoute(request.method, path);
    const file = getFiles().get(path);
    if (file !== undefined && path !== 'index.html') return serve(request, file);
    // Anything that does not look like a file is a page of the web app, which has its own router.
    const page = path === 'index.html' || !/\.\w+$/.test(path) ? getFiles().get('index.html') : undefined;
    if (page === undefined) throw noSuchRoute(request.method, path);
    return servePage(request, page);
  }, pageHeaders),
});

let files: ReadonlyMap<string, WebFile> | undefined;

function getFiles(): ReadonlyMap<string, WebFile> {
  // The bundle lies in dist/, the web app beside it.
  const folder = join(__dirname, 'web');
  files ??= existsSync(folder) ? loadWebFiles(folder) : new Map();
  return files;
}

function noSuchRoute(method: string, path: string): AppError {
  return new AppError(
    'not-found',
    `Nothing answers to ${method} /${path}. The API is described in the README; the web app starts at /.`,
  );
}

function serve(request: HttpRequest, file: WebFile): Answer {
  const headers: Record<string, string> = {
    'content-type': file.contentType,
    etag: file.etag,
    vary: 'accept-encoding',
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': contentPolicy(),
  };
  if (request.headers.get('if-none-match') === file.etag) return { status: 304, headers };
  const accepted = request.headers.get('accept-encoding') ?? '';
  const encoding =
    file.brotli && /\bbr\b/.test(accepted) ? 'br' : file.gzip && /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  if (encoding !== undefined) headers['content-encoding'] = encoding;
  const body = encoding === 'br' ? file.brotli! : encoding === 'gzip' ? file.gzip! : file.body;
  return { headers, ...(request.method !== 'HEAD' && { body: new Uint8Array(body) }) };
}

/** The page carries a nonce, another one each time, by which the styles that Angular adds to it are known; so it is fetched anew each time. */
function servePage(request: HttpRequest, page: WebFile): Answer {
  const nonce = randomBytes(16).toString('base64');
  const headers = {
    'content-type': page.contentType,
    'cache-control': 'no-cache',
    'content-security-policy': contentPolicy(nonce),
  };
  const body = page.body.toString().replaceAll('CSP_NONCE', nonce);
  return { headers, ...(request.method !== 'HEAD' && { body }) };
}

let connectSources: string | undefined;

/** @param nonce of the page; other files hold nothing that it would be for */
function contentPolicy(nonce?: string): string {
  if (connectSources === undefined) {
    const { endpoint } = getSignalRConnection();
    const storage = blobConnection(getSettings());
    // Large payloads are uploaded from the page, and read, without coming by here.
    const blobs = storage === undefined ? '' : ` ${new URL(blobEndpoint(storage)).origin}`;
    connectSources = `${endpoint} ${endpoint.replace(/^http/, 'ws')}${blobs}`;
  }
  // Style elements need the nonce, style attributes are refused (bindings go by the CSSOM), and scripts come from files only.
  const styles = nonce === undefined ? '' : ` 'nonce-${nonce}'`;
  return `default-src 'self'; script-src 'self'; style-src 'self'${styles}; img-src 'self' data: blob:; connect-src 'self' ${connectSources}; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'`;
}
