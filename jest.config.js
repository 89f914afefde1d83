import { readdirSync, readFileSync } from 'node:fs';

/** Packages published as ES modules only: transformed like our own code. */
const esmOnly = ['@ngx-formly', '@angular', 'csv-parse', 'croner'].join('|');

const nodeProject = {
  testEnvironment: 'node',
  transform: {
    '\\.lua$': '<rootDir>/tests/support/text-transform.cjs',
    '^.+\\.(m?[jt]s)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly})/)`],
};

/** Tests that run scripts on a Redis of their own: they run on a cluster as well. */
const storeTests = readdirSync('functions', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => readFileSync(`functions/${file}`, 'utf8').includes('useTestRedis('));

/** @type {import('jest').Config} */
export default {
  projects: [
    {
      ...nodeProject,
      displayName: 'node',
      roots: ['contracts', 'client', 'functions', 'local', 'tests', 'scripts', 'bench'].map(
        (folder) => `<rootDir>/${folder}`,
      ),
      testMatch: ['**/*.test.ts'],
    },
    {
      ...nodeProject,
      displayName: 'cluster',
      roots: ['<rootDir>/functions'],
      testMatch: storeTests.map((file) => `<rootDir>/functions/${file}`),
      globals: { redisCluster: true },
    },
    {
      displayName: 'web',
      preset: 'jest-preset-angular',
      rootDir: 'frontend',
      setupFilesAfterEnv: ['<rootDir>/setup-jest.ts'],
      testMatch: ['**/*.test.ts'],
    },
  ],
  reporters: ['default', '<rootDir>/tests/support/summary-reporter.js'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
