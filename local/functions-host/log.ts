import { writeSync } from 'node:fs';

export const logLevels = ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The function and invocation that a line belongs to. */
export interface LogScope {
  readonly functionName: string;
  readonly invocationId?: string;
  /** True for what the app's own code logs: category `Function.<name>.User`. */
  readonly user?: boolean;
}

export interface Log {
  write(level: LogLevel, message: string, scope?: LogScope): void;
  debug(message: string, scope?: LogScope): void;
  information(message: string, scope?: LogScope): void;
  warning(message: string, scope?: LogScope): void;
  error(message: string, scope?: LogScope): void;
}

/**
 * One line per event: time, level, function and the first eight characters of the invocation ID, message.
 *
 * @param levels host.json `logging.logLevel`: least level by category prefix (`default`, `Host`, `Function`, `Function.Name`, `Function.Name.User`).
 */
export function createLog(
  levels: Readonly<Record<string, string>>,
  print: (text: string) => void = buffered(),
  now = () => new Date(),
): Log {
  const least = thresholds(levels);
  const write: Log['write'] = (level, message, scope) => {
    if (logLevels.indexOf(level) < least(categoryOf(scope))) return;
    print(`${now().toISOString()} ${shortNames[level]} ${describe(scope)}${withoutSecrets(message)}\n`);
  };
  return {
    write,
    debug: (message, scope) => write('Debug', message, scope),
    information: (message, scope) => write('Information', message, scope),
    warning: (message, scope) => write('Warning', message, scope),
    error: (message, scope) => write('Error', message, scope),
  };
}

const keyInConnectionString = /\b(SharedAccessKey|AccessKey|AccountKey|SharedAccessSignature)=[^;\s"']+/g;

/** The keys of connection strings never reach a log, whoever logs them; Azure's host does the same. */
function withoutSecrets(message: string): string {
  return message.includes('=') ? message.replace(keyInConnectionString, '$1=[hidden]') : message;
}

const shortNames: Record<LogLevel, string> = {
  Trace: 'trace',
  Debug: 'debug',
  Information: 'info ',
  Warning: 'warn ',
  Error: 'error',
  Critical: 'fatal',
  None: '     ',
};

function describe(scope: LogScope | undefined): string {
  if (!scope) return '';
  return scope.invocationId ? `${scope.functionName} ${scope.invocationId.slice(0, 8)}: ` : `${scope.functionName}: `;
}

function categoryOf(scope: LogScope | undefined): string {
  if (!scope) return 'Host';
  return scope.user ? `Function.${scope.functionName}.User` : `Function.${scope.functionName}`;
}

/** The longest configured prefix of a category decides, as in .NET's logging filters. */
function thresholds(levels: Readonly<Record<string, string>>): (category: string) => number {
  const rules = Object.entries(levels).map(([category, level]) => ({ category, level: levelIndex(level) }));
  rules.sort((a, b) => b.category.length - a.category.length);
  const fallback =
    rules.find((rule) => rule.category.toLowerCase() === 'default')?.level ?? logLevels.indexOf('Information');
  const known = new Map<string, number>();
  return (category) => {
    const cached = known.get(category);
    if (cached !== undefined) return cached;
    const level =
      rules.find((rule) => category === rule.category || category.startsWith(`${rule.category}.`))?.level ?? fallback;
    known.set(category, level);
    return level;
  };
}

function levelIndex(name: string): number {
  const index = logLevels.findIndex((level) => level.toLowerCase() === name.toLowerCase());
  return index === -1 ? logLevels.indexOf('Information') : index;
}

/** Writes to a pipe block the process: collects the lines of one turn of the event loop and writes them at once. */
function buffered(): (text: string) => void {
  let pending = '';
  const write = process.stdout.write.bind(process.stdout);
  const flush = () => {
    const text = pending;
    pending = '';
    if (text) write(text);
  };
  for (const stream of [process.stdout, process.stderr]) keepOrder(stream, flush);
  process.on('exit', () => {
    if (pending) writeSync(1, pending);
  });
  return (text) => {
    if (pending === '') setImmediate(flush);
    pending += text;
  };
}

/** What the app prints by itself (`console.log`) comes after what the host had to say before. */
function keepOrder(stream: NodeJS.WriteStream, flush: () => void): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]) => {
    flush();
    return write(...args);
  };
}
