import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { decoded, isOpaque, type Decoding } from '../../src/images/decode.js';
import { UnreadablePictureError } from '../../src/images/picture-errors.js';
import { probePicture } from '../../src/images/probe.js';
import { base, inLab, samples } from '../pictures/making/colours.js';
import { tiff } from '../pictures/making/tiff.js';
import { CHELSEA, SAMPLES, type SampleName, withChunk, withSegment } from './samples.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url)) as Uint8Array;

const [WIDTH, HEIGHT] = [48, 32];

/** The cat in strong colours, which tell colour spaces apart. */
const vivid = (): Sharp =>
  sharp(CHELSEA).resize(WIDTH, HEIGHT, { fit: 'fill' }).modulate({ saturation: 1.6 });
const truth = await vivid().raw().toBuffer();
const grey = (): Sharp => vivid().greyscale();
const greyTruth = await sharp(await grey().png().toBuffer())
  .toColourspace('srgb')
  .raw()
  .toBuffer();

async function rawOf(bytes: Uint8Array, options: Decoding = {}) {
  const toRaw = (picture: Sharp) => picture.raw().toBuffer({ resolveWithObject: true });
  return decoded(bytes, probePicture(bytes), toRaw, options);
}

/** Mean and greatest difference of two pictures, of 255. */
function difference(one: Uint8Array, other: Uint8Array): { mean: number; most: number } {
  expect(one.length).toBe(other.length);
  const steps = Array.from(one, (value, at) => Math.abs(value - other[at]!));
  return { mean: steps.reduce((sum, step) => sum + step, 0) / steps.length, most: Math.max(...steps) };
}

const inProfile = (profile: string, depth: 8 | 16): Sharp => {
  const picture = vivid().withIccProfile(profile);
  return depth === 8 ? picture : picture.toColourspace('rgb16');
};

/** Mean difference that is allowed: of lossless pictures 1.5, of lossy ones and CMYK 3. */
const CLASSES: [name: string, bytes: Uint8Array, expected: Uint8Array, mean: number][] = [
  ['sRGB PNG', await vivid().png().toBuffer(), truth, 0],
  ['interlaced PNG', await vivid().png({ progressive: true }).toBuffer(), truth, 0],
  [
    'tagged sRGB TIFF',
    await vivid().withIccProfile('srgb').tiff({ compression: 'lzw' }).toBuffer(),
    truth,
    0.5,
  ],
  ['16-bit PNG', await vivid().toColourspace('rgb16').png().toBuffer(), truth, 0.01],
  ['16-bit TIFF', await vivid().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer(), truth, 0.01],
  ['P3 PNG', await inProfile('p3', 8).png().toBuffer(), truth, 1],
  [
    'P3 JPEG',
    await inProfile('p3', 8).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    truth,
    3,
  ],
  ['P3 WebP', await inProfile('p3', 8).webp({ lossless: true }).toBuffer(), truth, 1],
  ['P3 16-bit PNG', await inProfile('p3', 16).png().toBuffer(), truth, 1],
  ['P3 16-bit TIFF', await inProfile('p3', 16).tiff({ compression: 'lzw' }).toBuffer(), truth, 1],
  ['grey PNG', await grey().toColourspace('b-w').png().toBuffer(), greyTruth, 0],
  ['16-bit grey PNG', await grey().toColourspace('grey16').png().toBuffer(), greyTruth, 0.6],
  [
    '16-bit grey TIFF',
    await grey().toColourspace('grey16').tiff({ compression: 'lzw' }).toBuffer(),
    greyTruth,
    0.6,
  ],
  [
    'palette of black and white',
    await sharp(SAMPLES['1-bit tiff']).png({ palette: true }).toBuffer(),
    await sharp(SAMPLES['1-bit tiff']).toColourspace('srgb').raw().toBuffer(),
    0,
  ],
  ['Lab TIFF', await vivid().toColourspace('lab').tiff({ compression: 'lzw' }).toBuffer(), truth, 1],
  [
    'CMYK TIFF',
    await vivid().withIccProfile('cmyk').tiff({ compression: 'lzw' }).toBuffer(),
    await sharp(await vivid().withIccProfile('cmyk').tiff({ compression: 'lzw' }).toBuffer())
      .toColourspace('srgb')
      .raw()
      .toBuffer(),
    0,
  ],
];

