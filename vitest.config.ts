import { defineConfig } from 'vitest/config';

const BUILT = 'test/blackbox/**/*.test.ts';

export default defineConfig({
  test: {
    // CI counts what passed.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
    // Most of a test's time is waiting; by itself vitest leaves one processor unused.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    setupFiles: 'test/support/afterwards.ts',
    projects: [
      {
        extends: true,
        test: { name: 'source', include: ['test/**/*.test.ts'], exclude: [BUILT] },
      },
      {
        // Only these need the program built, so that a run of a few other tests starts at once.
        extends: true,
        test: { name: 'built', include: [BUILT], globalSetup: 'test/support/build.ts' },
      },
    ],
  },
});
