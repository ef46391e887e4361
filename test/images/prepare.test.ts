import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { type CuttableFormat, withoutMetadata } from '../../src/images/metadata/cut.js';
import { preparePicture, type UploadOptions } from '../../src/images/prepare.js';
import { probePicture } from '../../src/images/probe.js';
import type { BytesSource } from '../../src/images/sources.js';
import {
  CHELSEA,
  claimingPng,
  heic,
  type SampleName,
  SAMPLES,
  small,
  withAnimation,
  withSegment,
} from './samples.js';

const source = (bytes: Uint8Array, label = 'my photo.bin'): BytesSource => ({
  kind: 'bytes',
  bytes,
  origin: 'file',
  label,
  name: 'my photo',
});

const prepare = async (bytes: Uint8Array) => {
  const { checked, ...picture } = await preparePicture(source(bytes), '--image');
  await checked;
  return picture;
};

const PASSING: [SampleName, string][] = [
  ['png', 'my-photo.png'],
  ['grey png', 'my-photo.png'],
  ['palette png', 'my-photo.png'],
  ['png with bytes behind', 'my-photo.png'],
  ['jpeg', 'my-photo.jpg'],
  ['progressive jpeg', 'my-photo.jpg'],
  ['grey jpeg', 'my-photo.jpg'],
  ['jpeg with bytes behind', 'my-photo.jpg'],
  ['webp', 'my-photo.webp'],
  ['lossless webp', 'my-photo.webp'],
];

test.each(PASSING)('%s keeps its pixels', async (name, fileName) => {
  const bytes = SAMPLES[name];
  const picture = await prepare(bytes);
  expect(picture.bytes).toEqual(withoutMetadata(bytes, probePicture(bytes).format as CuttableFormat));
  expect(picture).toMatchObject({ label: 'my photo.bin', name: 'my photo', fileName, width: 48, height: 32 });
  expect(picture.sha256).toBe(createHash('sha256').update(picture.bytes).digest('hex'));
  expect(picture.sourceSha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(picture.warnings).toEqual([]);
  expect(picture.converted).toBeUndefined();
});

test('metadata is cut out of a file that passes', async () => {
  const secret = 'Secret Street 1';
  const tagged = small().withExif({ IFD0: { Artist: secret } });
  for (const bytes of [await tagged.clone().jpeg().toBuffer(), await tagged.clone().png().toBuffer()]) {
    expect(bytes.includes(secret)).toBe(true);
    const picture = await prepare(bytes);
    expect(picture.converted).toBeUndefined();
    expect(Buffer.from(picture.bytes).includes(secret)).toBe(false);
  }
});

test('an alpha channel whose pixels are all opaque is no reason to convert', async () => {
  const bytes = await small().ensureAlpha(1).png().toBuffer();
  const picture = await prepare(bytes);
  expect(picture.bytes).toEqual(bytes);
  expect(picture.converted).toBeUndefined();
});

const ANIMATED = '--image: "my photo.bin" is animated; only its first frame is edited.';
const PAGES = '--image: "my photo.bin" has several pages; only its first page is edited.';
const WHITE = 'flattened on white';

const CONVERTED: [SampleName, string, string, string[]][] = [
  ['16-bit png', 'png', '16-bit → 8-bit', []],
  ['alpha png', 'png', WHITE, []],
  ['alpha webp', 'jpeg', `${WHITE}, WebP → JPEG`, []],
  ['lossless alpha webp', 'png', `${WHITE}, WebP → PNG`, []],
  ['gif', 'png', 'GIF → PNG', []],
  ['alpha gif', 'png', `${WHITE}, GIF → PNG`, []],
  ['animated gif', 'png', 'only the first frame, GIF → PNG', [ANIMATED]],
  ['animated webp', 'jpeg', 'only the first frame, WebP → JPEG', [ANIMATED]],
  ['animated png', 'png', 'only the first frame', [ANIMATED]],
  ['tiff', 'jpeg', 'TIFF → JPEG', []],
  ['packed tiff', 'png', 'TIFF → PNG', []],
  ['alpha tiff', 'png', `${WHITE}, TIFF → PNG`, []],
  ['16-bit tiff', 'png', '16-bit → 8-bit, TIFF → PNG', []],
  ['tiff of two pages', 'jpeg', 'only the first page, TIFF → JPEG', [PAGES]],
  ['pyramid tiff', 'jpeg', 'TIFF → JPEG', []],
  ['cmyk tiff', 'jpeg', 'CMYK → sRGB, TIFF → JPEG', []],
  ['lab tiff', 'png', 'Lab → sRGB, 32-bit → 8-bit, TIFF → PNG', []],
  ['cmyk jpeg', 'jpeg', 'CMYK → sRGB', []],
  ['turned png', 'png', 'turned upright', []],
  ['turned jpeg', 'jpeg', 'turned upright', []],
  ['turned webp', 'jpeg', 'turned upright, WebP → JPEG', []],
  ['turned tiff', 'jpeg', 'turned upright, TIFF → JPEG', []],
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
  const { width, height, orientation, space, hasAlpha, depth } = decoded;
  expect(picture).toMatchObject({
    format,
    contentType: `image/${format}`,
    width,
    height,
    converted,
    warnings,
  });
  expect({ format: decoded.format, orientation, space, hasAlpha, depth }).toEqual({
    ...{ format, orientation: undefined, space: 'srgb' },
    ...{ hasAlpha: false, depth: 'uchar' },
  });
  expect(picture.sha256).toBe(createHash('sha256').update(picture.bytes).digest('hex'));
  expect([width, height].sort()).toEqual([32, 48]);
  // The first frame, not its negative; colours survive but for compression and inks.
  if (width === 48 && name !== 'turned webp' && !name.includes('alpha'))
    expect(await difference(picture.bytes, SAMPLES.png)).toBeLessThan(20);
});

