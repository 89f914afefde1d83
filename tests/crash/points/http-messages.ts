import type { Splitter } from './splitter.ts';

/** Requests to SignalR's and Blob Storage's REST APIs; a part is what arrives together. */
export function httpRequests(service: string): Splitter {
  return (bytes) => {
    const [, method, path] =
      /^(POST|PUT|DELETE|PATCH|GET|HEAD) (\S+) HTTP/.exec(bytes.toString('latin1', 0, 500)) ?? [];
    const changes = method !== undefined && path !== undefined && method !== 'GET' && method !== 'HEAD';
    return changes ? [{ bytes, operation: `${service} ${method} ${shortened(path)}` }] : [{ bytes }];
  };
}

function shortened(path: string): string {
  return path
    .replace(/\?.*/, '')
    .replace(/^\/api\/hubs\/[^/]+/, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…');
}

/** Answers of the function app to whom it serves. */
export function httpAnswers(): Splitter {
  return (bytes) => {
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(bytes.toString('latin1', 0, 20)) ?? [];
    return status === undefined ? [{ bytes }] : [{ bytes, operation: `answer ${status}` }];
  };
}
