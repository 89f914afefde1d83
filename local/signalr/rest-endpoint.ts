import type { IncomingMessage, ServerResponse } from 'node:http';

import { isRestAudience } from './audience.ts';
import { answer, answerJson, readBody } from './http-answers.ts';
import { HttpError } from './http-error.ts';
import { OutgoingMessage } from './protocols/outgoing-message.ts';
import { readSend } from './rest-message.ts';
import { type RestCall, type RestRoute, restRoutes } from './rest-routes.ts';
import type { Service } from './service.ts';
import { tokenOf, verifyToken } from './tokens.ts';

/** Hub and application names, as Microsoft's emulator checks them. */
const namePattern = /^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/;
const apiVersions = ['2022-06-01', '2021-10-01'];

/** `/api/…`: the REST data plane. */
export class RestEndpoint {
  readonly #service: Service;
  readonly #port: () => number;

  constructor(service: Service, port: () => number) {
    this.#service = service;
    this.#port = port;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { hubName, segments, versioned } = parsePath(url);
    if (hubName === undefined) return answerHealth(request, response);
    verifyToken(tokenOf(request, url), this.#service.settings, (audience) =>
      isRestAudience(audience, url, this.#port()),
    );
    if (!versioned) checkApiVersion(url);
    const { route, parameters } = findRoute(request.method, segments);
    const call = this.#call(request, url, hubName, parameters);
    const { status, errorCode } = await route.run(call);
    if (errorCode === undefined) return answer(response, status);
    answerJson(response, status, { code: errorCode, message: `${errorCode}.` }, { 'x-ms-error-code': errorCode });
  }

  #call(request: IncomingMessage, url: URL, hubName: string, parameters: Map<string, string>): RestCall {
    const { searchParams } = url;
    return {
      hub: this.#service.hub(prefixedHubName(hubName, searchParams.get('application'))),
      parameter: (name) => parameters.get(name) ?? '',
      message: async () => {
        const { target, args } = readSend(request.headers['content-type'], await readBody(request));
        return new OutgoingMessage(target, args);
      },
      excluded: new Set(searchParams.getAll('excluded')),
      reason: searchParams.get('reason') ?? undefined,
      ttl: readTtl(searchParams.get('ttl')),
    };
  }
}

function parsePath(url: URL): { hubName?: string; segments: string[]; versioned: boolean } {
  const [, , ...path] = url.pathname.split('/').map(decodeSegment);
  const versioned = path[0] === 'v1';
  const [root, hubName, ...segments] = versioned ? path.slice(1) : path;
  if (root === 'health' && hubName === undefined) return { segments, versioned };
  if (root !== 'hubs' || hubName === undefined) throw new HttpError(404, 'There is no such route in the data plane.');
  if (segments.at(-1) === '') segments.pop();
  return { hubName: checkName(hubName), segments, versioned };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, 'The path is not percent-encoded correctly.');
  }
}

function findRoute(
  method: string | undefined,
  segments: string[],
): { route: RestRoute; parameters: Map<string, string> } {
  const candidates = restRoutes.flatMap((route) => {
    const parameters = match(route.path, segments);
    return parameters ? [{ route, parameters }] : [];
  });
  if (candidates.length === 0) throw new HttpError(404, 'There is no such route in the data plane.');
  const found = candidates.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
  if (found) return found;
  throw new HttpError(405, 'The route takes other methods.', {
    Allow: candidates.map(({ route }) => route.method).join(', '),
  });
}

function match(path: string, segments: string[]): Map<string, string> | undefined {
  const pattern = path.split('/').slice(1);
  if (pattern.length !== segments.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) parameters.set(part.slice(1, -1), checkParameter(segment));
    else if (part !== segment) return undefined;
  }
  return parameters;
}

/** Names of groups, users and connections have 1 to 1,024 characters, not only spaces. */
function checkParameter(value: string): string {
  if (value.trim() !== '' && value.length <= 1024) return value;
  throw new HttpError(400, 'A name in the path is empty or longer than 1,024 characters.');
}

function checkName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new HttpError(400, 'A hub or application name starts with a letter and has letters, digits and _ only.');
}

function prefixedHubName(hub: string, application: string | null): string {
  return application === null ? hub : `${checkName(application)}_${hub}`;
}

function checkApiVersion(url: URL): void {
  if (apiVersions.includes(url.searchParams.get('api-version') ?? '')) return;
  throw new HttpError(400, `The query has no api-version that is supported; add api-version=${apiVersions[0]}.`);
}

function readTtl(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new HttpError(400, 'The ttl is a number of seconds, 0 or more.');
}

function answerHealth(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET' || request.method === 'HEAD') return answer(response, 200);
  throw new HttpError(405, 'Ask for the health with GET or HEAD.', { Allow: 'GET, HEAD' });
}
