import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { preparePicture } from '../../src/images/prepare.js';

const example = (name: string) => readFileSync(new URL(`../../examples/${name}`, import.meta.url));
const require = createRequire(import.meta.url);
const isSharpLoaded = () => Object.keys(require.cache).some((path) => /[\\/]sharp[\\/]/.test(path));

/** A JPEG without its colour profile, which is why it would be converted. */
function withoutProfile(jpeg: Buffer): Buffer {
  const at = jpeg.indexOf('ICC_PROFILE') - 4;
  return Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2))]);
}

/** One still frame of one pixel. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64');

test('sharp, which costs 70 ms, is loaded for conversions alone', async () => {
  const prepare = (bytes: Uint8Array) =>
    preparePicture({ kind: 'bytes', bytes, origin: 'file', label: 'x', name: 'x' }, '--image');
  await prepare(example('chelsea.png'));
  await prepare(withoutProfile(example('rocket.jpg')));
  expect(isSharpLoaded()).toBe(false);
  await prepare(GIF);
  expect(isSharpLoaded()).toBe(true);
});
