/* Files that are made to do harm: whatever they claim, the program stays small, and sends nothing of them. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { claimingPng, pngChunk, withAnimation } from '../images/samples.js';
import { base } from '../pictures/making/colours.js';
import { gif, indexed } from '../pictures/making/gif.js';
import { codedOf, isoMedia } from '../pictures/making/iso-media.js';
import { rawProfile } from '../pictures/making/metadata.js';
import { png } from '../pictures/making/png.js';
import { tiff } from '../pictures/making/tiff.js';
import { av1, fixture, jpeg, webp } from '../pictures/sample.js';
import { sandbox } from '../support/sandbox.js';
import { tempDir } from '../support/temp-dir.js';
import { run } from './spawned.js';

const MOST_MB = 300;
const WIDE = 60_000;

const picture = base();
const [JPEG, WEBP, AV1] = await Promise.all([jpeg(picture), webp(picture), av1(picture)]);
const size = { width: 48, height: 32 };

/** The first place of these bytes, and numbers put there. */
function patched(file: Buffer, mark: Buffer | string, offset: number, bytes: readonly number[]): Buffer {
  const copy = Buffer.from(file);
  copy.set(bytes, copy.indexOf(mark) + offset);
  return copy;
}

/** A TIFF that claims a size: the width is the first entry of its directory, the height the second. */
function claimingTiff(): Buffer {
  const file = Buffer.from(tiff(picture));
  const directory = file.readUInt32LE(4);
  file.writeUInt32LE(WIDE, directory + 2 + 8);
  file.writeUInt32LE(WIDE, directory + 2 + 12 + 8);
  return file;
}

/** A whole PNG of black or clear pixels, of few bytes. */
function blank(width: number, height: number, type: 0 | 6): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, type, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc((width * (type === 0 ? 1 : 4) + 1) * height), { level: 1 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[pngChunk('IHDR', header), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))],
  ]);
}

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"/>';
const wide = { width: WIDE, height: WIDE };

const REFUSED: [name: string, bytes: Buffer, reason: RegExp][] = [
  ['claiming.png', claimingPng(WIDE, WIDE), /100 megapixels/],
  ['claiming-less.png', claimingPng(10_000, 10_000), /damaged/],
  ['claiming.jpg', patched(JPEG, Buffer.from([0xff, 0xc0]), 5, [0xea, 0x60, 0xea, 0x60]), /100 megapixels/],
  [
    'claiming.webp',
    patched(WEBP, Buffer.from([0x9d, 1, 0x2a]), 3, [0xff, 0x3f, 0xff, 0x3f]),
    /100 megapixels/,
  ],
  ['claiming.gif', gif([indexed(picture)], { screen: wide }), /100 megapixels/],
  ['claiming.tif', claimingTiff(), /damaged|100 megapixels/],
  ['claiming.avif', isoMedia(AV1, wide), /100 megapixels/],
  ['claiming-less.avif', isoMedia(AV1, { width: 10_000, height: 10_000 }), /damaged|decode/],
  ['claiming-little.avif', isoMedia(await av1(base(640, 480)), size), /damaged|decode/],
  ['claiming.heic', isoMedia(codedOf(fixture('base-srgb.heic')), wide), /100 megapixels/],
  [
    'claiming-less.heic',
    isoMedia(codedOf(fixture('base-srgb.heic')), { width: 10_000, height: 10_000 }),
    /damaged|decode/,
  ],
  ['blank.png', blank(WIDE, 2000, 0), /100 megapixels/],
  ['empty-frames.png', withAnimation(claimingPng(WIDE, 1700)), /damaged|decode/],
  ['empty.gif', Buffer.from(`GIF89a${SVG}`), /damaged/],
  ['page.jpg', Buffer.from(`<!doctype html>${' '.repeat(1000)}`), /HTML/],
  ['drawing.png', Buffer.from(SVG), /SVG/],
  ['drawing-in-xml.jpg', Buffer.from(`<?xml version="1.0"?><!DOCTYPE svg>\n<!-- a drawing -->${SVG}`), /SVG/],
  ['document.png', Buffer.concat([Buffer.from('%PDF-1.7\n'), png(picture)]), /PDF/],
  ['archive.jpg', Buffer.concat([Buffer.from('PK\x03\x04'), JPEG]), /zip/],
  [
    'page.gif',
    Buffer.concat([Buffer.from('<!doctype html><script>'), gif([indexed(picture)])]),
    /not a picture/,
  ],
];

/** Loaded before the program: leaves its peak in a file. What getrusage says begins with the peak of the parent. */
const HOOK = `
const { readFileSync, writeFileSync } = require('node:fs');
process.on('exit', () => {
  const [, kilobytes] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(process.env.PEAK_FILE, String(kilobytes / 1024));
});
`;

/** Runs the built program on the file, and says what it took. */
async function edit(name: string, bytes: Buffer, ...flags: string[]) {
  const [cwd, fal] = [await tempDir(), await sandbox()];
  const [hook, peak] = [path.join(cwd, 'hook.cjs'), path.join(cwd, 'peak')];
  await writeFile(hook, HOOK);
  await writeFile(path.join(cwd, name), bytes);
  const env = { ...fal.env, NODE_OPTIONS: `--require=${hook}`, PEAK_FILE: peak };
  const { code, stderr } = await run([name, '-p', 'x', ...flags], { cwd, env });
  const peakMb = Number(await readFile(peak, 'utf8'));
  return { code, stderr, peakMb, requests: fal.ledger().requests.total };
}

describe('refused by name', () => {
  test.each(REFUSED)('%s', async (name, bytes, reason) => {
    const { code, stderr, peakMb, requests } = await edit(name, bytes);
    expect({ code, requests }, stderr).toEqual({ code: 2, requests: 0 });
    expect(stderr).toContain(`"${name}"`);
    expect(stderr).toMatch(reason);
    expect(peakMb).toBeLessThan(MOST_MB);
  });
});

const zeros = (megabytes: number) => Buffer.alloc(megabytes * 2 ** 20);
const hugeProfile = Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(zeros(400))]);

/** Pictures that are no harm once what comes with them is left out, or that are large but not too large. */
const TAKEN: [name: string, bytes: Buffer][] = [
  ['huge-profile.png', png(picture, { before: [['iCCP', hugeProfile]] })],
  ['huge-text.png', png(picture, { before: [rawProfile('exif', zeros(100))] })],
  [
    'many-chunks.png',
    png(picture, { before: Array.from({ length: 200_000 }, () => ['tEXt', Buffer.from('a\0')] as const) }),
  ],
  ['many-frames.gif', gif(Array.from({ length: 2000 }, () => indexed(picture)))],
  ['many-pages.tif', tiff(Array.from({ length: 2000 }, () => picture))],
  ['very-wide.png', blank(WIDE, 1000, 0)],
  ['clear.png', blank(WIDE, 800, 6)],
];

test.each(TAKEN)('%s takes little memory', async (name, bytes) => {
  const { code, stderr, peakMb } = await edit(name, bytes, '--dry-run');
  expect(code, stderr).toBe(0);
  expect(peakMb).toBeLessThan(MOST_MB);
});
