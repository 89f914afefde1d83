import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Posts JSON over connections that stay open. One client for both sides, as light as Node has it. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 });
  readonly #url: URL;

  constructor(baseUrl: string) {
    this.#url = new URL(baseUrl);
  }

  post(path: string, headers: Record<string, string>, body: string): Promise<HttpAnswer> {
    const { hostname, port } = this.#url;
    const length = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const call = request({
        agent: this.#agent,
        hostname,
        port,
        method: 'POST',
        path,
        headers: { ...headers, ...length },
      });
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  /** @throws when the answer's status is not 202 */
  async submit<T>(path: string, headers: Record<string, string>, body: unknown): Promise<T> {
    const answer = await this.post(path, headers, JSON.stringify(body));
    if (answer.status !== 202) throw new Error(`POST ${path} was answered with ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }

  close(): void {
    this.#agent.destroy();
  }
}
