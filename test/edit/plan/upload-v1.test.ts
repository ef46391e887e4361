import { expect, test } from 'vitest';
import sharp, { type Sharp } from 'sharp';
import { readAttachment } from '../../../src/edit/plan/attachments.js';
import { asPlannedByV1 } from '../../../src/edit/plan/fingerprint-v1.js';
import { uploadOfV1 } from '../../../src/edit/plan/upload-v1.js';
import type { UploadOptions } from '../../../src/images/prepare.js';
import { probePicture } from '../../../src/images/probe.js';
import { sha256Of } from '../../../src/sha256.js';
import { quietContext } from '../../batch/planning.js';
import { SAMPLES, type SampleName, small } from '../../images/samples.js';

const read = (bytes: Uint8Array, options?: UploadOptions) => {
  const value = `data:;base64,${Buffer.from(bytes).toString('base64')}`;
  const context = { ...quietContext(), cwd: '/' };
  return readAttachment({ path: ['image_url'], role: 'picture', value }, '--image', context, options);
};

const PASSED: SampleName[] = ['png', '16-bit png', 'alpha png', 'jpeg', 'alpha webp', 'lossless webp'];

test.each(PASSED)('a %s was uploaded as it is', async (name) => {
  const bytes = SAMPLES[name];
  expect(uploadOfV1(bytes, probePicture(bytes))).toBeUndefined();
  const { upload, source, earlierUpload, findEarlierUpload } = await read(bytes);
  expect(earlierUpload ?? upload?.sha256).toBe(source);
  expect(findEarlierUpload).toBeUndefined();
});

const CONVERTED: [SampleName, (picture: Sharp) => Sharp][] = [
  ['gif', (picture) => picture.png()],
  ['alpha gif', (picture) => picture.png()],
  ['tiff', (picture) => picture.png()],
  ['avif', (picture) => picture.png()],
  ['turned webp', (picture) => picture.png()],
  ['turned png', (picture) => picture.png()],
  ['turned jpeg', (picture) => picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })],
  ['cmyk jpeg', (picture) => picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })],
];

test.each(CONVERTED)('a %s was converted in the way of then', async (name, encode) => {
  const bytes = SAMPLES[name];
  const then = encode(sharp(bytes, { failOn: 'warning' }).autoOrient().toColourspace('srgb'));
  const { attachments } = await asPlannedByV1({ attachments: [await read(bytes)] });
  expect(attachments[0]?.earlierUpload).toBe(sha256Of(await then.toBuffer()));
});

test('a file that is cut now was uploaded whole, and so was one whose colours are converted now', async () => {
  const cut = await small()
    .withExif({ IFD0: { Artist: 'Jane' } })
    .jpeg()
    .toBuffer();
  const p3 = await small().withIccProfile('p3').jpeg().toBuffer();
  for (const bytes of [cut, p3]) {
    const attachment = await read(bytes);
    expect(attachment.upload?.sha256).not.toBe(sha256Of(bytes));
    expect(attachment.earlierUpload).toBe(sha256Of(bytes));
  }
});

test('what earlier releases could not be asked for is not looked for', async () => {
  for (const options of [{ background: '#000000' }, { asIs: true }, { maxPixels: 100 }, { upscale: true }]) {
    const { earlierUpload, findEarlierUpload } = await read(SAMPLES['turned jpeg'], options);
    expect([earlierUpload, findEarlierUpload]).toEqual([undefined, undefined]);
  }
});
