import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { preparePicture } from '../../src/images/prepare.js';
import type { BytesSource } from '../../src/images/sources.js';
import { claimingPng, heic, type SampleName, SAMPLES, small, withAnimation } from './samples.js';

const source = (bytes: Uint8Array, label = 'my photo.bin'): BytesSource => ({
  kind: 'bytes',
  bytes,
  origin: 'file',
  label,
  name: 'my photo',
});

const prepare = (bytes: Uint8Array) => preparePicture(source(bytes), '--image');

const UNTOUCHED: [SampleName, string][] = [
  ['png', 'my-photo.png'],
  ['grey png', 'my-photo.png'],
  ['16-bit png', 'my-photo.png'],
  ['jpeg', 'my-photo.jpg'],
  ['progressive jpeg', 'my-photo.jpg'],
  ['grey jpeg', 'my-photo.jpg'],
  ['webp', 'my-photo.webp'],
  ['alpha webp', 'my-photo.webp'],
];

test.each(UNTOUCHED)('%s passes untouched', async (name, fileName) => {
  const bytes = SAMPLES[name];
  const picture = await prepare(bytes);
  expect(picture.bytes).toBe(bytes);
  expect(picture).toMatchObject({ label: 'my photo.bin', name: 'my photo', fileName, width: 48, height: 32 });
  expect(picture.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(picture.warnings).toEqual([]);
  expect(picture.converted).toBeUndefined();
});

const ANIMATED = '--image: "my photo.bin" is animated; only its first frame is edited.';
const PAGES = '--image: "my photo.bin" has several pages; only its first page is edited.';
const UPRIGHT = 'turned upright by its EXIF orientation';

const CONVERTED: [SampleName, string, string, string[]][] = [
  ['gif', 'png', 'GIF to PNG', []],
  ['animated gif', 'png', 'GIF to PNG, only the first frame', [ANIMATED]],
  ['animated webp', 'png', 'WebP to PNG, only the first frame', [ANIMATED]],
  ['animated png', 'png', 'only the first frame', [ANIMATED]],
  ['avif', 'png', 'AVIF to PNG', []],
  ['tiff', 'png', 'TIFF to PNG', []],
  ['tiff of two pages', 'png', 'TIFF to PNG, only the first page', [PAGES]],
  ['pyramid tiff', 'png', 'TIFF to PNG', []],
  ['cmyk tiff', 'png', 'TIFF to PNG, CMYK to sRGB', []],
  ['cmyk jpeg', 'jpeg', 'CMYK to sRGB', []],
  ['turned png', 'png', UPRIGHT, []],
  ['turned jpeg', 'jpeg', UPRIGHT, []],
  ['turned webp', 'png', `WebP to PNG, ${UPRIGHT}`, []],
  ['turned tiff', 'png', `TIFF to PNG, ${UPRIGHT}`, []],
];

/** How far two pictures differ, per channel, on average. */
async function difference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [left, right] = await Promise.all(
    [a, b].map((bytes) => sharp(bytes).resize(48, 32, { fit: 'fill' }).removeAlpha().raw().toBuffer()),
  );
  return left!.reduce((sum, value, at) => sum + Math.abs(value - right![at]!), 0) / left!.length;
}

test.each(CONVERTED)('%s becomes %s: %s', async (name, format, converted, warnings) => {
  const picture = await prepare(SAMPLES[name]);
  const decoded = await sharp(picture.bytes).metadata();
  const { width, height, orientation, space } = decoded;
  expect(picture).toMatchObject({
    format,
    contentType: `image/${format}`,
    width,
    height,
    converted,
    warnings,
  });
  expect({ format: decoded.format, orientation, space }).toEqual({
    format,
    orientation: undefined,
    space: 'srgb',
  });
  expect(picture.sha256).toBe(createHash('sha256').update(picture.bytes).digest('hex'));
  expect([width, height].sort()).toEqual([32, 48]);
  // The first frame, not its negative; colours survive but for compression and inks.
  if (width === 48 && name !== 'turned webp')
    expect(await difference(picture.bytes, SAMPLES.png)).toBeLessThan(20);
});

