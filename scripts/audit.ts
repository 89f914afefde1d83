/**
 * `npm run audit`: known faults, high and critical ones, in what is shipped: the function app's dependencies, and the packages that are built
 * into the web app, which are development dependencies here. Fails as well when there is no answer: silence would be taken for health.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

interface Fault {
  readonly name: string;
  readonly severity: string;
  /** Advisories of its own, or the names of the packages that bring it. */
  readonly via: readonly (string | { readonly title: string; readonly url: string })[];
}
interface Report {
  readonly vulnerabilities?: Readonly<Record<string, Fault>>;
  readonly message?: string;
}
interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

function shipped(): Set<string> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
  const ofTheApp = Object.entries(packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
  const names = ofTheApp.flatMap(([path]) => /.*node_modules\/(.+)$/.exec(path)?.[1] ?? []);
  return new Set([...names, ...builtIntoTheWebApp()]);
}

/** The build of the web app names them with their licences. */
function builtIntoTheWebApp(): string[] {
  const licences = join(root, 'dist/web/3rdpartylicenses.txt');
  if (!existsSync(licences))
    throw new Error('The web app is not built, so what is in it is not known: run "npm run build" first.');
  return [...readFileSync(licences, 'utf8').matchAll(/^Package: (\S+)$/gm)].map(([, name]) => name!);
}

/** @throws with what npm says when the registry gives no answer */
function knownFaults(): readonly Fault[] {
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const report = parse(stdout);
  if (report?.vulnerabilities !== undefined) return Object.values(report.vulnerabilities);
  throw new Error(`The registry did not answer the audit, so nothing is known: ${report?.message ?? stderr.trim()}`);
}

function parse(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}

function describe({ name, severity, via }: Fault): string {
  const reasons = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`));
  return `${severity}: ${name}: ${reasons.join('; ')}`;
}

try {
  const names = shipped();
  const faults = knownFaults().filter(({ name, severity }) => names.has(name) && /^(high|critical)$/.test(severity));
  for (const fault of faults) console.error(describe(fault));
  console.log(`${faults.length} known faults, high or critical, in the ${names.size} packages that are shipped.`);
  process.exitCode = faults.length > 0 ? 1 : 0;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
