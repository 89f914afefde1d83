import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = 'scripts/check-prerequisites.js';

it('says nothing where all is there', () => {
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('says in one sentence what to do in a clone without packages', () => {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  mkdirSync(join(clone, 'scripts'));
  copyFileSync(script, join(clone, script));
  copyFileSync('package.json', join(clone, 'package.json'));
  const { status, stderr } = spawnSync(process.execPath, [join(clone, script)], { encoding: 'utf8' });
  rmSync(clone, { recursive: true });
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'The packages are not installed: run "npm ci" first.\n' });
});
