import { checksumFiles } from './checksum-files.ts';
import type { TaskContext } from './define-task-type.ts';

const context: TaskContext = {
  taskId: 't',
  owner: 'ada',
  submittedAt: 0,
  attempt: 1,
  maxAttempts: 1,
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
  step: (_, run) => run(),
};
const check = (content: string, expected?: string) =>
  checksumFiles.run(context, { algorithm: 'sha1', files: [{ name: 'a', content, expected }] });

it('tells the checksum of each file, and whether it is the expected one', async () => {
  const sha1 = 'f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0';
  expect(await check('SGVsbG8=', sha1.toUpperCase())).toMatchObject({ files: [{ name: 'a', bytes: 5, checksum: sha1, asExpected: true }] }); // prettier-ignore
  expect(await check('SGVsbG8', 'other')).toMatchObject({ files: [{ checksum: sha1, asExpected: false }] });
  expect(await check('SGVsbG8=')).toEqual({ algorithm: 'sha1', files: [{ name: 'a', bytes: 5, checksum: sha1 }] });
});

it('refuses for good what is no base64', async () => {
  await expect(check('not base64!')).rejects.toMatchObject({ code: 'invalid-base64' });
});

it('has an example that fits its schema', () => {
  expect(checksumFiles.parse(checksumFiles.info.example)).toMatchObject({ about: 'Hand-over' });
});