describe('EXIF orientation', () => {
  const [width, height] = [3, 2];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => at * 13);
  /** Where the pixel at (x, y) of the upright picture is stored (EXIF 2.32, 4.6.4). */
  const STORED: Record<number, (x: number, y: number) => [x: number, y: number]> = {
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, height - 1 - x],
    7: (x, y) => [width - 1 - y, height - 1 - x],
    8: (x, y) => [width - 1 - y, x],
  };

  test.each([2, 3, 4, 5, 6, 7, 8])('%i is turned upright', async (orientation) => {
    const stored = sharp(pixels, { raw: { width, height, channels: 3 } }).withMetadata({ orientation });
    for (const bytes of [await stored.clone().png().toBuffer(), await stored.clone().tiff().toBuffer()]) {
      const picture = await prepare(bytes);
      const upright = await sharp(picture.bytes).raw().toBuffer();
      expect([picture.width, picture.height]).toEqual(orientation < 5 ? [3, 2] : [2, 3]);
      for (let y = 0; y < picture.height; y++) {
        for (let x = 0; x < picture.width; x++) {
          const [fromX, fromY] = STORED[orientation]!(x, y);
          const from = (fromY * width + fromX) * 3;
          const at = (y * picture.width + x) * 3;
          // One step apart where the embedded colour profile rounds; neighbours are 39 apart.
          for (const channel of [0, 1, 2]) {
            expect(Math.abs(upright[at + channel]! - pixels[from + channel]!)).toBeLessThan(5);
          }
        }
      }
    }
  });
});

describe('refuses', () => {
  const ALLOWED = 'Supported: PNG, JPEG, WebP, GIF, AVIF, TIFF.';
  const SAVE = 'Save it as JPEG or PNG first.';
  const undecodable = withAnimation(claimingPng(48, 32));
  test.each<[string, Uint8Array, string, string | undefined]>([
    ['text', Buffer.from('hello'), `is not a picture: it looks like text. ${ALLOWED}`, undefined],
    ['HEIC', heic(), `is a HEIC picture. ${ALLOWED}`, SAVE],
    [
      'SVG',
      Buffer.from('<svg/>'.replace('/', ' /')),
      `is an SVG drawing. ${ALLOWED}`,
      'Save it as PNG or JPEG first.',
    ],
    ['PDF', Buffer.from('%PDF-1.4'), `is a PDF document. ${ALLOWED}`, 'Save it as PNG or JPEG first.'],
    [
      'half a JPEG',
      SAMPLES.jpeg.subarray(0, 500),
      'is damaged: the JPEG is cut short.',
      'Get a complete copy of it, or open it and save it again.',
    ],
    [
      'a bomb',
      claimingPng(60_000, 60_000),
      'is 60000x60000: more than 100 megapixels.',
      'Make it smaller first.',
    ],
    [
      'what sharp cannot decode',
      undecodable,
      'is damaged: it cannot be decoded (',
      'Get a complete copy of it, or open it and save it again.',
    ],
  ])('%s', async (_, bytes, problem, hint) => {
    const error = await prepare(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FalEditError);
    expect(error).toMatchObject({ kind: 'input', exitCode: 2, hint, charged: 'no' });
    expect((error as Error).message).toContain(`--image: "my photo.bin" ${problem}`);
  });

  it('what is more than 50 MB once converted', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const background = { r: 0, g: 0, b: 0 };
    const picture = sharp({ create: { width: 5200, height: 4000, channels: 3, background, noise } });
    const bytes = await picture.tiff({ compression: 'jpeg', quality: 60 }).toBuffer();
    expect(bytes.length).toBeLessThan(50 * 1024 * 1024);
    const outcome = await prepare(bytes).then(
      (picture) => `${picture.bytes.length} bytes`,
      (error: unknown) => (error as Error).message,
    );
    expect(outcome).toContain('is larger than 50 MB once converted (TIFF to PNG).');
  }, 60_000);
});

test('stdin and data: URIs stand in messages without quotation marks', async () => {
  const nothing = { ...source(Buffer.from('hello'), 'stdin'), origin: 'stdin' } as const;
  await expect(preparePicture(nothing, '--image')).rejects.toThrow(/^--image: stdin is not a picture/);
  const odd = source(Buffer.from('hello'), '"a\\nb"');
  await expect(preparePicture(odd, '--image')).rejects.toThrow(/^--image: "a\\nb" is not a picture/);
});

test('an unusual colour space ends as sRGB', async () => {
  const picture = await prepare(await small().toColourspace('lab').tiff().toBuffer());
  expect(await difference(picture.bytes, SAMPLES.png)).toBeLessThan(10);
});
