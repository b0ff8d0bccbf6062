import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What would go round the walls between tenants, or round the one place where settings are read. */
const forbidden = [
  {
    selector: "CallExpression[callee.property.name='getConnection']",
    message: 'This speaks to the database without a tenant’s role. Use Database.read or Database.write.',
  },
  {
    selector: "CallExpression[callee.property.name='getKysely']",
    message: 'Kysely does not know the tenant’s schema. Use the entity manager or its query builder.',
  },
  {
    selector: "Property[key.name='lazy'][value.value=true]",
    message:
      'A property that is loaded only sometimes cannot be told from one that is null. Give it a reader of its own.',
  },
  {
    selector: ':matches(Literal[value=/search_path/i], TemplateElement[value.raw=/search_path/i])',
    message: 'Qualified names only: a changed search_path returns another tenant’s rows without an error.',
  },
  {
    selector:
      ":matches(NewExpression[callee.object.name='Intl'][callee.property.name=/Format$/], CallExpression[callee.name=/^(formatters|durationWords|dayName)$/]) > MemberExpression.arguments[property.name='locale'][object.type!='ThisExpression']",
    message: 'Dates, numbers and lists follow the region that the operator sets for the language: visit.region.',
  },
];
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read in @foyer/config alone: declare the variable there and inject CONFIG.',
};
const aimless = {
  regex: '^\\.{1,2}/(.*/)?(utils?|helpers?|common|shared|misc)(\\.js)?$',
  message: 'A helper lives beside its one caller or becomes a module with a name.',
};

/** Mails leave the portal by one port, which asks who may still know. */
const oneWayOut = {
  name: '@foyer/mail',
  importNames: ['Mailer', 'MailRules'],
  message: 'Tell people by Notices.notify of @foyer/notify.',
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '.data/', '.nx/', 'coverage/']),
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'fetch',
          'setInterval',
          'clearInterval',
          'setTimeout',
          'clearTimeout',
          'URL',
          'AbortSignal',
          'performance',
          'Buffer',
          'module',
          'require',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    // What runs in the browser.
    files: ['apps/mailbox/assets/**', '**/client/**'],
    languageOptions: {
      globals: Object.fromEntries(
        ['document', 'window', 'location', 'fetch', 'setInterval', 'setTimeout'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...forbidden, environment],
      'no-restricted-imports': ['error', { patterns: [aimless] }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'error',
      // Cleaning what people type is much of the work.
      'no-control-regex': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // The one place that reads the environment, and the programs that hand it on to their children.
    files: ['libs/core/config/src/**', 'apps/cli/src/**'],
    rules: { 'no-restricted-syntax': ['error', ...forbidden] },
  },
  {
    // Bootstrapping empties the search path and reports on it.
    files: ['libs/core/database/src/bootstrap.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...forbidden.filter(({ selector }) => !selector.includes('search_path')),
        environment,
      ],
    },
  },
  {
    files: ['libs/portal/*/src/**', 'libs/platform/*/src/**', 'apps/*/src/**'],
    ignores: ['libs/portal/notify/src/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [oneWayOut], patterns: [aimless] }] },
  },
  {
    files: ['**/test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.tests.json' } },
    rules: { 'no-restricted-syntax': 'off' },
  },
);
