import { readFileSync } from 'node:fs';
import hostJson from '../../host.json' with { type: 'json' };
import sample from '../../local.settings.sample.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };
import { parseSettings, settingNames } from '../../functions/settings.ts';
import { tunableNames } from '../../functions/tunable-settings.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const seconds = (time: string) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
const settings = parseSettings(sample.Values);

describe('docs/settings.md', () => {
  const rows = read('docs/settings.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const documented = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));

  it('describes every setting', () => {
    const endpoints = settingNames.filter((name) => name.includes('__'));
    for (const name of endpoints) expect(read('docs/settings.md')).toContain(`\`${name}\``);
    expect(documented).toEqual(expect.arrayContaining(settingNames.filter((name) => !endpoints.includes(name))));
  });

  it('describes no setting that does not exist', () => {
    expect(documented.filter((name) => !settingNames.includes(name))).toEqual([]);
  });

  it('says of each whether it can change while the app runs', () => {
    const tunable = rows.filter((row) => row.split('|')[4]!.trim() === 'yes');
    const names = tunable.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    expect(names.sort()).toEqual([...tunableNames].sort());
  });

  it.each([
    'MaxAttempts',
    'PayloadLimitBytes',
    'UploadLimitBytes',
    'ResultLimitBytes',
    'OwnerWindow',
    'RetentionDays',
    'IdempotencyHours',
    'LeaseSeconds',
    'History',
    'HistoryRetentionDays',
  ] as const)('tells the default of %s', (name) => {
    const row = rows.find((line) => line.includes(`\`${name}\``))!;
    expect(row.split('|')[3]!.trim()).toBe(String(settings[name]));
  });
});

it('local.settings.sample.json names no setting that does not exist', () => {
  const ofTheHost = ['FUNCTIONS_WORKER_RUNTIME'];
  expect(Object.keys(sample.Values).filter((name) => !settingNames.includes(name))).toEqual(ofTheHost);
});

describe('host.json', () => {
  const { serviceBus, http } = hostJson.extensions;

  it('lets the web app stand at the root', () => expect(http.routePrefix).toBe(''));

  it('gives an attempt the time that the settings promise it', () => {
    expect(seconds(hostJson.functionTimeout)).toBeGreaterThan(settings.AttemptTimeLimitSeconds);
    expect(seconds(serviceBus.maxAutoLockRenewalDuration)).toBeGreaterThan(settings.AttemptTimeLimitSeconds);
  });

  it('runs as many at once as the window of an owner is made for', () => {
    expect(settings.OwnerWindow).toBe(2 * serviceBus.maxConcurrentCalls);
  });
});

describe('azure.yaml, its hooks, the workflow and the runbook', () => {
  const files = ['azure.yaml', '.github/workflows/deploy.yml'];

  it.each(files)('%s runs scripts that exist', (file) => {
    const scripts = [...read(file).matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name!);
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it.each(['bicep/hooks/post-provision.sh', '.github/workflows/deploy.yml'])('%s reads outputs that exist', (file) => {
    const outputs = [...read('bicep/main.bicep').matchAll(/^output (\w+)/gm)].map(([, name]) => name!);
    const fromBicep = [
      'WEB_URL',
      'FUNCTION_APP_NAME',
      'IDENTITY_PRINCIPAL_ID',
      'KEY_VAULT_NAME',
      'RESOURCE_GROUP',
    ].filter((name) => read(file).includes(name));
    expect(fromBicep).not.toEqual([]);
    expect(outputs).toEqual(expect.arrayContaining(fromBicep));
  });

  it('fill all parameters of Bicep, and no others', () => {
    const given = [...read('bicep/main.bicepparam').matchAll(/^param (\w+)/gm)].map(([, name]) => name!);
    const declared = [...read('bicep/main.bicep').matchAll(/^param (\w+)/gm)].map(([, name]) => name!);
    expect(given.sort()).toEqual(declared.sort());
  });

  it('know every variable that the parameters are read from, and docs/deploy.md tells of each', () => {
    const variables = [...read('bicep/main.bicepparam').matchAll(/readEnvironmentVariable\('(\w+)', '(.*?)'\)/g)];
    const required = ['AZURE_ENV_NAME', 'AZURE_LOCATION'];
    expect(variables.map(([, name]) => name)).toEqual(expect.arrayContaining(required));
    for (const [, name = '', byDefault] of variables) {
      const inWorkflow = new RegExp(`^ {6}${name}: (.*)$`, 'm').exec(read('.github/workflows/deploy.yml'))?.[1];
      expect(inWorkflow).toContain(`vars.${name}`);
      // A variable that nobody has set for the repository is an empty text there, not none.
      if (byDefault !== '' && !required.includes(name)) expect(inWorkflow).toContain(' || ');
      expect(read('docs/deploy.md')).toContain(`\`${name}`);
    }
  });

  it('docs/runbook.md says what to do at each alert', () => {
    const alerts = [...read('bicep/modules/alerts.bicep').matchAll(/^ {4}name: '([\w-]+)'$/gm)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(4);
    for (const alert of alerts) expect(read('docs/runbook.md')).toMatch(new RegExp(`^## .*alert \`${alert}\``, 'm'));
  });

  it('upload what npm run package makes', () => {
    for (const file of files) expect(read(file)).toContain('dist/package');
  });
});
