/** Runs as a worker: keeps one large JSON document, and gives the parts of it that are looked at. */
import { type JsonOutline, type JsonSource, LocalJson } from './json-source.ts';
import { withBlobs } from './media-in.ts';

export interface JsonQuestion {
  readonly number: number;
  readonly what: 'open' | Exclude<keyof JsonSource, 'outline'>;
  readonly given: readonly unknown[];
}

export interface JsonAnswer {
  readonly number: number;
  readonly answer?: unknown;
  /** What the server answered instead; status 0 where it did not. */
  readonly failure?: { readonly status: number; readonly body?: unknown };
}

class Refused extends Error {
  constructor(readonly status: number, readonly body?: unknown) { super(`Answered with ${status}.`); } // prettier-ignore
}

let opened: LocalJson | undefined;

addEventListener('message', ({ data }: MessageEvent<JsonQuestion>) => {
  const { number } = data;
  answer(data).then(
    (answer) => postMessage({ number, answer } satisfies JsonAnswer),
    (why: unknown) => {
      const failure = why instanceof Refused ? { status: why.status, body: why.body } : { status: 0 };
      postMessage({ number, failure } satisfies JsonAnswer);
    },
  );
});

async function answer({ what, given }: JsonQuestion): Promise<unknown> {
  if (what === 'open') return open(given[0] as string);
  // A blob goes to the page without being copied.
  if (what === 'json') return new Blob([opened!.json(0)], { type: 'text/plain' });
  return (opened![what] as (...given: readonly unknown[]) => unknown)(...given);
}

async function open(address: string): Promise<JsonOutline> {
  opened = new LocalJson(await fetchJson(address));
  return { ...opened.outline, media: withBlobs(opened.outline.media) };
}

async function fetchJson(address: string): Promise<unknown> {
  const response = await fetch(address);
  if (response.ok) return response.json();
  throw new Refused(response.status, await response.json().catch(() => undefined));
}
