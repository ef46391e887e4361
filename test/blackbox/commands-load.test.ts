/* The build puts the parts of the commands into few files: each has to load, whichever command is the first. */
import { expect, test } from 'vitest';
import { PAGES } from '../../src/commands/help/pages.js';
import { tempDir } from '../support/temp-dir.js';
import { run } from './spawned.js';

const SERVES = 'sandbox';

test.each(Object.keys(PAGES).filter((name) => name !== SERVES))('fal-edit %s loads', async (name) => {
  const { code, stderr } = await run([name, '--json'], { cwd: await tempDir() });
  expect(stderr).not.toMatch(/bug in fal-edit|ReferenceError|ERR_MODULE/);
  expect([0, 2, 4], stderr).toContain(code);
});
