import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import { parseSettings } from '../../functions/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'hooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes down what it was called with, and answers what the test says for it. */
function standIn(name: string, answers: readonly (readonly [beginning: string, answer: string])[]): void {
  const cases = answers.map(([beginning, answer]) => `  "${beginning}"*) echo '${answer}' ;;`);
  const lines = ['#!/bin/sh', `echo "${name} $*" >> '${join(folder, 'calls')}'`, 'case "$*" in', ...cases, 'esac', ''];
  writeFileSync(join(folder, name), lines.join('\n'));
  chmodSync(join(folder, name), 0o755);
}

type Answers = Parameters<typeof standIn>[1];

function runHook(hook: string, env: Record<string, string>, answers: Answers = [], args: readonly string[] = []) {
  writeFileSync(join(folder, 'calls'), '');
  standIn('az', answers);
  standIn('azd', []);
  const path = `${folder}:${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync('sh', [`bicep/hooks/${hook}.sh`, ...args], {
    env: { PATH: path, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr, calls: readFileSync(join(folder, 'calls'), 'utf8') };
}

describe('pre-provision', () => {
  const env = { AZURE_ENV_NAME: 'test' };

  it('makes an app registration with the roles, without a secret, and remembers it', () => {
    const { status, calls } = runHook('pre-provision', env, [['ad app create', 'new-id']]);
    expect(status).toBe(0);
    expect(calls).toMatch(/az ad app create .*--app-roles @bicep\/app-roles.json/);
    expect(calls).toContain('appRoleAssignmentRequired=true');
    expect(calls).toContain('azd env set AUTH_CLIENT_ID new-id');
    expect(calls).not.toMatch(/credential|password|secret/);
  });

  it('takes the one that there is', () => {
    const answers = [
      ['ad app list', 'old-id'],
      ['ad sp list', 'sp'],
    ] as const;
    const { calls } = runHook('pre-provision', env, answers);
    expect(calls).not.toMatch(/ad (app|sp) create/);
    expect(calls).toContain('azd env set AUTH_CLIENT_ID old-id');
  });

  it('leaves everything as it is where AUTH_CLIENT_ID is given', () => {
    expect(runHook('pre-provision', { ...env, AUTH_CLIENT_ID: 'given' })).toMatchObject({ status: 0, calls: '' });
  });

  it('prints the ID and nothing else for who deploys without azd', () => {
    const { stdout, calls } = runHook('pre-provision', env, [['ad app create', 'new-id']], ['--print']);
    expect(stdout).toBe('new-id\n');
    expect(calls).toContain('--identifier-uris api://new-id');
    expect(calls).toContain('appRoleAssignmentRequired=true');
    expect(calls).not.toContain('azd');
    expect(runHook('pre-provision', { ...env, AUTH_CLIENT_ID: 'given' }, [], ['--print']).stdout).toBe('given\n');
  });
});

describe('post-provision', () => {
  const env = { AUTH_CLIENT_ID: 'id', WEB_URL: 'https://func-1.azurewebsites.net', IDENTITY_PRINCIPAL_ID: 'principal' };
  const answers = [
    ['account show', 'tenant'],
    ['cloud show', 'https://login.example.com/'],
  ] as const;

  it('lets people come back to the app, and the identity stand for a secret', () => {
    const { status, calls } = runHook('post-provision', env, answers);
    expect(status).toBe(0);
    expect(calls).toContain('--web-redirect-uris https://func-1.azurewebsites.net/.auth/login/aad/callback');
    expect(calls).toContain('"issuer": "https://login.example.com/tenant/v2.0"');
    expect(calls).toContain('"subject": "principal"');
  });

  it('leaves the addresses of other domains, to which people come back as well', () => {
    const { calls } = runHook('post-provision', env, [...answers, ['ad app show', 'https://tasks.example.com/back']]);
    expect(calls).toMatch(/--web-redirect-uris https:\/\/func-1\S+ https:\/\/tasks.example.com\/back/);
  });

  it('does not make the credential twice', () => {
    const { calls } = runHook('post-provision', env, [
      ...answers,
      ['ad app federated-credential list', 'function-app'],
    ]);
    expect(calls).not.toContain('federated-credential create');
  });

  const withCallbacks = {
    ...env,
    CALLBACK_HOSTS: 'hooks.example.com',
    KEY_VAULT_NAME: 'kv-1',
    RESOURCE_GROUP: 'rg-1',
    FUNCTION_APP_NAME: 'func-1',
  };

  it('makes the key that signs callbacks, once, shows it to nobody and has the app look again', () => {
    const { status, calls } = runHook('post-provision', withCallbacks, answers);
    expect(status).toBe(0);
    const [, file] = /az keyvault secret set --vault-name kv-1 --name callback-secret --file (\S+)/.exec(calls)!;
    expect(existsSync(file!)).toBe(false);
    expect(calls).not.toContain('whsec_');
    expect(calls).toMatch(/rest --method post --url .*sites\/func-1\/config\/configreferences\/appsettings\/refresh/);
    const again = runHook('post-provision', withCallbacks, [...answers, ['keyvault secret list', 'callback-secret']]);
    expect(again.calls).not.toContain('secret set');
  });

  it('makes a key that the app takes', () => {
    const given = join(folder, 'given');
    const keep = `$(cp "$(echo "$*" | sed 's/.*--file \\([^ ]*\\).*/\\1/')" ${given})`;
    writeFileSync(given, '');
    runHook('post-provision', withCallbacks, [...answers, ['keyvault secret set', `'"${keep}"'`]]);
    const CallbackSecret = readFileSync(given, 'utf8');
    expect(parseSettings({ ...sample.Values, CallbackSecret })).toMatchObject({ CallbackSecret });
  });

  it('needs no key where there are no callbacks', () => {
    expect(runHook('post-provision', env, answers).calls).not.toContain('keyvault');
  });

  it('says what is missing', () => {
    const { status, stderr } = runHook('post-provision', { ...env, WEB_URL: '' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('WEB_URL: is missing: it is an output of bicep/main.bicep');
  });
});
