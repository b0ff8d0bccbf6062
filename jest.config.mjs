// One runner for the whole workspace: every lib and app keeps its tests in its own `test/` folder.
export default {
  testMatch: ['<rootDir>/{libs,apps}/**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/journeys/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  testTimeout: 30_000,
  globalSetup: '<rootDir>/apps/cli/jest/run-begins.mjs',
  globalTeardown: '<rootDir>/apps/cli/jest/run-ends.mjs',
};
