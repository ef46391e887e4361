/* What pictures cost the built program, and what it makes of hostile ones. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { claimingPng, withAnimation } from '../images/samples.js';
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

const WIDE = claimingPng(60_000, 2_000);
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"><rect width="9" height="9"/></svg>`;

test.each<[name: string, bytes: Uint8Array, problem: RegExp]>([
  ['bomb.png', claimingPng(60_000, 60_000), /is 60000x60000: more than 100 megapixels\./],
  ['wide.png', WIDE, /is 60000x2000: more than 100 megapixels\./],
  ['empty-wide.png', withAnimation(claimingPng(60_000, 1_700)), /is damaged|cannot be decoded/],
  ['drawing.png', Buffer.from(SVG), /is an SVG drawing\./],
  ['page.jpg', Buffer.concat([Buffer.from('<!doctype html>'), Buffer.alloc(1000, 32)]), /looks like HTML/],
  ['two.gif', Buffer.concat([Buffer.from('GIF89a'), Buffer.from(SVG)]), /is damaged/],
])('%s is refused by name within 300 MB', async (name, bytes, problem) => {
  const cwd = await tempDir();
  await writeFile(path.join(cwd, name), bytes);
  const { code, stderr, peakMb } = await dryRun(cwd, name);
  expect([code, stderr]).toEqual([2, expect.stringMatching(problem)]);
  expect(stderr).toContain(`"${name}"`);
  expect(peakMb).toBeLessThan(300);
});
