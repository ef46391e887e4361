import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dots } from '../../../src/report/contact-sheet/dots.js';
import { lettering } from '../../../src/report/contact-sheet/lettering.js';
import { tempDir } from '../../support/temp-dir.js';

// In a file of its own: fonts are looked for once in a process.
test.runIf(process.platform === 'linux')('a machine without fonts has letters of dots', async () => {
  const file = path.join(await tempDir(), 'fonts.conf');
  await writeFile(file, '<?xml version="1.0"?><fontconfig></fontconfig>');
  process.env['FONTCONFIG_FILE'] = file;
  expect(await lettering()).toBe(dots);
});
