import { type ProblemCode, problemStatus } from '../../contracts/problem.ts';
import { problemTitles } from '../http-errors.ts';
import { version } from '../version.ts';
import { examples } from './examples.ts';
import { type Operation, operations } from './operations.ts';
import { type AnswerName, componentSchemas } from './schemas.ts';

type Json = Record<string, unknown>;

/** https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, operation] of Object.entries(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(name, operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Async Message Orchestrator',
      version,
      description:
        'Submit tasks and watch them finish. Times are ISO 8601 in UTC. Each owner sees their own tasks; the role operator sees all. ' +
        'Every error is an RFC 9457 problem with a stable code and says what to do next.',
    },
    tags: [...new Set(Object.values(operations).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: withExamples(componentSchemas()),
      responses: Object.fromEntries(
        Object.keys(problemStatus).map((code) => [code, problemAnswer(code as ProblemCode)]),
      ),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'AppServiceAuthSession',
          description: 'Set by App Service Authentication: sign in at /.auth/login/aad.',
        },
      },
    },
    security: [{ session: [] }],
  };
}

const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function withExamples(schemas: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      name in examples ? { ...schema, examples: [examples[name]] } : schema,
    ]),
  );
}

function describe(name: string, operation: Operation): Json {
  const { tag, summary, body, isBodyOptional, isOpen } = operation;
  return {
    operationId: name,
    tags: [tag],
    summary,
    parameters: [...pathParameters(operation), ...otherParameters(operation)],
    ...(body !== undefined && {
      requestBody: { required: isBodyOptional !== true, content: { 'application/json': { schema: schemaRef(body) } } },
    }),
    responses: answersOf(operation),
    ...(isOpen && { security: [] }),
  };
}

const actions = { schema: { enum: ['pause', 'resume', 'stop'] } };

function pathParameters({ path }: Operation): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    ...(name === 'action' ? actions : { schema: { type: 'string' } }),
  }));
}

function otherParameters({ parameters = {} }: Operation): Json[] {
  return Object.entries(parameters).map(([name, { in: place = 'query', ...parameter }]) => ({
    name,
    in: place,
    ...parameter,
  }));
}

function answersOf({ answers, errors = [], isOpen }: Operation): Json {
  const successes = Object.entries(answers).map(([status, schema]): [string, Json] => [status, success(schema)]);
  const always: ProblemCode[] = isOpen ? ['internal'] : ['unauthenticated', 'dependency-unavailable', 'internal'];
  const byStatus = new Map<string, ProblemCode[]>();
  for (const code of [...errors, ...always]) {
    const status = String(problemStatus[code]);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const failures = [...byStatus].map(([status, codes]): [string, Json] => [status, failure(codes)]);
  return Object.fromEntries([...failures, ...successes]);
}

function success(schema: AnswerName | 'any' | null): Json {
  if (schema === null) return { description: 'Done.' };
  const described = schema === 'any' ? {} : schemaRef(schema);
  return { description: 'Done.', content: { 'application/json': { schema: described } } };
}

/** Several codes may share a status. */
function failure(codes: readonly ProblemCode[]): Json {
  if (codes.length === 1) return { $ref: `#/components/responses/${codes[0]!}` };
  const description = codes.map((code) => `${code}: ${problemTitles[code]}.`).join(' ');
  return { description, content: problemContent(codes) };
}

function problemAnswer(code: ProblemCode): Json {
  return { description: `${problemTitles[code]}.`, content: problemContent([code]) };
}

function problemContent(codes: readonly ProblemCode[]): Json {
  const schema = { allOf: [schemaRef('Problem'), { type: 'object', properties: { code: { enum: codes } } }] };
  return { 'application/problem+json': { schema } };
}
