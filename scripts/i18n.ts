/**
 * Holds the German texts to the English ones: `npm run i18n` takes every marked text out of the web app, forgets translations of texts that are
 * gone, and writes what has none to `dist/untranslated.json`, in the form of `frontend/public/i18n/de.json`. Fails when there are any.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const file = join(root, 'frontend/public/i18n/de.json');

interface Texts {
  readonly locale: string;
  /** By the ID that Angular computes from the English text and its meaning. */
  readonly translations: Readonly<Record<string, string>>;
}
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Texts;

const ng = join(root, 'node_modules/@angular/cli/bin/ng.js');
const { status } = spawnSync(process.execPath, [ng, 'extract-i18n', '--progress=false'], {
  cwd: join(root, 'frontend'),
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, NG_CLI_ANALYTICS: 'false' },
});
if (status !== 0) throw new Error('The texts could not be extracted: see the messages above.');

const english = read(join(root, 'dist/messages.json')).translations;
const german = read(file);
const ids = Object.keys(english).sort();
const kept = ids.filter((id) => id in german.translations);
const missing = ids.filter((id) => !(id in german.translations));
const pick = (from: Readonly<Record<string, string>>, some: readonly string[]) =>
  Object.fromEntries(some.map((id) => [id, from[id]!]));

writeFileSync(file, `${JSON.stringify({ locale: 'de', translations: pick(german.translations, kept) }, null, 2)}\n`);
writeFileSync(join(root, 'dist/untranslated.json'), `${JSON.stringify(pick(english, missing), null, 2)}\n`);
console.log(`${kept.length} of ${ids.length} texts are translated.`);
if (missing.length > 0) {
  console.error(`${missing.length} are not: translate dist/untranslated.json and add it to ${file}.`);
  process.exitCode = 1;
}
