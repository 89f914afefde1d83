import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A small function app, as files by path. `package.json` and `host.json` have defaults. */
export interface SampleApp {
  readonly files: Readonly<Record<string, string>>;
  readonly hostJson?: object;
  readonly values?: Readonly<Record<string, string>>;
  readonly host?: object;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** To start again with what an earlier process kept. */
  readonly folder?: string;
}

export interface HostedApp {
  readonly url: string;
  readonly folder: string;
  readonly child: ChildProcess;
  /** Everything the process printed so far. */
  output(): string;
  /** Resolves when the pattern has been printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves to the exit code (or the signal's name). */
  readonly exited: Promise<number | string>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<number | string>;
}

const project = resolve(__dirname, '../../..');
const program = join(project, 'local/functions-host/main.ts');
const running = new Set<HostedApp>();
const folders = new Set<string>();

/** Spawns the host's program for an app in a folder of its own, and waits until it is ready. */
export async function hostApp(app: SampleApp): Promise<HostedApp> {
  const hosted = await spawnHost(app);
  const [message] = (await Promise.race([
    once(hosted.child, 'message'),
    hosted.exited.then((code) => {
      throw new Error(`The host ended with ${code}:\n${hosted.output()}`);
    }),
  ])) as [{ type: string; port: number }];
  return Object.assign(hosted, { url: `http://127.0.0.1:${message.port}` });
}

/** As `hostApp`, without waiting: for apps that cannot start. */
export async function spawnHost(app: SampleApp): Promise<HostedApp> {
  const folder = app.folder ?? (await writeApp(app));
  const args = [
    '--app',
    folder,
    '--settings',
    join(folder, 'local.settings.json'),
    '--data',
    join(folder, 'data'),
    ...(app.args ?? []),
  ];
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...app.environment },
  });
  const hosted = watch(child, folder);
  running.add(hosted);
  return hosted;
}

/** Ends every host and removes every folder of this test file. */
export async function stopApps(): Promise<void> {
  for (const hosted of running) {
    hosted.child.kill('SIGKILL');
    await hosted.exited;
  }
  running.clear();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  folders.clear();
}

async function writeApp({ files, hostJson, values = {}, host = {} }: SampleApp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'functions-host-'));
  folders.add(folder);
  const defaults = {
    'package.json': JSON.stringify({ main: Object.keys(files)[0] }),
    'host.json': JSON.stringify({ version: '2.0', extensions: { http: { routePrefix: '' } }, ...hostJson }),
    'local.settings.json': JSON.stringify({ IsEncrypted: false, Values: values, Host: { LocalHttpPort: 0, ...host } }),
  };
  for (const [path, text] of Object.entries({ ...defaults, ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  // The app finds the project's own @azure/functions.
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function watch(child: ChildProcess, folder: string): HostedApp {
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  // Not the event `close`, which never comes once the IPC channel was closed from here.
  const ended = [child.stdout, child.stderr].flatMap((stream) => (stream ? [once(stream, 'close')] : []));
  const exited = once(child, 'exit').then(async ([code, signal]: (number | string | null)[]) => {
    await Promise.all(ended);
    return code ?? signal ?? -1;
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((done, fail) => {
      const look = () => {
        const found = pattern.exec(output);
        if (!found) return;
        listeners.delete(look);
        done(found);
      };
      listeners.add(look);
      void exited.then((code) =>
        fail(new Error(`The host ended with ${code} before it printed ${String(pattern)}:\n${output}`)),
      );
      look();
    });
  const hosted: HostedApp = {
    url: '',
    folder,
    child,
    output: () => output,
    printed,
    exited,
    fetch: (path, init) => fetch(`${hosted.url}${path}`, { redirect: 'manual', ...init }),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
  return hosted;
}
