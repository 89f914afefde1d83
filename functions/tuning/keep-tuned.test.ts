import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import { startConfigurationStore, type ConfigurationStore } from '../../tests/support/app-configuration.ts';
import { appConfiguration } from '../azure/app-configuration.ts';
import { missingRole } from '../azure/missing-role.ts';
import { getSettings, tuneSettings } from '../settings.ts';
import { keepTuned, type Tuning } from './keep-tuned.ts';
import { tuningFile } from './tuning-file.ts';
import type { TuningSource } from './tuning-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'tuning-'));
const file = join(folder, 'tuning.json');
let tuning: Tuning | undefined;
let said: string[] = [];
const log = {
  info: (text: string) => void said.push(text),
  warn: (text: string) => void said.push(`warning: ${text}`),
};
const start = async (source: TuningSource) =>
  void (tuning = await keepTuned({ ...source, everyMs: 20 }, log, (error) => missingRole('app-configuration', error)));

beforeAll(() => void Object.assign(process.env, { ...sample.Values, MaxAttempts: '6' }));
afterEach(() => {
  tuning?.close();
  tuneSettings({});
  said = [];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a file', () => {
  const write = (content: unknown) =>
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  afterEach(() => rmSync(file, { force: true }));

  it('goes before the app settings, is read again when it changes, and falls back to them', async () => {
    await start(tuningFile(file));
    expect(getSettings().MaxAttempts).toBe(6);
    write({ MaxAttempts: 3, TypeLimits: { echo: { concurrency: 2 } }, AcceptTasks: false });
    await until(() => getSettings().MaxAttempts === 3);
    expect(getSettings()).toMatchObject({ TypeLimits: { echo: { concurrency: 2 } }, AcceptTasks: false });
    write({ MaxAttempts: 4 });
    await until(() => getSettings().MaxAttempts === 4);
    expect(getSettings()).toMatchObject({ TypeLimits: {}, AcceptTasks: true });
    rmSync(file);
    await until(() => getSettings().MaxAttempts === 6);
    expect(said).toContain(`${file}: MaxAttempts is 3 now, it was 6.`);
  });

  it('has a wrong value refused by name, once, while the last good one stays and the others are taken', async () => {
    write({ MaxAttempts: 3 });
    await start(tuningFile(file));
    write({ MaxAttempts: 'many', RetentionDays: 9 });
    await until(() => getSettings().RetentionDays === 9);
    expect(getSettings().MaxAttempts).toBe(3);
    write({ MaxAttempts: 'many', RetentionDays: 10 });
    await until(() => getSettings().RetentionDays === 10);
    const fault = `warning: ${file}: MaxAttempts is wrong: it should be a whole number from 1 to 50. What it was before stays.`;
    expect(said.filter((line) => line.startsWith('warning'))).toEqual([fault]);
  });

  it('cannot change where the services are, nor what is a secret', async () => {
    const before = getSettings();
    write({ RedisConnection: 'redis://elsewhere:6379', CallbackSecret: `whsec_${'a'.repeat(32)}`, MaxAttempts: 2 });
    await start(tuningFile(file));
    expect(getSettings()).toEqual({ ...before, MaxAttempts: 2 });
    expect(said.join('\n')).toMatch(/RedisConnection is none of the settings that can change while the app runs/);
  });

  it('that is half written changes nothing', async () => {
    write({ MaxAttempts: 3 });
    await start(tuningFile(file));
    write('{"MaxAttempts": 4');
    await until(() => said.some((line) => /could not be read: it should hold one JSON object/.test(line)));
    expect(getSettings().MaxAttempts).toBe(3);
  });
});

describe('Azure App Configuration', () => {
  let store: ConfigurationStore;
  // The provider writes of each failure too.
  beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation(() => undefined));
  afterAll(() => jest.restoreAllMocks());
  beforeEach(async () => void (store = await startConfigurationStore()));
  afterEach(() => store.close());
  const source = () => appConfiguration({ AppConfigConnection: store.connectionString, AppConfigRefreshSeconds: 1 })!;

  it('gives values and flags, and what changes of them without a restart', async () => {
    store.set('MaxAttempts', '3');
    store.set('TypeLimits', { echo: { concurrency: 2 } }, 'application/json');
    store.setFlag('AcceptTasks', false);
    await start(source());
    expect(getSettings()).toMatchObject({
      MaxAttempts: 3,
      TypeLimits: { echo: { concurrency: 2 } },
      AcceptTasks: false,
    });
    store.set('MaxAttempts', '4');
    store.setFlag('AcceptTasks', true);
    await until(() => getSettings().MaxAttempts === 4 && getSettings().AcceptTasks);
    store.delete('MaxAttempts');
    await until(() => getSettings().MaxAttempts === 6);
    await until(() => (store.answered.get(304) ?? 0) > 0);
  });

  it('has a wrong value refused by name, and a flag with conditions', async () => {
    store.set('MaxAttempts', '3');
    await start(source());
    store.set('MaxAttempts', '0');
    store.setFlag('RunSchedules', true, ['Microsoft.Targeting']);
    await until(() => said.filter((line) => line.startsWith('warning')).length === 2);
    expect(said.join('\n')).toMatch(/MaxAttempts is wrong: it should be a whole number from 1 to 50/);
    expect(said.join('\n')).toMatch(/RunSchedules is wrong: it should be true or false, without conditions/);
    expect(getSettings()).toMatchObject({ MaxAttempts: 3, RunSchedules: true });
  });

  it('may go away: the last good values stay, the missing role is named, and it is taken up again', async () => {
    store.set('MaxAttempts', '3');
    await start(source());
    store.fail(403);
    await until(() => said.some((line) => /could not be read: .*"App Configuration Data Reader"/.test(line)));
    expect(getSettings().MaxAttempts).toBe(3);
    store.fail(undefined);
    store.set('MaxAttempts', '5');
    await until(() => getSettings().MaxAttempts === 5);
  });

  it('keeps the app from starting for a few seconds at most where it cannot be reached', async () => {
    store.fail(403);
    await start(source());
    expect(getSettings().MaxAttempts).toBe(6);
    store.fail(undefined);
    store.set('MaxAttempts', '5');
    await until(() => getSettings().MaxAttempts === 5);
  }, 30_000);
});
