import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { ChildOptions } from './child.ts';
import { Supervisor } from './supervisor.ts';
import type { RunningPiece } from './supervisor.ts';

let folder: string;
let lines: string[];
let closers: (() => unknown)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'child-'));
  [lines, closers] = [[], []];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a program of ours does at least. */
const ready = `process.on('message', ({type}) => { if (type === 'ping') process.send({type: 'pong'}); });
  process.on('disconnect', () => process.exit(0));
  process.send({type: 'ready'});`;

function optionsFor(code: string): ChildOptions {
  const program = join(folder, 'program.mjs');
  writeFileSync(program, code);
  return {
    program,
    args: [],
    cwd: folder,
    log: (line) => lines.push(line),
    readyWithinMs: 10_000,
    // Long enough that a busy machine looks like no hang; the tests about hanging ask more often.
    pingEveryMs: 20_000,
    missedPingsAllowed: 3,
  };
}

const start = (code: string, signal = new AbortController().signal) => startChild(optionsFor(code), signal);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a child', () => {
  it('is ready when it says so, and its output is logged', async () => {
    const child = await start(`console.log('hello'); console.error('careful'); ${ready}`);
    child.terminate();
    expect(await child.ended).toBe('was ended by SIGTERM');
    expect(lines.sort()).toEqual(['careful', 'hello']);
  });

  it('that cannot start fails with its last words, told once', async () => {
    await expect(
      start(`console.error('Looking around.'); console.error('Port 1 is taken: free it.'); process.exit(1)`),
    ).rejects.toThrow(/^Port 1 is taken: free it\.$/);
    expect(lines).toEqual(['Looking around.']);
  });

  it('that cannot start for a bug fails with the error, not with a stack frame', async () => {
    await expect(start(`throw new TypeError('a bug')`)).rejects.toThrow('TypeError: a bug');
  });

  it('that does not get ready in time is killed', async () => {
    const options = { ...optionsFor('setInterval(() => {}, 1000)'), readyWithinMs: 100 };
    await expect(startChild(options, new AbortController().signal)).rejects.toThrow('it was not ready within 0.1 s');
  });

  it('is killed when its start is called off', async () => {
    const calledOff = new AbortController();
    const starting = start('setInterval(() => {}, 1000)', calledOff.signal);
    calledOff.abort();
    await expect(starting).rejects.toThrow('it was stopped before it was ready');
  });

  it('that hangs is killed', async () => {
    const options = { ...optionsFor(`${ready} process.on('message', () => { for (;;); });`), pingEveryMs: 50 };
    const child = await startChild(options, new AbortController().signal);
    expect(await child.ended).toBe('did not answer for 0.15 s');
  });

  it('does not share the process group of its parent, so that Ctrl-C does not reach it', async () => {
    const child = await start(ready);
    // A process group led by the child itself can be signalled by its number.
    process.kill(-child.pid, 'SIGKILL');
    expect(await child.ended).toBe('was ended by SIGKILL');
  });
});

