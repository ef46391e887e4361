import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { render, type RenderRequest } from '../../../src/sandbox/pictures/render.js';
import { outputSize } from '../../../src/sandbox/pictures/output.js';
import { FLUX_2, GENERAL, quickSandbox, run } from '../fal.js';

const cat = readFileSync('examples/chelsea.png');
const coffee = readFileSync('examples/coffee.png');
const rocket = readFileSync('examples/rocket.jpg');
const size = { width: 180, height: 120 };
const base: RenderRequest = { inputs: [cat], prompt: 'a watercolor', seed: 1, strength: 0.85, size };

/** The pixels of a picture that is drawn for it, three bytes each. */
const drawn = async (request: RenderRequest) => (await render(request)).raw().toBuffer();

function difference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]!), 0) / one.length;
}

const fitted = (input: Buffer) => sharp(input).flatten().resize(size.width, size.height).raw().toBuffer();

test.each([
  ['cat', cat],
  ['coffee', coffee],
  ['rocket', rocket],
])('the higher the strength, the further from the %s', async (_, input) => {
  const original = await fitted(input);
  for (const prompt of ['a watercolor', 'neon', 'something else']) {
    const distances: number[] = [];
    for (const strength of [0.01, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.93, 1]) {
      const data = await drawn({ ...base, inputs: [input], prompt, strength });
      distances.push(difference(original, data));
    }
    expect(distances[0]).toBeLessThan(4);
    expect(distances.at(-1)).toBeGreaterThan(40);
    expect(distances).toEqual([...distances].sort((one, other) => one - other));
  }
});

test('strength 1 leaves nothing of the input', async () => {
  const one = await drawn({ ...base, strength: 1 });
  const other = await drawn({ ...base, strength: 1, inputs: [rocket] });
  expect(difference(one, other)).toBe(0);
});

describe('what a picture depends on', () => {
  test('nothing but its request', async () => {
    expect(await drawn(base)).toEqual(await drawn(base));
  });

  test.each([
    ['prompt', { prompt: 'an oil painting' }],
    ['seed', { seed: 2 }],
    ['strength', { strength: 0.5 }],
    ['input', { inputs: [coffee] }],
    ['order of the inputs', { inputs: [coffee, cat] }],
  ])('the %s', async (_, change) => {
    const from = 'inputs' in change && change.inputs.length > 1 ? { ...base, inputs: [cat, coffee] } : base;
    const [one, other] = [await drawn(from), await drawn({ ...from, ...change })];
    expect(difference(one, other)).toBeGreaterThan(1);
  });

  test('without a strength the composition stays', async () => {
    const data = await drawn({ ...base, strength: undefined });
    const grey = async (pixels: Uint8Array) =>
      sharp(pixels, { raw: { ...size, channels: 3 } })
        .greyscale()
        .resize(28, 18, { fit: 'fill' })
        .raw()
        .toBuffer();
    expect(correlation(await grey(data), await grey(await fitted(cat)))).toBeGreaterThan(0.8);
    expect(difference(data, await fitted(cat))).toBeGreaterThan(8);
  });
});

test.each([
  ['grey', (image: Sharp) => image.greyscale().png()],
  ['transparent', (image: Sharp) => image.ensureAlpha(0.5).png()],
  ['CMYK', (image: Sharp) => image.toColourspace('cmyk').jpeg()],
  ['16 bit', (image: Sharp) => image.toColourspace('rgb16').png()],
])('a %s input works', async (_, convert) => {
  const input = await convert(sharp(cat)).toBuffer();
  const data = await drawn({ ...base, inputs: [input], strength: 0.01 });
  expect(data.length).toBe(size.width * size.height * 3);
  expect(difference(data, await fitted(input).then((raw) => expanded(raw)))).toBeLessThan(140);
});

test.each([
  [{ width: 451, height: 300 }, undefined, { width: 451, height: 300 }],
  [{ width: 4096, height: 1024 }, undefined, { width: 2048, height: 512 }],
  [{ width: 1, height: 1 }, undefined, { width: 64, height: 64 }],
  [
    { width: 451, height: 300 },
    { width: 768, height: 1024 },
    { width: 768, height: 1024 },
  ],
  [
    { width: 451, height: 300 },
    { width: 14142, height: 14142 },
    { width: 4096, height: 4096 },
  ],
])('an input of %o, asked for %o: %o', (input, asked, expected) => {
  expect(outputSize(input, asked)).toEqual(expected);
});

test('every picture is marked in its corner', async () => {
  const plain = await sharp({ create: { ...size, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();
  const picture = await render({ ...base, inputs: [plain], strength: 0.01 });
  const file = await picture.png().toBuffer();
  const corner = await sharp(file).extract({ left: 130, top: 105, width: 50, height: 15 }).toBuffer();
  const { channels } = await sharp(corner).stats();
  expect([channels[0]!.min < 80, channels[0]!.max > 220]).toEqual([true, true]);
});

const uri = (bytes: Buffer, type: string) => `data:image/${type};base64,${bytes.toString('base64')}`;

test.each([
  [
    GENERAL,
    { image_url: uri(cat, 'png'), image_size: 'portrait_16_9', output_format: 'jpeg' },
    1,
    'jpeg',
    576,
    1024,
  ],
  [
    FLUX_2,
    { image_urls: [uri(cat, 'png'), uri(rocket, 'jpeg')], output_format: 'webp', num_images: 3 },
    3,
    'webp',
    451,
    300,
  ],
])('%s: count, size and format are as asked', async (endpoint, input, count, format, width, height) => {
  const sandbox = await quickSandbox();
  const { body } = await run(sandbox, endpoint, { prompt: 'a poster', seed: 5, ...input });
  expect(body.images).toHaveLength(count);
  expect(body.seed).toBe(5);
  const sums = new Set<string>();
  for (const image of body.images) {
    const file = await fetch(image.url);
    const bytes = Buffer.from(await file.arrayBuffer());
    sums.add(bytes.toString('base64'));
    expect(image).toMatchObject({ content_type: `image/${format}`, file_size: bytes.length, width, height });
    expect(await sharp(bytes).metadata()).toMatchObject({ format, width, height });
  }
  expect(sums.size).toBe(count);
});

test('the safety checker blackens, unless it is off; sync mode answers inline', async () => {
  const sandbox = await quickSandbox();
  const input = { prompt: '[sandbox:nsfw]', image_url: uri(cat, 'png'), sync_mode: true };
  for (const [enabled, flagged] of [
    [true, true],
    [false, false],
  ]) {
    const { body } = await run(sandbox, GENERAL, { ...input, enable_safety_checker: enabled });
    expect(body.has_nsfw_concepts).toEqual([flagged]);
    const [head, content = ''] = body.images[0]!.url.split(',');
    expect(head).toBe('data:image/png;base64');
    const { channels } = await sharp(Buffer.from(content, 'base64')).stats();
    expect(Math.max(...channels.map((channel) => channel.max)) === 0).toBe(flagged);
  }
});

/** One channel as three. */
function expanded(raw: Buffer): Uint8Array {
  const pixels = size.width * size.height;
  if (raw.length === pixels * 3) return raw;
  return Uint8Array.from(
    { length: pixels * 3 },
    (_, index) => raw[Math.floor((index * raw.length) / (pixels * 3))]!,
  );
}

function correlation(one: Uint8Array, other: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [top, left, right] = [0, 0, 0];
  one.forEach((value, index) => {
    const [x, y] = [value - a, other[index]! - b];
    top += x * y;
    left += x * x;
    right += y * y;
  });
  return top / Math.sqrt(left * right);
}
