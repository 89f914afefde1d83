import * as z from 'zod';
import { defineTaskType, toPointer } from './define-task-type.ts';
import { taskTypes } from './registry.ts';

const taskType = defineTaskType({
  name: 'sample',
  title: 'Sample',
  schema: z.strictObject({ list: z.array(z.strictObject({ n: z.number() })), 'a/b': z.string().optional() }),
  example: { list: [] },
  run: async (_context, { list }) => list.length,
});

it('points at each fault of a payload', () => {
  const parsed = taskType.parse({ list: [{ n: 1 }, { n: 'x', more: 1 }], 'a/b': 2, extra: true });
  const pointers = 'errors' in parsed ? parsed.errors.map(({ pointer }) => pointer) : [];
  expect(pointers.sort()).toEqual(['/payload/a~1b', '/payload/extra', '/payload/list/1/more', '/payload/list/1/n']);
});

it('says in plain words what is too much or too little', () => {
  const schema = z.strictObject({ text: z.string().max(3), list: z.array(z.number()).min(1), n: z.number().max(9) });
  const { errors } = defineTaskType({ name: 's', title: 'S', schema, example: { text: '', list: [1], n: 1 }, run: async () => null }).parse({
    text: 'long', list: [], n: 10,
  }) as { errors: { detail: string }[] }; // prettier-ignore
  expect(errors.map(({ detail }) => detail)).toEqual(['At most 3 characters.', 'At least 1 item.', 'At most 9.']);
});

it('cuts what a task is about at 100 characters, and says that it did', () => {
  const { parse } = defineTaskType({ name: 's', title: 'S', schema: z.string(), example: '', about: (text) => text, run: async () => null }); // prettier-ignore
  const about = (text: string) => (parse(text) as { about?: string }).about;
  expect(about('x'.repeat(100))).toBe('x'.repeat(100));
  expect(about('x'.repeat(101))).toBe(`${'x'.repeat(99)}…`);
  expect(about(`${'x'.repeat(98)}😀 and more`)).toBe(`${'x'.repeat(98)}…`);
  expect(about('\u200b \u202e')).toBeUndefined();
  expect(about(`${'x'.repeat(98)} more`)).toBe(`${'x'.repeat(98)}…`);
});

it('says what a task is about, and in which order it is, by its payload', () => {
  const schema = z.strictObject({ room: z.string().default('general') });
  const ofRoom = defineTaskType({ name: 's', title: 'S', schema, example: {}, about: ({ room }) => ` ${room} `, orderingKey: ({ room }) => `chat:${room}`, run: async () => null }); // prettier-ignore
  expect(ofRoom.parse({})).toEqual({ payload: { room: 'general' }, about: 'general', orderingKey: 'chat:general' });
  expect(taskType.parse({ list: [] })).toEqual({ payload: { list: [] } });
});

it('escapes pointers as RFC 6901 says', () => expect(toPointer(['a/b', 'm~n', 0])).toBe('/a~1b/m~0n/0'));

it('gives a JSON Schema that a form can be drawn from', () => {
  expect(taskType.info.schema).toMatchObject({
    type: 'object',
    required: ['list'],
    properties: { list: { type: 'array' } },
  });
});

it('asks for a payload where there is none', () => {
  expect(taskType.parse(undefined)).toMatchObject({ errors: [{ pointer: '/payload' }] });
});

it.each([...taskTypes.values()].map(({ info, parse }) => [info.name, info.example, parse] as const))(
  '%s has an example that fits',
  (_, example, parse) => {
    expect(parse(example)).toHaveProperty('payload');
  },
);

it('asks for nothing by a pattern that a browser could not read', () => {
  const patterns = [...JSON.stringify([...taskTypes.values()].map(({ info }) => info.schema)).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)]; // prettier-ignore
  expect(patterns.length).toBeGreaterThan(0);
  for (const [, pattern] of patterns) expect(() => new RegExp(JSON.parse(pattern!) as string, 'v')).not.toThrow();
});
