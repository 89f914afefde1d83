/** What `bicep build` and `bicep lint` would say, as far as that can be seen without them. */
import { bicepFiles, readBicep } from './bicep-files.ts';
import registryModules from './registry-modules.json' with { type: 'json' };

const files = bicepFiles();

function captures(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

function declaredIn(text: string): string[] {
  const loops = [...text.matchAll(/\bfor (?:(\w+)|\((\w+), (\w+)\)) in /g)].flatMap((match) => match.slice(1));
  return [...captures(text, /^ *(?:param|var|resource|module) (\w+) /gm), ...loops.filter(Boolean)];
}

describe('API versions', () => {
  const written = files.flatMap((file) => captures(readBicep(file), /^ *resource \w+ '([^']+@[^']+)'/gm));
  const types = [...written, ...Object.values(registryModules).map(({ resource }) => resource)];

  it('are stable ones', () => {
    expect(types.length).toBeGreaterThan(20);
    expect(types.filter((type) => !/^Microsoft\.[\w./]+@\d{4}-\d\d-\d\d$/.test(type))).toEqual([]);
  });

  it('are the same wherever a type stands, and for what belongs to it', () => {
    const versions = new Map<string, Set<string>>();
    for (const [name, version] of types.map((type) => type.split('@'))) {
      const whole = name!.split('/').slice(0, 2).join('/');
      versions.set(whole, (versions.get(whole) ?? new Set()).add(version!));
    }
    expect([...versions].filter(([, of]) => of.size > 1)).toEqual([]);
  });
});

describe.each(files)('%s', (file) => {
  const text = readBicep(file);

  it('uses every variable and every existing resource', () => {
    const names = [...captures(text, /^var (\w+) /gm), ...captures(text, /^ *resource (\w+) '[^']+' existing /gm)];
    expect(names.filter((name) => text.match(new RegExp(`\\b${name}\\b`, 'g'))!.length < 2)).toEqual([]);
  });

  it('speaks only of what it declares', () => {
    const spokenOf = captures(text, /(?<![\w.:'@/-])([a-z]\w*)(?:\[\w+\])?!?(?:\.|::)(?=[a-zA-Z])/g);
    const namesIn = new Set(declaredIn(text));
    expect(spokenOf.filter((name) => !namesIn.has(name))).toEqual([]);
  });

  it('names no host that differs between the clouds of Azure', () => {
    // The default list of the rule no-hardcoded-env-urls, in short.
    expect(text).not.toMatch(
      /\b(core|database|graph)\.windows\.net|login\.microsoftonline\.com|management\.azure\.com|vault\.azure\.net/,
    );
  });

  it('marks what it takes as a secret', () => {
    const suspicious = /^param (\w*(?:password|pwd|secret|accountkey|acctkey)\w*) /gim;
    expect(captures(text.replace(/@secure\(\)\nparam /g, ''), suspicious)).toEqual([]);
    expect(text).not.toMatch(/^output \w*password/im);
  });
});

it('every role that is named is given, and the other way round', () => {
  const text = readBicep('modules/role-assignments.bicep');
  const named = captures(text, /^ {2}'([\w ]+)': '[\da-f-]{36}'$/gm);
  const given = captures(text, /roles\['([^']+)'\]/g);
  expect([...new Set(given)].sort()).toEqual([...named].sort());
});

it('alerts on Service Bus look at each queue, not at the average of all', () => {
  const items = readBicep('modules/alerts.bicep').match(/^ {2}\{\n(?: {4}.*\n)+ {2}\}/gm)!;
  expect(items.length).toBeGreaterThan(4);
  for (const item of items) expect(/dimensions: eachQueue/.test(item)).toBe(item.includes('scope: serviceBusId'));
});
