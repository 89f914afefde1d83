import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import { endingsTopic, historySubscription, operatorRole, replayQueue } from '../../contracts/names.ts';
import appRoles from '../../bicep/app-roles.json' with { type: 'json' };
import { payloadContainer } from '../../functions/azure/blob.ts';
import { neededRoles } from '../../functions/azure/missing-role.ts';
import { parseSettings, settingNames } from '../../functions/settings.ts';
import { lanes } from '../../functions/tasks/lanes.ts';
import {
  bicepFiles,
  bracketed,
  moduleUses,
  outputsOf,
  outputsReadOf,
  paramsOf,
  propertiesOf,
  readBicep,
} from './bicep-files.ts';

const main = readBicep('main.bicep');
const { Queues: queues, Topics: topics } = entities.UserConfig.Namespaces[0]!;

describe('modules', () => {
  const uses = moduleUses()
    .filter(({ path }) => path.endsWith('.bicep'))
    .map((use) => ({ ...use, target: join(dirname(use.file), use.path) }));

  it.each(uses)('$file gives $symbol what it asks for, and nothing else', ({ target, params }) => {
    const declared = paramsOf(readBicep(target));
    const given = Object.keys(params);
    expect(declared.map(({ name }) => name)).toEqual(expect.arrayContaining(given));
    expect(given).toEqual(
      expect.arrayContaining(declared.filter(({ hasDefault }) => !hasDefault).map(({ name }) => name)),
    );
  });

  it.each(uses)('$file reads outputs that $symbol has', (use) => {
    expect(outputsOf(readBicep(use.target))).toEqual(expect.arrayContaining(outputsReadOf(use)));
  });

  it('are all used', () => {
    const used = new Set(uses.map(({ target }) => target));
    expect(bicepFiles().filter((file) => file !== 'main.bicep' && !used.has(file))).toEqual([]);
  });

  it.each(bicepFiles())('%s uses every parameter it declares', (file) => {
    const text = readBicep(file);
    const unused = paramsOf(text).filter(({ name }) => text.match(new RegExp(`\\b${name}\\b`, 'g'))!.length < 2);
    expect(unused).toEqual([]);
  });
});

describe('the queues of contracts/service-bus.json', () => {
  it('are read by Bicep from that file, like the topics', () => {
    expect(main).toContain("loadJsonContent('../contracts/service-bus.json').UserConfig.Namespaces[0]");
    expect(main).toContain('queues: entities.Queues');
    expect(main).toContain('topics: entities.Topics');
  });

  it('are those that the functions work off, both ways', () => {
    const worked = [...lanes.map(({ queue }) => queue), replayQueue];
    expect(queues.map(({ Name }) => Name).sort()).toEqual(worked.sort());
  });

  it.each(queues)('$Name loses no property on its way to Azure', ({ Properties }) => {
    const taken = [...readBicep('modules/service-bus.bicep').matchAll(/item\.Properties\.(\w+)/g)].map(
      ([, name]) => name,
    );
    const present = Object.entries(Properties).filter(([, value]) => value !== '');
    expect(present.map(([name]) => name).sort()).toEqual([...taken].sort());
  });
});

describe('the topics of contracts/service-bus.json', () => {
  const module = readBicep('modules/service-bus-topic.bicep');
  const taken = (symbol: string) =>
    [...module.matchAll(new RegExp(`\\b${symbol}\\.Properties\\.(\\w+)`, 'g'))].map(([, name]) => name!).sort();
  const present = (properties: object) =>
    Object.entries(properties)
      .filter(([, value]) => value !== '')
      .map(([name]) => name)
      .sort();

  it('are those that the app speaks of, both ways', () => {
    expect(topics.map(({ Name, Subscriptions }) => [Name, ...Subscriptions.map((each) => each.Name)])).toEqual([
      [endingsTopic, historySubscription],
    ]);
  });

  it.each(topics)('$Name loses no property on its way to Azure, nor do its subscriptions', (topic) => {
    expect(taken('topic')).toEqual(present(topic.Properties));
    for (const { Properties } of topic.Subscriptions) expect(taken('item')).toEqual(present(Properties));
  });

  it('hold their duplicates off as long as the queues do', () => {
    for (const { Properties } of topics) {
      expect(Properties.RequiresDuplicateDetection).toBe(true);
      expect(Properties.DuplicateDetectionHistoryTimeWindow).toBe(queues[0]!.Properties.DuplicateDetectionHistoryTimeWindow); // prettier-ignore
    }
  });

  // Azure gives each new subscription a rule that lets all through; one of another name would stand beside it, not in its place.
  it('have subscriptions that get everything: those who want less make their own', () => {
    for (const { Subscriptions } of topics) for (const { Rules } of Subscriptions) expect(Rules).toEqual([]);
  });
});

