/* What pictures cost the built program. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { ROOT } from '../support/build.js';
import { tempDir } from '../support/temp-dir.js';
import { BIN, spawned } from './spawned.js';

/** A dry run and its peak memory in MB. */
async function dryRun(cwd: string, ...argv: string[]) {
  const file = path.join(cwd, 'usage.json');
  const hook = path.join(ROOT, 'bench/usage-hook.cjs');
  const all = ['--require', hook, BIN, ...argv, '-p', 'snow', '--sandbox', '--dry-run'];
  const ended = await spawned(process.execPath, all, { cwd, env: { BENCH_USAGE_FILE: file } }).ended;
  const { peakMb } = JSON.parse(await readFile(file, 'utf8')) as { peakMb: number };
  return { ...ended, peakMb };
}

const noise = (width: number, height: number, sigma: number) => {
  const background = { r: 0, g: 0, b: 0 };
  return sharp({
    create: { width, height, channels: 3, background, noise: { type: 'gaussian', mean: 128, sigma } },
  });
};

test('a dry run of eight portraits of 48 megapixels stays under 700 MB', { timeout: 300_000 }, async () => {
  const cwd = await tempDir();
  await mkdir(path.join(cwd, 'in'));
  const portrait = await noise(8000, 6000, 25)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 85 })
    .toBuffer();
  for (let index = 0; index < 8; index++) {
    await writeFile(path.join(cwd, 'in', `${index}.jpg`), Buffer.concat([portrait, Buffer.from([index])]));
  }
  const { code, stderr, stdout, peakMb } = await dryRun(cwd, 'batch', 'in', '--out-dir', 'out');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('Rows: 8');
  expect(peakMb).toBeLessThan(700);
});

test('a HEIC picture is decoded beside the program, and the program ends', async () => {
  const cwd = await tempDir();
  await copyFile(path.join(ROOT, 'test/fixtures/pictures/phone.heic'), path.join(cwd, 'phone.heic'));
  const { code, stdout, stderr } = await dryRun(cwd, 'phone.heic');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('image/jpeg, 96x128 (Display P3 → sRGB, HEIC → JPEG)');
});
