import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { textBlock } from '../../../src/report/contact-sheet/canvas.js';
import { tempDir } from '../../support/temp-dir.js';

// In a process of its own (vitest.config.ts): fonts are looked for once in a process.
test.runIf(process.platform === 'linux')('a machine without fonts has ours', async () => {
  const file = path.join(await tempDir(), 'fonts.conf');
  await writeFile(file, '<?xml version="1.0"?><fontconfig></fontconfig>');
  vi.stubEnv('FONTCONFIG_FILE', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  const drawn = async (text: string) => {
    const line = { text, x: 2, baseline: 20, size: 18, colour: '#000', anchor: 'start' } as const;
    return (await textBlock({ width: 40, height: 28 }, [line])).data;
  };
  const letters = Array.from('AWaw09&é…×·жΩ');
  const pictures = await Promise.all(
    letters.map(async (letter) => Buffer.from(await drawn(letter)).toString('base64')),
  );
  expect(new Set(pictures).size).toBe(letters.length);
  const ink = async (text: string) => (await drawn(text)).reduce((sum, value) => sum + 255 - value, 0);
  // Where there is no font, each is a box of the same size.
  expect(await ink('i')).toBeLessThan((await ink('W')) / 2);
  // What our font lacks is a box.
  expect(await ink('猫')).toBeGreaterThan(0);
});