test.each(CLASSES)('%s is decoded into the right sRGB', async (_, bytes, expected, mean) => {
  const { data, info } = await rawOf(bytes);
  expect(info).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 3 });
  expect(difference(data, expected).mean).toBeLessThanOrEqual(mean);
});

test.each([8, 16] as const)(
  'a Lab TIFF of %d bits has the colours of Photoshop, whose white is D50',
  async (bits) => {
    const colours = base(WIDTH, HEIGHT);
    const [light, colour] = bits === 8 ? [2.55, 1] : [655.35, 256];
    const lab = inLab(colours);
    const values = lab.values.map((value, at) => value * (at % 3 === 0 ? light : colour));
    const { data } = await rawOf(tiff({ ...lab, values }, { bits, photometric: 8, raw: true }));
    expect(difference(data, samples(colours)).mean).toBeLessThan(bits === 8 ? 1 : 0.1);
  },
);

test('16-bit grey is not clipped', async () => {
  const steps = new Uint16Array(256 * 4).map((_, at) => (at % 256) * 257);
  const raw = { width: 256, height: 4, channels: 1 } as const;
  const bytes = await sharp(steps, { raw }).toColourspace('grey16').png().toBuffer();
  const { data } = await rawOf(bytes);
  expect(Array.from({ length: 256 }, (_, at) => data[at * 3])).toEqual(
    Array.from({ length: 256 }, (_, at) => at),
  );
});

describe('orientation', () => {
  const [width, height] = [3, 2];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => at * 13);
  /** Where the pixel at (x, y) of the upright picture is stored (EXIF 2.32, 4.6.4). */
  const STORED: Record<number, (x: number, y: number) => [x: number, y: number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, height - 1 - x],
    7: (x, y) => [width - 1 - y, height - 1 - x],
    8: (x, y) => [width - 1 - y, x],
  };
  const FORMATS = {
    png: (picture: Sharp) => picture.png(),
    tiff: (picture: Sharp) => picture.tiff({ compression: 'lzw' }),
    webp: (picture: Sharp) => picture.webp({ lossless: true }),
    jpeg: (picture: Sharp) => picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
  };
  const EVERY = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((value) =>
    (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).map((format) => [value, format] as const),
  );

  test.each(EVERY)('%i of a %s is applied', async (orientation, format) => {
    const stored = sharp(pixels, { raw: { width, height, channels: 3 } }).withExif({
      IFD0: { Orientation: String(orientation) },
    });
    const bytes = await FORMATS[format](stored).toBuffer();
    const probe = { ...probePicture(bytes), orientation };
    const toRaw = (picture: Sharp) => picture.raw().toBuffer({ resolveWithObject: true });
    const turned = orientation > 4;
    const size = turned ? { width: height * 4, height: width * 4 } : { width: width * 4, height: height * 4 };
    const { info: large } = await decoded(bytes, probe, toRaw, { size: { ...size, fit: 'fill' } });
    expect([large.width, large.height]).toEqual([size.width, size.height]);
    const box = { width: 400, height: 300, fit: 'inside', enlarge: true } as const;
    const { info: boxed } = await decoded(bytes, probe, toRaw, { size: box });
    expect([boxed.width, boxed.height]).toEqual(turned ? [200, 300] : [400, 267]);

    const { data, info } = await decoded(bytes, probe, toRaw);
    expect([info.width, info.height]).toEqual(turned ? [2, 3] : [3, 2]);
    for (let y = 0; y < info.height; y++) {
      for (let x = 0; x < info.width; x++) {
        const [fromX, fromY] = STORED[orientation]!(x, y);
        const from = (fromY * width + fromX) * 3;
        const at = (y * info.width + x) * 3;
        // Neighbours are 39 apart.
        for (const channel of [0, 1, 2]) {
          expect(Math.abs(data[at + channel]! - pixels[from + channel]!)).toBeLessThan(12);
        }
      }
    }
  });
});

