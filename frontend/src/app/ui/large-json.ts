import { Injectable } from '@angular/core';
import { apiErrorFrom } from '../../../../client/index.ts';
import { inOurLanguage } from '../live/angular-request.ts';
import type { JsonAnswer, JsonQuestion } from './json-worker.ts';
import type { JsonNode, JsonOutline, JsonSource } from './json-source.ts';
import type { Row } from './records-in.ts';

export interface OpenedJson extends JsonSource {
  close(): void;
}

/** Opens large JSON: fetched, parsed and kept by a worker, so that the page goes on meanwhile. */
@Injectable({ providedIn: 'root' })
export class LargeJson {
  /** Rejects with an `ApiError`. @param address of the JSON, within this site */
  async open(address: string): Promise<OpenedJson> {
    const { startJsonWorker } = await import('./start-json-worker.ts');
    const desk = new Desk(startJsonWorker());
    try {
      return new RemoteJson(desk, (await desk.ask('open', address)) as JsonOutline);
    } catch (error) {
      desk.close();
      throw error;
    }
  }
}

/** Questions to a worker, each with its answer. */
class Desk {
  readonly #worker: Worker;
  readonly #open = new Map<
    number,
    { readonly take: (answer: unknown) => void; readonly fail: (why: unknown) => void }
  >();
  #asked = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<JsonAnswer>) => {
      const question = this.#open.get(data.number);
      this.#open.delete(data.number);
      if (data.failure === undefined) question?.take(data.answer);
      else question?.fail(inOurLanguage(apiErrorFrom(data.failure.status, data.failure.body)));
    });
    worker.addEventListener('error', () => this.close());
  }

  ask(what: JsonQuestion['what'], ...given: JsonQuestion['given']): Promise<unknown> {
    const number = (this.#asked += 1);
    return new Promise((take, fail) => {
      this.#open.set(number, { take, fail });
      this.#worker.postMessage({ number, what, given } satisfies JsonQuestion);
    });
  }

  close(): void {
    this.#worker.terminate();
    for (const { fail } of this.#open.values()) fail(apiErrorFrom(0, undefined));
    this.#open.clear();
  }
}

class RemoteJson implements OpenedJson {
  readonly #desk: Desk;
  readonly outline: JsonOutline;

  constructor(desk: Desk, outline: JsonOutline) {
    this.#desk = desk;
    this.outline = outline;
  }

  children(path: readonly string[], from: number, count: number): Promise<readonly JsonNode[]> {
    return this.#desk.ask('children', path, from, count) as Promise<readonly JsonNode[]>;
  }

  text(path: readonly string[], length: number): Promise<string> {
    return this.#desk.ask('text', path, length) as Promise<string>;
  }

  rows(from: number, count: number): Promise<readonly Row[]> {
    return this.#desk.ask('rows', from, count) as Promise<readonly Row[]>;
  }

  json(): Promise<Blob> {
    return this.#desk.ask('json') as Promise<Blob>;
  }

  close(): void {
    this.#desk.close();
  }
}
