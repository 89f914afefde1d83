import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSettingsFile, readSettings, withEnvironment } from './settings-file.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'settings-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string): string {
  const file = join(folder, 'local.settings.json');
  writeFileSync(file, text);
  return file;
}
const read = (text: string) => readSettings(written(text));

it('reads values and host settings', () => {
  const text =
    '{"IsEncrypted":false,"Values":{"A":"1"},"Host":{"LocalHttpPort":8080,"CORS":"*","CORSCredentials":true}}';
  expect(read(text)).toEqual({ values: { A: '1' }, host: { LocalHttpPort: 8080, CORS: '*', CORSCredentials: true } });
});

it("takes Core Tools' port where none is given", () => {
  expect(read('{}')).toEqual({ values: {}, host: { LocalHttpPort: 7071 } });
});

it('accepts a byte order mark, comments and trailing commas, and leaves strings alone', () => {
  const text = '\uFEFF{ // the app\n "Values": { /* both\n lines */ "Url": "http://x/,}", "Quote": "\\"//", },\n}';
  expect(read(text).values).toEqual({ Url: 'http://x/,}', Quote: '"//' });
});

it('turns connection strings into settings as Core Tools do', () => {
  const text =
    '{"Values":{"A":"1"},"ConnectionStrings":{"Sql":"Server=x","Other":{"ConnectionString":"Server=y","ProviderName":"p"}}}';
  expect(read(text).values).toEqual({
    A: '1',
    'ConnectionStrings:Sql': 'Server=x',
    'ConnectionStrings:Other': 'Server=y',
  });
});

it('reads the sample that the project ships', () => {
  const { values, host } = readSettings('local.settings.sample.json');
  expect(host.LocalHttpPort).toBe(7071);
  expect(values['RedisConnection']).toBe('redis://localhost:6379');
});

it.each([
  ['{\n  "Values": {\n    "A": abc\n  }\n}', 'line 3, column 10'],
  ['{\n  "Values": {\n    "A": "1"\n    "B": "2"\n  }\n}', 'line 4, column 5'],
  ['{ // comment with "quote\n  "Values" {}\n}', 'line 2, column 12'],
  ['{"Values": {', 'line 1, column 13'],
  ['', 'line 1, column 1'],
])('says where the JSON is broken: %j', (text, place) => {
  expect(() => read(text)).toThrow(`local.settings.json is not valid JSON at ${place}: correct it there`);
});

it.each([
  ['[]', 'local.settings.json must hold one JSON object with "Values" in it.'],
  ['{"IsEncrypted":true,"Values":{}}', 'local.settings.json is encrypted: run "func settings decrypt"'],
  ['{"Values":{"A":1}}', '"A" under "Values" in local.settings.json must be a string: write "1" instead of 1.'],
  ['{"Values":{"A":null}}', 'objects, arrays and null cannot become environment variables'],
  ['{"Values":[]}', '"Values" in local.settings.json must be an object of strings.'],
  ['{"ConnectionStrings":["x"]}', '"ConnectionStrings" in local.settings.json must be an object.'],
  ['{"ConnectionStrings":{"Sql":{"Provider":"x"}}}', '"Sql" under "ConnectionStrings" in local.settings.json must be'],
  ['{"Host":3}', '"Host" in local.settings.json must be an object.'],
  [
    '{"Host":{"LocalHttpPort":"x"}}',
    '"LocalHttpPort" under "Host" in local.settings.json must be a port number, not "x".',
  ],
  ['{"Host":{"LocalHttpPort":70000}}', 'must be a port number'],
  ['{"Host":{"CORS":[]}}', '"CORS" under "Host"'],
  ['{"Host":{"CORSCredentials":"yes"}}', 'must be true or false'],
])('refuses %j in one sentence', (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});

it('says what to do when the file is missing', () => {
  const file = join(folder, 'none.json');
  expect(() => readSettings(file)).toThrow(`${file} does not exist: copy local.settings.sample.json to it`);
});

it('lets a non-empty environment variable win', () => {
  expect(withEnvironment({ A: 'file', B: 'file', C: 'file' }, { A: 'env', B: '', D: 'env' })).toEqual({
    A: 'env',
    B: 'file',
    C: 'file',
  });
});

it('creates a missing file from the sample, and never overwrites one', () => {
  const file = join(folder, 'local.settings.json');
  expect(createSettingsFile(file, 'local.settings.sample.json')).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(readFileSync('local.settings.sample.json', 'utf8'));
  writeFileSync(file, '{}');
  expect(createSettingsFile(file, 'local.settings.sample.json')).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('{}');
});