describe('alpha', () => {
  const HALF: SampleName[] = ['alpha png', 'lossless alpha webp', 'alpha tiff'];
  test.each(HALF)('of a %s is flattened on the background, or kept', async (name) => {
    const bytes = SAMPLES[name];
    const { data: kept, info } = await rawOf(bytes, { background: 'none' });
    expect(info.channels).toBe(4);
    const cat = await sharp(SAMPLES.png).removeAlpha().raw().toBuffer();
    for (const [background, colour] of [
      [undefined, [255, 255, 255]],
      ['#0a141e', [10, 20, 30]],
    ] as const) {
      const { data } = await rawOf(bytes, background === undefined ? {} : { background });
      const expected = cat.map((value, at) => Math.round((value + colour[at % 3]!) / 2));
      expect(difference(data, expected).most).toBeLessThanOrEqual(2);
    }
    expect(Math.abs(kept[3]! - 128)).toBeLessThanOrEqual(1);
    expect(await isOpaque(bytes, probePicture(bytes))).toBe(false);
  });

  it('is not in use where every pixel is opaque', async () => {
    const rgba = sharp(SAMPLES.png).ensureAlpha(1);
    for (const bytes of [
      await rgba.clone().png().toBuffer(),
      await rgba.clone().toColourspace('rgb16').png().toBuffer(),
      await rgba.clone().toColourspace('b-w').png().toBuffer(),
      await rgba.clone().webp({ lossless: true }).toBuffer(),
    ]) {
      expect(await isOpaque(bytes, probePicture(bytes))).toBe(true);
    }
    expect(await isOpaque(SAMPLES['alpha gif'], probePicture(SAMPLES['alpha gif']))).toBe(false);
  });

  it('of grey with a transparent value is flattened', async () => {
    const raw = { width: 2, height: 1, channels: 2 } as const;
    const bytes = await sharp(Buffer.from([0, 0, 40, 255]), { raw })
      .png()
      .toBuffer();
    expect([...(await rawOf(bytes)).data]).toEqual([255, 255, 255, 40, 40, 40]);
  });
});

/** A TIFF with a further sample of no known meaning in each pixel, zero everywhere. */
async function withExtraSample(picture: Sharp): Promise<Buffer> {
  const tiff = await picture.ensureAlpha(0).keepIccProfile().tiff({ compression: 'none' }).toBuffer();
  const directory = tiff.readUInt32LE(4);
  for (let index = 0; index < tiff.readUInt16LE(directory); index++) {
    const entry = directory + 2 + index * 12;
    const EXTRA_SAMPLES = 338;
    if (tiff.readUInt16LE(entry) === EXTRA_SAMPLES) tiff.writeUInt16LE(0, entry + 8);
  }
  return tiff;
}

test.each([
  ['RGB', await withExtraSample(vivid()), truth],
  ['16-bit RGB', await withExtraSample(vivid().toColourspace('rgb16')), truth],
  ['grey', await withExtraSample(grey().toColourspace('b-w')), greyTruth],
])('a saved selection in a TIFF of %s is not transparency', async (_, bytes, expected) => {
  expect(probePicture(bytes)).toMatchObject({ alpha: false });
  const { data, info } = await rawOf(bytes);
  expect(info.channels).toBe(3);
  expect(difference(data, expected).most).toBeLessThanOrEqual(1);
});

test('a frame of a GIF that does not fill its canvas is drawn at its place', async () => {
  // A canvas of 4 x 4; one frame of 2 x 2 at (1, 1), all of colour 1, which is red.
  const bytes = Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    Buffer.from([4, 0, 4, 0, 0x80, 0, 0, 0, 0, 0, 255, 0, 0]),
    Buffer.from([0x2c, 1, 0, 1, 0, 2, 0, 2, 0, 0]),
    Buffer.from([2, 2, 0x8c, 0x53, 0, 0x3b]),
  ]);
  const { data, info } = await rawOf(bytes);
  expect([info.width, info.height]).toEqual([4, 4]);
  const at = (x: number, y: number) => [...data.subarray((y * 4 + x) * 3, (y * 4 + x) * 3 + 3)];
  expect([at(1, 1), at(2, 1), at(1, 2), at(2, 2)]).toEqual(Array.from({ length: 4 }, () => [255, 0, 0]));
  expect([at(0, 0), at(3, 3)]).toEqual([
    [255, 255, 255],
    [255, 255, 255],
  ]);
});

test('an animated AVIF shows its picture', async () => {
  const { info } = await rawOf(fixture('animated.avif'));
  expect(info).toMatchObject({ width: 240, height: 160, channels: 3 });
});

