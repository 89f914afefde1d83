import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { splitter, type Splitter } from './splitter.ts';

/** A task's ID, UUID version 7. */
const namesTask = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;
/** A script comes as a whole the first time, its key after it; a payload may be long. */
const looked = 200_000;

/** Commands in RESP, one part each; those that name a task are operations. */
export function redisCommands(scripts: ScriptNames): Splitter {
  return splitter((bytes) => {
    const length = commandLength(bytes);
    if (length === undefined) return undefined;
    const part = bytes.subarray(0, length);
    const text = part.subarray(0, looked).toString('utf8');
    return namesTask.test(text) ? { bytes: part, operation: `redis ${nameOf(text, scripts)}` } : { bytes: part };
  });
}

/** An array of bulk strings: `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function commandLength(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf('\r\n');
  if (headEnd < 0) return undefined;
  let at = headEnd + 2;
  for (let left = Number(bytes.toString('latin1', 1, headEnd)); left > 0; left -= 1) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    at = end + 2 + Number(bytes.toString('latin1', at + 1, end)) + 2;
  }
  return at <= bytes.length ? at : undefined;
}

/** Names of scripts as their files have them. Redis learns a script by its text, and so do we; after that its SHA-1 is enough. */
export class ScriptNames {
  readonly #files: readonly { readonly name: string; readonly text: string }[];
  readonly #bySha = new Map<string, string>();

  constructor(root: string) {
    const found = globSync('functions/**/lua/*.lua', { cwd: root }).filter(
      (file) => !basename(file).endsWith('shared.lua'),
    );
    this.#files = found.map((file) => ({ name: basename(file, '.lua'), text: readFileSync(join(root, file), 'utf8') }));
  }

  learn(script: string): string {
    // A batch has all steps in it.
    const found = this.#files.filter(({ text }) => script.includes(text.trim())).map(({ name }) => name);
    const name = found.find((name) => name === 'batch') ?? found[0] ?? 'script';
    this.#bySha.set(createHash('sha1').update(script).digest('hex'), name);
    return name;
  }

  of(sha: string): string {
    return this.#bySha.get(sha) ?? 'script';
  }
}

function nameOf(command: string, scripts: ScriptNames): string {
  const [, , word = '', , first = ''] = command.split('\r\n');
  if (!/^eval(sha)?$/i.test(word)) return word.toLowerCase();
  const name = /^eval$/i.test(word) ? scripts.learn(first) : scripts.of(first);
  return name === 'batch' ? stepsOf(command.slice(command.indexOf(first) + first.length)) : name;
}

/** The first of the steps that a batch takes, behind its keys: `2 key key name …`. Each has its length in front. */
function stepsOf(rest: string): string {
  const [, , keys = '0', ...more] = rest.split('\r\n');
  const name = more[2 * Number(keys) + 1] ?? 'batch';
  return Number(keys) > 1 ? `${name} and ${Number(keys) - 1} more` : name;
}
