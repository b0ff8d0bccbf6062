// One runner for the whole workspace: every lib and app keeps its tests in its own `test/` folder.
export default {
  testMatch: ['<rootDir>/{libs,apps}/**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/journeys/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  // A machine with many things to do is no reason to fail; what hangs is found all the same.
  testTimeout: 120_000,
  // Half of a test is waiting for PostgreSQL: Jest's own choice would leave one of two cores idle.
  maxWorkers: '100%',
  // What a file has loaded is never given back (modules of a VM), and a worker that is nearly full does little but collect.
  workerIdleMemoryLimit: '1500MB',
  globalSetup: '<rootDir>/apps/cli/jest/run-begins.mjs',
  globalTeardown: '<rootDir>/apps/cli/jest/run-ends.mjs',
};