describe('a flawed file', () => {
  const cat = sharp(CHELSEA).resize(480, 320, { fit: 'fill' });
  const decode = (bytes: Uint8Array, flaw = 'has no end marker') =>
    decoded(bytes, { ...probePicture(SAMPLES.jpeg), width: 480, height: 320, flaw }, (picture) =>
      picture.raw().toBuffer(),
    );

  test.each([false, true])(
    'without an end marker is decoded if its data is whole (progressive: %s)',
    async (progressive) => {
      const jpeg = await cat.clone().jpeg({ progressive }).toBuffer();
      const whole = await sharp(jpeg).raw().toBuffer();
      const cut = jpeg.subarray(0, -2);
      const trailer = Buffer.from('....ftypmp42 a film'.repeat(20));
      expect(Buffer.compare(await decode(cut), whole)).toBe(0);
      expect(Buffer.compare(await decode(Buffer.concat([cut, trailer])), whole)).toBe(0);
      for (const part of [jpeg.subarray(0, -40), jpeg.subarray(0, jpeg.length / 2)]) {
        await expect(decode(part)).rejects.toThrow(/is damaged: the JPEG is cut short/);
      }
    },
  );

  test('of a Samsung phone is decoded as viewers do', async () => {
    const { info } = await rawOf(fixture('samsung.jpg'));
    expect(info).toMatchObject({ width: 48, height: 64 });
  });
});

test.each<[kind: string, bytes: Uint8Array, problem: string]>([
  ['a floating-point TIFF', SAMPLES['float tiff'], 'is a floating-point TIFF, which does not say'],
])('%s is refused by name', async (_, bytes, problem) => {
  const error = await rawOf(bytes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnreadablePictureError);
  expect((error as UnreadablePictureError).problem).toContain(problem);
  expect((error as UnreadablePictureError).hint).toBe('Export it as an 8-bit or 16-bit TIFF or PNG first.');
});

describe('colours that a file states without a profile', () => {
  it('as numbers in an AVIF', async () => {
    const { data } = await rawOf(fixture('p3-by-numbers.avif'));
    const expected = await sharp(CHELSEA)
      .resize(64, 48, { fit: 'fill' })
      .modulate({ saturation: 1.6 })
      .raw()
      .toBuffer();
    expect(difference(data, expected).mean).toBeLessThan(3);
  });

  it('as a gamma in a PNG', async () => {
    const gamma = Buffer.alloc(4);
    gamma.writeUInt32BE(100_000);
    const raw = { width: 3, height: 1, channels: 3 } as const;
    const grey = await sharp(Buffer.from([0, 0, 0, 55, 55, 55, 255, 255, 255]), { raw })
      .png()
      .toBuffer();
    const { data } = await rawOf(withChunk(grey, 'gAMA', gamma));
    // Light of 55 of 255 is 128 in sRGB.
    expect(Math.abs(data[3]! - 128)).toBeLessThanOrEqual(2);
    expect([data[0], data[6]]).toEqual([0, 255]);
  });
});

test('a 10-bit AVIF has the right colours', async () => {
  const { data, info } = await rawOf(fixture('ten-bit.avif'));
  expect(info).toMatchObject({ width: 64, height: 48, channels: 3 });
  const plain = await sharp(fixture('ten-bit.avif'), { ignoreIcc: true })
    .pipelineColourspace('srgb')
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  expect(difference(data, plain).mean).toBeLessThan(1.5);
});

test('a profile that viewers ignore is ignored', async () => {
  const broken = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(200, 7)]);
  const { data } = await rawOf(withSegment(SAMPLES.jpeg, 0xe2, broken));
  expect(difference(data, await sharp(SAMPLES.jpeg).raw().toBuffer()).mean).toBe(0);
});

test('only so many pixels are decoded at a time', async () => {
  const probe = { ...probePicture(SAMPLES.png), width: 8000, height: 6000 };
  let running = 0;
  let most = 0;
  const one = () =>
    decoded(SAMPLES.png, probe, async (picture) => {
      most = Math.max(most, ++running);
      await picture.raw().toBuffer();
      running--;
    });
  await Promise.all(Array.from({ length: 4 }, one));
  expect(most).toBe(1);
  await Promise.all(
    Array.from({ length: 4 }, () =>
      decoded(SAMPLES.png, probePicture(SAMPLES.png), (picture) => picture.raw().toBuffer()),
    ),
  );
});

test('an abort while waiting is an abort', async () => {
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  await expect(rawOf(SAMPLES.png, { signal: controller.signal })).rejects.toThrow('stopped');
});
