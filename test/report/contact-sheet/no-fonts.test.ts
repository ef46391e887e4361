import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dots } from '../../../src/report/contact-sheet/dots.js';
import { lettering } from '../../../src/report/contact-sheet/lettering.js';
import { tempDir } from '../../support/temp-dir.js';

// In a process of its own (vitest.config.ts): fonts are looked for once in a process.
test.runIf(process.platform === 'linux')('a machine without fonts has letters of dots', async () => {
  const file = path.join(await tempDir(), 'fonts.conf');
  await writeFile(file, '<?xml version="1.0"?><fontconfig></fontconfig>');
  vi.stubEnv('FONTCONFIG_FILE', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await lettering()).toBe(dots);
});
