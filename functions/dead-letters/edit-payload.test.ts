import * as z from 'zod';
import { JsonPatch } from '../../contracts/replay.ts';
import { defineTaskType } from '../task-types/define-task-type.ts';
import { editPayload } from './edit-payload.ts';

const anything = defineTaskType({
  name: 'anything',
  title: 'Anything',
  schema: z.unknown(),
  example: {},
  run: async () => null,
});
const strict = defineTaskType({
  name: 'strict',
  title: 'Strict',
  schema: z.strictObject({ url: z.url(), retries: z.int().optional() }),
  example: { url: 'https://example.org' },
  run: async () => null,
});

const edit = (payload: unknown, patch: unknown, taskType = anything, payloadLimitBytes = 1_000) =>
  editPayload(JSON.stringify(payload), JsonPatch.parse(patch), { taskType, payloadLimitBytes });

it.each([
  ['adds a field', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['adds to the end of an array', [1], [{ op: 'add', path: '/-', value: 2 }], [1, 2]],
  ['inserts into an array', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
  ['removes a field', { a: 1, b: 2 }, [{ op: 'remove', path: '/b' }], { a: 1 }],
  ['replaces a null', { a: null }, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
  ['replaces the whole payload', { a: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
  ['moves and copies', { a: 1 }, [{ op: 'copy', from: '/a', path: '/b' }, { op: 'move', from: '/a', path: '/c' }], { b: 1, c: 1 }],
  ['tests', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }, { op: 'remove', path: '/a' }], {}],
  ['knows escaped names', { 'a/b': 1, 'c~d': 2 }, [{ op: 'remove', path: '/a~1b' }, { op: 'remove', path: '/c~0d' }], {}],
  ['knows fields with names of methods', {}, [{ op: 'add', path: '/toString', value: 1 }], { toString: 1 }],
])('%s', (_what, payload, patch, after) => {
  expect(edit(payload, patch)).toMatchObject({ before: payload, after, json: JSON.stringify(after) });
}); // prettier-ignore

it.each([
  ['a field that is not there', { a: 1 }, { op: 'remove', path: '/b' }],
  ['what every object has', { a: 1 }, { op: 'remove', path: '/toString' }],
  ['the length of an array', [1], { op: 'replace', path: '/length', value: 4_000_000_000 }],
  ['an index beyond the end', [1], { op: 'add', path: '/2', value: 2 }],
  ['an index with a leading zero', [1], { op: 'replace', path: '/00', value: 2 }],
  ['a field of a text', { a: 'text' }, { op: 'add', path: '/a/b', value: 1 }],
  ['a source that is not there', {}, { op: 'copy', from: '/a', path: '/b' }],
  ['a move into itself', { a: {} }, { op: 'move', from: '/a', path: '/a/b' }],
  ['another value than tested for', { a: 1 }, { op: 'test', path: '/a', value: 2 }],
  ['the whole payload, to be removed', { a: 1 }, { op: 'remove', path: '' }],
])('refuses %s', (_what, payload, operation) => {
  expect(edit(payload, [operation])).toMatchObject({ refusal: { reason: 'patch-failed' } });
});

it('says which operation did not apply', () => {
  const patch = [
    { op: 'add', path: '/a', value: 1 },
    { op: 'remove', path: '/b' },
  ];
  expect(edit({}, patch)).toMatchObject({
    refusal: { detail: 'Operation 1 (remove /b): there is nothing at this path.' },
  });
});

it('checks the outcome against the schema of the task type', () => {
  expect(edit({ url: 'https://example.org' }, [{ op: 'replace', path: '/url', value: 'no' }], strict)).toMatchObject({
    refusal: { reason: 'invalid-payload', detail: expect.stringContaining('/payload/url') as string },
  });
});

it('refuses what is not there, not known, or too large', () => {
  const patch = JsonPatch.parse([{ op: 'add', path: '/a', value: 'x'.repeat(1_000) }]);
  const options = { taskType: anything, payloadLimitBytes: 1_000 };
  expect(editPayload(undefined, patch, options)).toMatchObject({ refusal: { reason: 'payload-missing' } });
  expect(editPayload('{}', patch, { ...options, taskType: undefined })).toMatchObject({
    refusal: { reason: 'unknown-type' },
  });
  expect(editPayload('{}', patch, options)).toMatchObject({ refusal: { reason: 'payload-too-large' } });
});

it.each([
  ['a path without a slash', [{ op: 'add', path: 'a', value: 1 }]],
  ['a way into prototypes', [{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
  ['an operation without its value', [{ op: 'add', path: '/a' }]],
  ['an unknown operation', [{ op: 'increment', path: '/a' }]],
  ['no operation at all', []],
])('takes no patch with %s', (_what, patch) => {
  expect(JsonPatch.safeParse(patch).success).toBe(false);
});
