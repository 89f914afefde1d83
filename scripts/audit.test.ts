import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The audit, where npm says this. */
function audit(answer: object) {
  writeFileSync(join(folder, 'answer.json'), JSON.stringify(answer));
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncat '${join(folder, 'answer.json')}'\nexit 1\n`);
  chmodSync(join(folder, 'npm'), 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  return spawnSync(process.execPath, ['scripts/audit.ts'], { encoding: 'utf8', env });
}

const fault = (name: string, severity: string) => ({
  [name]: { name, severity, via: [{ title: 'Runs what it is given', url: 'https://advisories.example/1' }] },
});

it.each(['ioredis', '@angular/core'])('fails for a fault in %s, which is shipped', (name) => {
  const { status, stderr } = audit({ vulnerabilities: fault(name, 'high') });
  expect(stderr).toBe(`high: ${name}: Runs what it is given (https://advisories.example/1)\n`);
  expect(status).toBe(1);
});

it('passes for one in a tool, or a small one', () => {
  const { status, stdout } = audit({ vulnerabilities: { ...fault('jest', 'critical'), ...fault('ioredis', 'low') } });
  expect(stdout).toMatch(/^0 known faults, high or critical, in the \d{2,} packages that are shipped/);
  expect(status).toBe(0);
});

it('fails where the registry does not answer, and says so', () => {
  const { status, stderr } = audit({ message: '405 Method Not Allowed' });
  expect(stderr).toBe('The registry did not answer the audit, so nothing is known: 405 Method Not Allowed\n');
  expect(status).toBe(1);
});
