import angular from 'angular-eslint';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The import arrows of ARCHITECTURE.md: what a folder may not reach into, and why. */
function arrows(files, ...forbidden) {
  const patterns = forbidden.map(([regex, message]) => ({ regex, message }));
  // Tests may import anything.
  return {
    files,
    ignores: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}
const into = (folder) => `(^|/)\\.\\./${folder}/`;

/** Without a locale, numbers and dates follow the browser's language, also where the person has chosen another for the app. */
const locales = 'Numbers and dates follow the language shown: give shownLocale() of ui/locale.ts.';

/** The Content Security Policy refuses style attributes; what Angular binds is no attribute. */
const noStyleAttribute = {
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const { index } of sourceCode.text.matchAll(/\sstyle="/g)) {
        report({
          loc: sourceCode.getLocFromIndex(index),
          message: 'The page’s policy refuses style attributes: bind it, [style.height.px]="80", or use a class.',
        });
      }
    },
  }),
};

/** The same for templates; by their text, as the syntax tree lacks what stands in plurals. Angular's own pipes write as en-US. */
const localeInTemplates = {
  create: ({ sourceCode, report }) => ({
    Program() {
      const found = sourceCode.text.matchAll(
        /\.(toLocale\w*String|localeCompare)\(|[^|]\|\s*(number|percent|currency|date)\b/g,
      );
      for (const { index } of found)
        report({
          loc: sourceCode.getLocFromIndex(index),
          message:
            'Numbers and dates follow the language shown: use the pipe shownNumber, or a formatter with shownLocale().',
        });
    },
  }),
};

export default defineConfig(
  globalIgnores(['dist/', '.local/', '**/node_modules/', '**/.angular/', 'test-artifacts/', 'coverage/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Implementing an async interface without awaiting is no fault.
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.test.ts', 'tests/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // A describe block is a function, and a suite may be long.
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      // jest's matchers (expect.any and the like) are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  arrows(
    ['contracts/**/*.ts'],
    [
      into('(functions|local|client|frontend|tests|bench)'),
      'contracts/ stands below everything and imports nothing of ours.',
    ],
  ),
  arrows(
    ['functions/**/*.ts'],
    [
      into('(local|client|frontend|tests|bench)'),
      'The function app knows contracts/ only; it runs unchanged in Azure.',
    ],
  ),
  {
    files: ['functions/**/*.ts'],
    ignores: ['functions/settings.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'functions/settings.ts is the only reader of process.env.' },
      ],
    },
  },
  arrows(
    ['local/**/*.ts'],
    [into('(functions|client|frontend|tests|bench)'), 'local/ stands in for Azure and knows contracts/ only.'],
  ),
  arrows(
    ['local/service-bus/broker/**/*.ts'],
    [into('(functions|client|frontend|tests|bench)'), 'local/ stands in for Azure and knows contracts/ only.'],
    [into('amqp'), 'The broker does not know its wire protocol: amqp → broker, never back.'],
    ['^rhea', 'The broker does not know its wire protocol: amqp → broker, never back.'],
  ),
  arrows(
    ['client/**/*.ts'],
    [into('(functions|local|frontend|tests|bench)'), 'client/ knows contracts/ only.'],
    ['^@angular/', 'client/ is plain TypeScript, usable in any framework.'],
  ),
  {
    files: ['frontend/src/**/*.ts'],
    extends: [angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: into('(functions|local|tests|bench)'),
              message: 'The web app knows client/ and, as types, contracts/.',
            },
            {
              regex: into('contracts'),
              allowTypeImports: true,
              message: 'Use `import type`: a value import of zod costs up to 450 kB of bundle.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.property.name=/^toLocale.*String$/][arguments.0.callee.name!="shownLocale"]',
          message: locales,
        },
        {
          selector:
            ':matches(NewExpression, CallExpression)[callee.object.name="Intl"][callee.property.name!="supportedValuesOf"][arguments.0.callee.name!="shownLocale"]',
          message: locales,
        },
        { selector: 'CallExpression[callee.property.name="localeCompare"]', message: locales },
      ],
      '@angular-eslint/component-class-suffix': 'off',
      '@angular-eslint/directive-class-suffix': 'off',
      '@angular-eslint/prefer-on-push-component-change-detection': 'off',
    },
  },
  {
    files: ['frontend/src/**/*.html'],
    extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
    plugins: { ours: { rules: { 'locale-in-templates': localeInTemplates, 'no-style-attribute': noStyleAttribute } } },
    rules: { 'ours/locale-in-templates': 'error', 'ours/no-style-attribute': 'error' },
  },
);
