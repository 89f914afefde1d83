import { readdirSync, readFileSync } from 'node:fs';
import { problemStatus } from '../../contracts/problem.ts';
import { openApiDocument } from './document.ts';
import { examples } from './examples.ts';
import { operations } from './operations.ts';
import { answerSchemas, bodySchemas } from './schemas.ts';

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema: unknown }[];
  readonly responses: Record<string, unknown>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: Record<'schemas' | 'responses' | 'securitySchemes', Record<string, unknown>>;
}

// As a client reads it.
const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

/** What the app registers, as its source says it; the web app's pages are no part of the API. */
function registered(): string[] {
  const sources = readdirSync('functions', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`functions/${file}`, 'utf8'));
  const pattern = /app\.http\('(\w+)', \{\s*route: '([^']+)',[^[]*methods: \[([^\]]+)\]/g;
  return sources
    .flatMap((source) => [...source.matchAll(pattern)])
    .filter(([, name]) => name !== 'Web')
    .map(([, name, route, methods]) => `${name!} ${methods!.replaceAll("'", '').toLowerCase()} /${route!}`)
    .sort();
}

/** Every object in the document. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : [value as Record<string, unknown>];
  return [...own, ...Object.values(value).flatMap(objectsIn)];
}

function resolve(reference: string): unknown {
  expect(reference).toMatch(/^#\//);
  const parts = reference.slice(2).split('/');
  return parts.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
}

describe('the OpenAPI document', () => {
  it('has every HTTP function with its route and method, and no other', () => {
    const all = described.map(({ operationId, method, path }) => `${operationId} ${method} ${path}`).sort();
    expect(registered().length).toBeGreaterThan(20);
    expect(all).toEqual(registered());
  });

  it('is OpenAPI 3.1 whose references all lead somewhere', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    const references = objectsIn(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
    expect(references.length).toBeGreaterThan(50);
    expect([...new Set(references)].filter((reference) => resolve(reference) === undefined)).toEqual([]);
  });

  it('has all parameters of a path, each name once in its place, and an answer for each operation', () => {
    for (const { path, operationId, parameters, responses } of described) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(names).size).toBe(names.length);
      expect(parameters.every(({ schema }) => schema !== undefined)).toBe(true);
      expect([operationId, Object.keys(responses).some((status) => status.startsWith('2'))]).toEqual([
        operationId,
        true,
      ]);
    }
  });

  it('has every error code, and every schema that an operation names', () => {
    expect(Object.keys(document.components.responses).sort()).toEqual(Object.keys(problemStatus).sort());
    const names = [...Object.keys(bodySchemas), ...Object.keys(answerSchemas)].sort();
    expect(Object.keys(document.components.schemas).sort()).toEqual(names);
    const used = new Set(objectsIn([document.paths, document.components]).map(({ $ref }) => $ref));
    const unused = names.filter((name) => !used.has(`#/components/schemas/${name}`));
    expect(unused).toEqual([]);
  });

  it('has only examples that are as their schemas say', () => {
    for (const [name, example] of Object.entries(examples)) {
      const schema = { ...bodySchemas, ...answerSchemas }[name as keyof typeof answerSchemas];
      expect(schema.safeParse(example)).toMatchObject({ success: true });
    }
  });

  it('asks for a signed-in user everywhere but where all may look', () => {
    const open = Object.entries(operations).flatMap(([name, { isOpen }]) => (isOpen ? [name] : []));
    expect(open).toEqual(['GetHealth', 'GetOpenApi']);
  });
});
