import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type LittleApi, littleTask, startLittleApi } from '../support/little-api.ts';

const run = promisify(execFile);
let api: LittleApi;
beforeAll(async () => {
  api = await startLittleApi();
  api.tasks.set('t1', littleTask('t1', { state: 'completed', result: 'done' }));
  await run(process.execPath, ['scripts/package-client.ts']);
});
afterAll(() => api.close());

/** What a stranger's module prints that has the packed client. */
async function print(code: string): Promise<string> {
  const program = `import { connect } from './dist/client/index.js';\nconst client = connect({ url: '${api.url}' });\n${code}\nclient.stop();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout;
}

describe('the packed client', () => {
  it('watches tasks in plain Node', async () => {
    expect(await print(`for await (const { state, result } of client.watch('t1')) console.log(state, result);`)).toBe(
      'completed done\n',
    );
    expect(await print(`for await (const tasks of client.watchAll()) { console.log(tasks.length); break; }`)).toBe(
      '1\n',
    );
  });

  it('gives the chat to who asks for it, and to nobody else', async () => {
    const chat = `const { chatOf } = await import('./dist/client/chat/index.js');`;
    expect(await print(`${chat} console.log(chatOf(client) === chatOf(client));`)).toBe('true\n');
    expect(readFileSync('dist/client/index.js', 'utf8')).not.toContain('ChatClient');
  });

  it('names what it needs, and has its types beside it', () => {
    const manifest = JSON.parse(readFileSync('dist/client/package.json', 'utf8')) as Record<string, object>;
    const code = globSync('dist/client/**/*.js').map((file) => readFileSync(file, 'utf8'));
    const imported = [...code.join('\n').matchAll(/from "([^".][^"]*)"/g)].map(([, name]) => name!);
    expect(imported).toContain('rxjs');
    expect(Object.keys(manifest['dependencies']!)).toEqual(expect.arrayContaining([...new Set(imported)]));
    const types = readFileSync('dist/client/types/client/index.d.ts', 'utf8');
    expect(types).toContain(`from './task-client.js'`);
    expect(readFileSync('dist/client/types/client/task-client.d.ts', 'utf8')).toContain('watchAll');
  });
});
