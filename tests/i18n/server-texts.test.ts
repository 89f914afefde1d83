import { readFileSync } from 'node:fs';
import { serverText, loadServerTexts, type ServerTexts } from '../../frontend/src/app/ui/server-text.ts';
import { nextStep } from '../../functions/dead-letters/plan-rules.ts';
import { historyUnavailable, notFound, unavailable } from '../../functions/errors.ts';
import { taskTypes } from '../../functions/task-types/registry.ts';

const german = JSON.parse(readFileSync('frontend/public/i18n/server.de.json', 'utf8')) as ServerTexts;

/** Every title and description within a JSON Schema. */
function textsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) =>
    (name === 'title' || name === 'description') && typeof value === 'string' ? [value] : textsIn(value),
  );
}

beforeAll(() => loadServerTexts(german, 'de'));

it('has German for every title and description of the task types that come with the app', () => {
  const infos = [...taskTypes.values()].map(({ info }) => info);
  const texts = infos.flatMap(({ title, description = title, schema }) => [title, description, ...textsIn(schema)]);
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter((text) => !(text in german))).toEqual([]);
});

it('has German for errors with values in them', () => {
  expect(serverText(notFound('123').message)).toBe('Unter Ihren Aufgaben gibt es keine 123. Prüfen Sie die ID.');
  expect(serverText(unavailable('Redis', undefined).message)).toMatch(/^Redis ist nicht erreichbar/);
  expect(serverText(historyUnavailable(undefined).message)).toMatch(/^Table Storage ist nicht erreichbar/);
});

it('has German for what task types say of their progress, and for why a plan was stopped', () => {
  expect(serverText('Waited 1.5 of 3.0 s')).toBe('1,5 von 3,0 s gewartet');
  expect(serverText('Row 12,800')).toBe('Zeile 12.800');
  const plan = { state: 'running', completed: 5, remaining: 9, outstanding: 0, nextReplayAt: 0 } as const;
  const reasonOf = (request: object, replayed: number, failed: number) =>
    (nextStep({ ...plan, request, replayed, failed }, 0) as { reason: string }).reason;
  const ofCanary = serverText(reasonOf({ canary: 10 }, 10, 1));
  expect(ofCanary).toBe('Wieder gescheitert: 1 von 10 der Vorhut, das ist mehr als 0 %.');
  const ofAll = serverText(reasonOf({ stopAtFailureRate: 0.2 }, 20, 5));
  expect(ofAll).toBe('Wieder gescheitert: 5 von 10, das ist mehr als 20 %.');
});
