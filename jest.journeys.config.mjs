import base from './jest.config.mjs';

// What needs a browser, another server of Debian's, or the built programs: one file at a time, with patience.
export default {
  ...base,
  testMatch: ['<rootDir>/{apps/*,libs/*/*}/test/journeys/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testTimeout: 180_000,
  maxWorkers: 1,
  // What a failed journey left running must not keep the whole run from ending.
  forceExit: true,
};