describe('the app settings', () => {
  const start = main.indexOf('appSettings: {') + 'appSettings: '.length;
  const appSettings = propertiesOf(bracketed(main, start));
  /** What the platform and the bindings of the Functions host read by themselves. */
  const ofTheHost = /^APPLICATION_?INSIGHTS_|__credential$/;
  const ids = '8b1ee8a3-7a63-4d3e-9e39-6f3a2b7ad0f5';
  const examples: Record<string, string> = {
    'storage.outputs.blobEndpoint': 'https://st.blob.core.windows.net/',
    'storage.outputs.tableEndpoint': 'https://st.table.core.windows.net/',
    'identity.outputs.clientId': ids,
    'identity.outputs.principalId': ids,
    'serviceBus.outputs.hostName': 'sb-1.servicebus.windows.net',
    'signalR.outputs.endpoint': 'https://sigr-1.service.signalr.net',
    'redis.outputs.hostName': 'redis-1.westeurope.redis.azure.net',
    'redis.outputs.port': '10000',
    'monitoring.outputs.connectionString': `InstrumentationKey=${ids};IngestionEndpoint=https://x.in.applicationinsights.azure.com/`,
    'appConfiguration.outputs.endpoint': 'https://appcs-1.azconfig.io',
    callbackHosts: '',
    "empty(authClientId) ? 'none' : 'app-service'": 'none',
    "join(allowedOrigins, ',')": '',
  };

  function evaluate(expression: string): string {
    const literal = /^'(.*)'$/.exec(expression);
    if (!literal) return example(expression);
    return literal[1]!.replace(/\$\{([^}]+)\}/g, (_match, inner: string) => example(inner));
  }

  function example(expression: string): string {
    const value = examples[expression];
    if (value === undefined) throw new Error(`The test has no example for ${expression}.`);
    return value;
  }

  const values = Object.fromEntries(Object.entries(appSettings).map(([name, text]) => [name, evaluate(text)]));

  it('are ones that the app or its host know', () => {
    const unknown = Object.keys(values).filter((name) => !settingNames.includes(name) && !ofTheHost.test(name));
    expect(unknown).toEqual([]);
  });

  it('let the app start', () => {
    expect(parseSettings(values)).toMatchObject({
      RedisConnection: `rediss://${ids}@redis-1.westeurope.redis.azure.net:10000`,
      PayloadStore: 'redis+blob',
    });
  });

  it('let nobody in where no app registration is named', () => {
    expect(values).toMatchObject({ SignIn: 'none' });
    expect(readBicep('modules/function-app.bicep')).toContain("'config' = if (!empty(authClientId)) {");
  });

  it('hold no connection string and no key', () => {
    expect(values).not.toHaveProperty('ServiceBusConnection');
    expect(values).not.toHaveProperty('AzureSignalRConnectionString');
    expect(values).not.toHaveProperty('AzureWebJobsStorage');
    expect(JSON.stringify(values)).not.toMatch(/AccessKey=|AccountKey=|SharedAccessKey/);
  });

  it('leave out what Flex Consumption refuses', () => {
    const refused = /^(FUNCTIONS_|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_CONTENT|SCM_DO_BUILD|ENABLE_ORYX|WEBSITE_NODE_|TZ$)/;
    expect(Object.keys(values).filter((name) => refused.test(name))).toEqual([]);
  });

  it('say for each service that it is the managed identity that signs in', () => {
    for (const service of ['AzureWebJobsStorage', 'ServiceBusConnection', 'AzureSignalRConnectionString'])
      expect(values).toMatchObject({ [`${service}__credential`]: 'managedidentity', [`${service}__clientId`]: ids });
  });
});