test('a picture in another colour space is named by its profile', async () => {
  const p3 = await small().withIccProfile('p3').jpeg().toBuffer();
  const picture = await prepare(withOrientation(p3));
  expect(picture).toMatchObject({ format: 'jpeg', width: 32, height: 48 });
  expect(picture.converted).toMatch(/^\S.* → sRGB, turned upright$/);
  const tagged = await prepare(await small().withIccProfile('srgb').jpeg().toBuffer());
  expect(tagged.converted).toBeUndefined();
});

describe('with options', () => {
  const prepareWith = (bytes: Uint8Array, options: UploadOptions) =>
    preparePicture(source(bytes), '--image', options);

  it('flattens on the background', async () => {
    const picture = await prepareWith(SAMPLES['alpha gif'], { background: '#1a2b3c' });
    expect(picture.converted).toBe('flattened on #1a2b3c, GIF → PNG');
    expect([...(await sharp(picture.bytes).raw().toBuffer()).subarray(0, 3)]).toEqual([0x1a, 0x2b, 0x3c]);
  });

  it('sends a file as it is, and says so', async () => {
    for (const name of ['turned jpeg', 'cmyk tiff', 'alpha png'] as const) {
      const picture = await prepareWith(SAMPLES[name], { asIs: true });
      expect(picture.bytes).toBe(SAMPLES[name]);
      expect(picture).toMatchObject({
        sha256: picture.sourceSha256,
        contentType: probePicture(SAMPLES[name]).contentType,
      });
      expect(picture.warnings).toEqual([
        '--image: "my photo.bin" is sent as it is, with all of its metadata.',
      ]);
      expect(picture.converted).toBeUndefined();
    }
    const { width, height, fileName } = await prepareWith(SAMPLES['turned tiff'], { asIs: true });
    expect({ width, height, fileName }).toEqual({ width: 32, height: 48, fileName: 'my-photo.tiff' });
  });

  it('reduces a picture to the most pixels, but never below the size requested of the result', async () => {
    const picture = await prepareWith(CHELSEA, { maxPixels: 60_000 });
    expect(picture.converted).toBe('reduced from 451x300 to 300x200');
    expect(await sharp(picture.bytes).metadata()).toMatchObject({ width: 300, height: 200 });
    const atLeast = await prepareWith(CHELSEA, { maxPixels: 60_000, atLeast: { width: 360, height: 240 } });
    expect(atLeast.width * atLeast.height).toBeGreaterThanOrEqual(360 * 240);
    expect(atLeast.width).toBeLessThan(370);
    const untouched = await prepareWith(CHELSEA, {
      maxPixels: 60_000,
      atLeast: { width: 1000, height: 900 },
    });
    expect(untouched.converted).toBeUndefined();
    expect((await prepareWith(CHELSEA, { maxPixels: 451 * 300 })).converted).toBeUndefined();
  });

  it('refuses a picture that is too small for the model, or enlarges it', async () => {
    const minimum = { width: 64, height: 64, pixels: 5000 };
    const refused = prepareWith(SAMPLES.jpeg, { minimum });
    await expect(refused).rejects.toMatchObject({
      message:
        '--image: "my photo.bin" is 48x32, too small for the model, which needs at least 96x64 in this shape.',
      hint: 'Enlarge it with --upscale-input.',
    });
    const picture = await prepareWith(SAMPLES['turned jpeg'], { minimum, upscale: true });
    expect(picture).toMatchObject({ width: 64, height: 96 });
    expect(picture.converted).toBe('turned upright, enlarged from 32x48 to 64x96');
    expect((await prepareWith(CHELSEA, { minimum, upscale: true })).converted).toBeUndefined();
  });
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
  const ALLOWED = 'Supported: PNG, JPEG, WebP, GIF, AVIF, HEIC, TIFF.';
  const undecodable = withAnimation(claimingPng(48, 32));
  test.each<[string, Uint8Array, string, string | undefined]>([
    ['text', Buffer.from('hello'), `is not a picture: it looks like text. ${ALLOWED}`, undefined],
    [
      'half a HEIC',
      heic(),
      'cannot be decoded (',
      'Get a complete copy of it, or open it and save it again.',
    ],
    [
      'a floating-point TIFF',
      SAMPLES['float tiff'],
      'is a floating-point TIFF, which does not say which of its numbers is white.',
      'Export it as an 8-bit or 16-bit TIFF or PNG first.',
    ],
    [
      'SVG',
      Buffer.from('<svg/>'.replace('/', ' /')),
      `is an SVG drawing. ${ALLOWED}`,
      'Convert it first: rsvg-convert in.svg -o out.png',
    ],
    [
      'PDF',
      Buffer.from('%PDF-1.4'),
      `is a PDF document. ${ALLOWED}`,
      'Convert it first: pdftoppm -png -r 150 in.pdf page',
    ],
    [
      'a PNG without its pixels',
      claimingPng(48, 32),
      'is damaged: the PNG has broken pixel data.',
      'Get a complete copy of it, or open it and save it again.',
    ],
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

  it('what is more than 50 MB as a JPEG', async () => {
    const bytes = await noise(7000, 6000).jpeg({ quality: 96, chromaSubsampling: '4:4:4' }).toBuffer();
    const large = Buffer.concat([bytes.subarray(0, 2), Buffer.alloc(0), bytes.subarray(2)]);
    const turned = withOrientation(large);
    await expect(prepare(turned)).rejects.toThrow('is larger than 50 MB once converted (turned upright).');
  }, 60_000);
});

const noise = (width: number, height: number) =>
  sharp({
    create: {
      ...{ width, height, channels: 3, background: { r: 0, g: 0, b: 0 } },
      noise: { type: 'gaussian', mean: 128, sigma: 90 },
    },
  });

/** A JPEG that is turned by its EXIF. */
const withOrientation = (jpeg: Buffer) =>
  withSegment(
    jpeg,
    0xe1,
    Buffer.concat([
      Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01', 'latin1'),
      Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]),
    ]),
  );

test('a PNG that is too large for an upload becomes a JPEG', async () => {
  const bytes = await noise(5200, 4000).png({ compressionLevel: 0 }).toBuffer();
  const picture = await prepare(bytes);
  expect(picture).toMatchObject({ format: 'jpeg', width: 5200, height: 4000 });
  expect(picture.converted).toBe('PNG → JPEG, a PNG would be over 50 MB');
}, 60_000);

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
