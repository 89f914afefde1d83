/** Azure Verified Modules: registry-modules.json says of each version that is used what its source declares, as far as it is relied on. */
import { bicepFiles, moduleUses, outputsReadOf, paramsOf, readBicep } from './bicep-files.ts';
import registryModules from './registry-modules.json' with { type: 'json' };

interface RegistryModule {
  /** What it makes, with its API version. */
  readonly resource: string;
  /** Type, or the values that are allowed. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  readonly required: readonly string[];
  /** Those that are never null. */
  readonly outputs: readonly string[];
}

const known = registryModules as Readonly<Record<string, RegistryModule>>;
const uses = moduleUses().filter(({ path }) => !path.endsWith('.bicep'));

/** Of an expression as simple as modules get them here. */
function typeOf(expression: string, file: string): string | undefined {
  if (/^'.*'$|^string\(|^\w+\.outputs\.\w+$/.test(expression)) return 'string';
  if (/^(true|false)$/.test(expression)) return 'bool';
  if (/^\d+$/.test(expression)) return 'int';
  if (expression.startsWith('{')) return 'object';
  return paramsOf(readBicep(file)).find(({ name }) => name === expression)?.type;
}

it('modules of others come from the public registry, each at one full version', () => {
  const named = bicepFiles().flatMap((file) =>
    [...readBicep(file).matchAll(/'((?:br|ts)[:/][^']*)'/g)].map(([, reference]) => reference!),
  );
  expect(named).toHaveLength(uses.length);
  expect(named.filter((reference) => !/^br\/public:avm\/res(\/[a-z-]+){2}:\d+\.\d+\.\d+$/.test(reference))).toEqual([]);
  expect(named.sort()).toEqual(Object.keys(known).sort());
});

describe.each(uses)('$symbol of $file', (use) => {
  const { file, path, params } = use;
  const { params: declared = {}, required = [], outputs = [] } = known[path] ?? {};

  it('tells nobody that it is used', () => {
    expect(params).toMatchObject({ enableTelemetry: 'false' });
  });

  it('gets its name, its region and its tags', () => {
    expect(Object.keys(params)).toEqual(expect.arrayContaining(['name', 'location', 'tags']));
  });

  it('gets what the module declares, and all that it needs', () => {
    expect(Object.keys(params).sort()).toEqual(Object.keys(declared).sort());
    expect(Object.keys(params)).toEqual(expect.arrayContaining([...required]));
  });

  it.each(Object.entries(params))('gets %s in the type that the module declares', (name, expression) => {
    const type = declared[name]!;
    if (typeof type === 'string') expect(typeOf(expression, file)).toBe(type);
    else expect(type).toContain(expression);
  });

  it('is asked for outputs that the module has', () => {
    expect(outputsReadOf(use).length).toBeGreaterThan(0);
    expect([...new Set(outputsReadOf(use))].sort()).toEqual([...outputs].sort());
  });
});

describe('what these modules would do by default, and must not', () => {
  const paramsFor = (symbol: string) => uses.find((use) => use.symbol === symbol)!.params;

  it('Log Analytics lets nobody in by key, and keeps logs no longer than it is told to', () => {
    expect(paramsFor('workspace')).toMatchObject({
      features: '{ disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }',
      skuName: "'PerGB2018'",
      dataRetention: 'retentionDays',
      dailyQuotaGb: 'string(dailyQuotaGb)',
      forceCmkForQuery: 'false',
    });
  });

  it('Application Insights lets nobody in by key, and keeps no addresses of browsers', () => {
    expect(paramsFor('applicationInsights')).toMatchObject({
      kind: "'web'",
      disableLocalAuth: 'true',
      disableIpMasking: 'false',
      workspaceResourceId: 'workspace.outputs.resourceId',
    });
  });

  it('the plan is Flex Consumption on Linux, not three Premium machines', () => {
    expect(paramsFor('plan')).toMatchObject({ skuName: "'FC1'", reserved: 'true', kind: "'functionapp'" });
  });

  it('no module gives a role, opens a network or sends its logs elsewhere', () => {
    const others = /^(roleAssignments|privateEndpoints|diagnosticSettings|managedIdentities|lock)$/;
    expect(uses.flatMap(({ params }) => Object.keys(params).filter((name) => others.test(name)))).toEqual([]);
  });
});