describe('a supervised piece', () => {
  type Timing = Partial<ConstructorParameters<typeof Supervisor>[1]>;
  function supervisorOf(code: string, timing: Timing = {}, ping: Partial<ChildOptions> = {}) {
    const options = { ...optionsFor(code), ...ping };
    const runs: RunningPiece[] = [];
    const changed = new EventTarget();
    const piece = {
      name: 'fixture',
      ports: {},
      stopWithinMs: 300,
      start: async (signal: AbortSignal) => {
        const run = await startChild(options, signal);
        runs.push(run);
        return run;
      },
    };
    const supervisor = new Supervisor(piece, {
      log: (line) => lines.push(line),
      onChange: () => changed.dispatchEvent(new Event('change')),
      firstPauseMs: 20,
      longestPauseMs: 80,
      ...timing,
    });
    closers.push(() => supervisor.stop());
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await once(changed, 'change');
    };
    return { supervisor, runs, until };
  }

  it('is started again when it is killed', async () => {
    const { supervisor, runs, until } = supervisorOf(ready);
    await supervisor.start();
    const first = supervisor.pid;
    runs[0]?.kill();
    await until(() => supervisor.pid !== undefined && supervisor.pid !== first);
    expect(supervisor.restarts).toBe(1);
    expect(lines[0]).toBe('was ended by SIGKILL: it is started again in 0.02 s');
  });

  it('is started again when it hangs', async () => {
    const { supervisor, until } = supervisorOf(ready, {}, { pingEveryMs: 200 });
    await supervisor.start();
    const first = supervisor.pid as number;
    process.kill(first, 'SIGSTOP');
    await until(() => supervisor.pid !== undefined && supervisor.pid !== first);
    expect(lines[0]).toContain('did not answer for 0.6 s');
    expect(isAlive(first)).toBe(false);
  });

  it('is started again ever more slowly while it keeps ending', async () => {
    const { supervisor, until } = supervisorOf(`${ready} setTimeout(() => process.exit(3), 10)`);
    await supervisor.start();
    await until(() => supervisor.restarts === 4);
    const pauses = lines
      .filter((line) => line.includes('started again'))
      .map((line) => /in ([\d.]+) s/.exec(line)?.[1]);
    expect(pauses.slice(0, 4)).toEqual(['0.02', '0.04', '0.08', '0.08']);
    expect(lines[0]).toContain('ended with exit code 3');
  });

  it('begins with the short pause again after it ran for long', async () => {
    const { supervisor, runs, until } = supervisorOf(ready, { stableAfterMs: 0 });
    await supervisor.start();
    for (const restart of [1, 2, 3]) {
      runs.at(-1)?.kill();
      await until(() => supervisor.restarts === restart && supervisor.pid !== undefined);
    }
    expect(lines.filter((line) => line.includes('in 0.02 s'))).toHaveLength(3);
  });

  it('is tried again when its restart fails', async () => {
    const { supervisor, runs, until } = supervisorOf(
      `import { existsSync, writeFileSync, rmSync } from 'node:fs';
       if (existsSync('broken')) { rmSync('broken'); console.error('Not now.'); process.exit(1); }
       ${ready}`,
    );
    await supervisor.start();
    writeFileSync(join(folder, 'broken'), '');
    runs[0]?.kill();
    await until(() => supervisor.restarts === 2 && supervisor.pid !== undefined);
    expect(lines.join('\n')).toContain('did not start (Not now.): it is started again in 0.04 s');
  });

  it('is started again without a pause when that is asked for, once for each time that matters', async () => {
    const { supervisor, runs, until } = supervisorOf(ready, { firstPauseMs: 60_000 });
    await supervisor.start();
    supervisor.restart();
    supervisor.restart();
    await until(() => supervisor.restarts === 1 && supervisor.pid !== undefined);
    expect(await runs[0]?.ended).toBe('was ended by SIGTERM');
    expect(runs).toHaveLength(2);
  });

  it('is started again at once when that is asked for in a pause', async () => {
    const { supervisor, runs, until } = supervisorOf(ready, { firstPauseMs: 60_000 });
    await supervisor.start();
    runs[0]?.kill();
    await until(() => supervisor.pid === undefined);
    supervisor.restart();
    await until(() => supervisor.pid !== undefined);
    expect(runs).toHaveLength(2);
  });

  it('is started once more when that is asked for while it starts', async () => {
    const { supervisor, runs, until } = supervisorOf(ready, { firstPauseMs: 60_000 });
    const starting = supervisor.start();
    supervisor.restart();
    await starting;
    await until(() => supervisor.restarts === 1 && supervisor.pid !== undefined);
    expect(runs).toHaveLength(2);
  });

  it('is not started again once it is stopped, and is killed when it does not end in time', async () => {
    const { supervisor, runs } = supervisorOf(`process.on('SIGTERM', () => {}); ${ready}`);
    await supervisor.start();
    await supervisor.stop();
    expect(await runs[0]?.ended).toBe('was ended by SIGKILL');
    expect(lines).toEqual(['did not end within 0.3 s and is killed', 'stopped']);
    expect(supervisor.pid).toBeUndefined();
    expect(supervisor.restarts).toBe(0);
  });

  it('stays stopped when it is stopped during the pause before a restart', async () => {
    const { supervisor, runs, until } = supervisorOf(ready, { firstPauseMs: 60_000 });
    await supervisor.start();
    runs[0]?.kill();
    await until(() => supervisor.pid === undefined);
    await supervisor.stop();
    expect(runs).toHaveLength(1);
  });

  it('that cannot be started at first fails', async () => {
    const { supervisor } = supervisorOf(`console.error('No.'); process.exit(1)`);
    await expect(supervisor.start()).rejects.toThrow('No.');
    expect(supervisor.restarts).toBe(0);
  });
});