describe('security', () => {
  it.each([
    ['modules/storage.bicep', ['allowSharedKeyAccess: false', 'allowBlobPublicAccess: false', "'TLS1_2'"]],
    ['modules/service-bus.bicep', ['disableLocalAuth: true', "minimumTlsVersion: '1.2'"]],
    ['modules/redis.bicep', ["accessKeysAuthentication: 'Disabled'", "clientProtocol: 'Encrypted'", "Version: '1.2'"]],
    ['modules/signalr.bicep', ['disableLocalAuth: true']],
    ['modules/app-configuration.bicep', ['disableLocalAuth: true']],
    ['modules/key-vault.bicep', ['enableRbacAuthorization: true', 'enableSoftDelete: true']],
    [
      'modules/function-app.bicep',
      ['httpsOnly: true', "minTlsVersion: '1.2'", "scmMinTlsVersion: '1.2'", 'platform: { enabled: true }'],
    ],
  ])('%s lets nobody in by key, and nothing without TLS', (file, lines) => {
    for (const line of lines) expect(readBicep(file)).toContain(line);
  });

  it('lets nobody publish by password', () => {
    const policies = readBicep('modules/function-app.bicep').matchAll(
      /'basicPublishingCredentialsPolicies' = \{[^}]*\{ allow: (\w+) \}/g,
    );
    expect([...policies].map(([, allow]) => allow)).toEqual(['false', 'false']);
  });

  it('reads no key anywhere', () => {
    for (const file of bicepFiles())
      expect(readBicep(file)).not.toMatch(/list(Keys|Secrets|ConnectionStrings|\w*Sas)\w*\(/i);
  });

  it('keeps what signs callbacks in the vault, and refers to it where there are callbacks', () => {
    const app = readBicep('modules/function-app.bicep');
    const [, name] = /CallbackSecret: '@Microsoft\.KeyVault\(SecretUri=\$\{signingVaultUri\}secrets\/([\w-]+)\)'/.exec(
      app,
    )!;
    expect(readFileSync('bicep/hooks/post-provision.sh', 'utf8')).toContain(`--name ${name} --file`);
    expect(app).toContain('keyVaultReferenceIdentity: identityId');
    expect(main).toContain("signingVaultUri: empty(callbackHosts) ? '' : keyVault.outputs.uri");
    expect(readBicep('modules/role-assignments.bicep')).toContain("roles['Key Vault Secrets User']");
    for (const file of bicepFiles()) expect(readBicep(file)).not.toMatch(/vaults\/secrets@|whsec_/);
  });

  it('gives roles in one file, and those that the app says it needs', () => {
    const file = join('modules', 'role-assignments.bicep');
    const giving = bicepFiles().filter((other) => /(roleAssignments|accessPolicyAssignments)@/.test(readBicep(other)));
    expect(giving).toEqual([file]);
    const given = [...readBicep(file).matchAll(/roleDefinitionId: subscriptionResourceId\([^)]*roles\['([^']+)'\]/g)];
    const needed = Object.values(neededRoles).flatMap((text) => /the role "([^"]+)"/.exec(text)?.[1] ?? []);
    expect(given.map(([, role]) => role)).toEqual(expect.arrayContaining(needed));
    expect(readBicep(file)).toContain("accessPolicyName: 'default'");
  });

  it('knows the roles that the app knows', () => {
    expect(appRoles.map(({ value }) => value)).toEqual(['user', operatorRole]);
  });
});

it('makes the container that payloads go to', () => {
  expect(readBicep('modules/storage.bicep')).toContain(`name: '${payloadContainer}'`);
});
