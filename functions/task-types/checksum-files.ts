import { createHash } from 'node:crypto';
import * as z from 'zod';
import { somethingSeen } from '../../contracts/seen-text.ts';
import { defineTaskType, PermanentError } from './define-task-type.ts';

const File = z.strictObject({
  name: z
    .string()
    .refine(...somethingSeen)
    .trim()
    .min(1)
    .max(200)
    .meta({ title: 'File name' }),
  content: z
    .string()
    .min(1, 'Choose a file.')
    .meta({ title: 'File', description: 'Any file; it travels as base64.', contentEncoding: 'base64' }),
  expected: z.string().trim().max(200).optional().meta({ title: 'Expected checksum', description: 'In hexadecimal.' }),
});

/** Checksums of files, compared with what their publisher says. */
export const checksumFiles = defineTaskType({
  name: 'checksum-files',
  title: 'Check files',
  description:
    'The checksum of each file, and whether it is the one that was promised. Good for downloads and hand-overs.',
  schema: z.strictObject({
    algorithm: z.enum(['sha256', 'sha512', 'sha1', 'md5']).meta({ title: 'Algorithm' }),
    files: z.array(File).min(1).max(20).meta({ title: 'Files' }),
    report: z
      .strictObject({
        title: z
          .string()
          .max(100)
          .refine(...somethingSeen)
          .optional()
          .meta({ title: 'Title' }),
        receivedOn: z.iso.date().optional().meta({ title: 'Received on' }),
      })
      .optional()
      .meta({ title: 'For the report' }),
  }),
  example: {
    algorithm: 'sha256' as const,
    files: [
      {
        name: 'hello.txt',
        content: 'SGVsbG8=',
        expected: '185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969',
      },
    ],
    report: { title: 'Hand-over', receivedOn: '2026-11-20' },
  },
  about: ({ files, report }) => report?.title ?? files.map(({ name }) => name).join(', '),
  async run({ log, progress, signal }, { algorithm, files, report }) {
    const checked = [];
    for (const [i, { name, content, expected }] of files.entries()) {
      signal.throwIfAborted();
      const bytes = decode(name, content);
      const checksum = createHash(algorithm).update(bytes).digest('hex');
      checked.push({ name, bytes: bytes.length, checksum, ...(expected && { asExpected: checksum === expected.toLowerCase() }) }); // prettier-ignore
      log(`${name}: ${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}, ${algorithm} ${checksum}`);
      progress(((i + 1) / files.length) * 100, name);
    }
    return { ...report, algorithm, files: checked };
  },
});

function decode(name: string, content: string): Buffer {
  const bytes = Buffer.from(content, 'base64');
  // Node leaves out what is no base64 instead of refusing it.
  if (bytes.toString('base64').replace(/=+$/, '') === content.replace(/=+$/, '')) return bytes;
  throw new PermanentError(`The content of ${name} is not base64.`, 'invalid-base64');
}
