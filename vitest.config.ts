import { defineConfig } from 'vitest/config';

const BUILT = 'test/blackbox/**/*.test.ts';
/** About what a process loads or does for the first time, or how much memory it takes. */
const ALONE = [
  'test/batch/manifest/large.test.ts',
  'test/batch/planner-large.test.ts',
  'test/batch/expect/lazy.test.ts',
  'test/images/lazy-sharp.test.ts',
  'test/images/weights.test.ts',
  'test/last-words.test.ts',
  'test/report/contact-sheet/no-fonts.test.ts',
];

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
        // Loading the program and sharp anew for each file takes as long as the tests: files share a process, and
        // each leaves it as it was (test/support/afterwards.ts).
        test: { name: 'source', isolate: false, include: ['test/**/*.test.ts'], exclude: [BUILT, ...ALONE] },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        // Only these need the program built, so that a run of a few other tests starts at once.
        extends: true,
        test: { name: 'built', isolate: false, include: [BUILT], globalSetup: 'test/support/build.ts' },
      },
    ],
  },
});
