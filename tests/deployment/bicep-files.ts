/** Reads bicep/ as far as that goes without its compiler: declarations by their first word, blocks by their brackets. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'bicep';

/** Without comments, so that a word in one counts for nothing. */
export function readBicep(file: string): string {
  return readFileSync(join(folder, file), 'utf8').replace(/^\s*\/\/.*$/gm, '');
}

/** Paths relative to bicep/. */
export function bicepFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.bicep'));
}

export interface Param {
  readonly name: string;
  readonly type: string;
  readonly hasDefault: boolean;
}

export function paramsOf(text: string): Param[] {
  return [...text.matchAll(/^param (\w+) (\w+)( =)?/gm)].map(([, name, type, byDefault]) => ({
    name: name!,
    type: type!,
    hasDefault: byDefault !== undefined,
  }));
}

export function outputsOf(text: string): string[] {
  return [...text.matchAll(/^output (\w+) /gm)].map(([, name]) => name!);
}

export interface ModuleUse {
  readonly symbol: string;
  /** Relative to the file that uses it, or what a registry knows it by. */
  readonly path: string;
  /** The parameters that are given, as they are written. */
  readonly params: Readonly<Record<string, string>>;
}

export function modulesOf(text: string): ModuleUse[] {
  return [...text.matchAll(/^module (\w+) '([^']+)' = /gm)].map((match) => {
    const block = bracketed(text, text.indexOf('params: {', match.index) + 'params: '.length);
    return { symbol: match[1]!, path: match[2]!, params: propertiesOf(block) };
  });
}

/** Of all files; those of a registry end with a version, the others with `.bicep`. */
export function moduleUses(): (ModuleUse & { readonly file: string })[] {
  return bicepFiles().flatMap((file) => modulesOf(readBicep(file)).map((use) => ({ ...use, file })));
}

export function outputsReadOf({ file, symbol }: { file: string; symbol: string }): string[] {
  return [...readBicep(file).matchAll(new RegExp(`\\b${symbol}!?\\.outputs\\.(\\w+)`, 'g'))].map(([, name]) => name!);
}

/** What stands from this opening bracket to its closing one. */
export function bracketed(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if ('{['.includes(text[at]!)) depth += 1;
    if ('}]'.includes(text[at]!)) depth -= 1;
    if (depth === 0) return text.slice(start, at + 1);
  }
  throw new Error(`A bracket is never closed: ${text.slice(start, start + 60)}`);
}

/** The properties of a block that fill one line each, as they are written; nested ones are left out. */
export function propertiesOf(block: string): Record<string, string> {
  const properties: Record<string, string> = {};
  let depth = 0;
  for (const line of block.split('\n').slice(1, -1)) {
    const property = /^\s*(\w+): (.*)$/.exec(line);
    if (depth === 0 && property) properties[property[1]!] = property[2]!;
    depth += count(line, /[{[]/g) - count(line, /[}\]]/g);
  }
  return properties;
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
