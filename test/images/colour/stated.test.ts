import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { profileFacts } from '../../../src/images/colour/icc.js';
import { madeProfile } from '../../../src/images/colour/made-profile.js';
import { probePicture } from '../../../src/images/probe.js';
import { SAMPLES, withChunk } from '../samples.js';

const PIXELS = [160, 50, 144, 40, 150, 44, 240, 200, 96, 8, 10, 4];

const colour = await sharp(Buffer.from(PIXELS), { raw: { width: 4, height: 1, channels: 3 } })
  .png()
  .toBuffer();
const grey = await sharp(Buffer.from([90, 101, 199, 8]), { raw: { width: 4, height: 1, channels: 1 } })
  .toColourspace('b-w')
  .png()
  .toBuffer();

const numbers = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer).swap32();

const gama = (value: number) => ['gAMA', numbers(value)] as const;
const chrm = (...values: number[]) => ['cHRM', numbers(...values)] as const;
const cicp = (primaries: number, transfer: number) =>
  ['cICP', Buffer.from([primaries, transfer, 0, 1])] as const;

const ADOBE = chrm(31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6000);
const SRGB = chrm(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000);

type Chunk = readonly [type: string, data: Buffer];

const withChunks = (png: Buffer, chunks: readonly Chunk[]) =>
  chunks.reduce((whole, [type, data]) => withChunk(whole, type, data), png);

/** The pixels as sRGB, once the profile that the probe made is put into the file. */
async function shown(png: Buffer, profile: Uint8Array): Promise<number[]> {
  const tagged = withChunk(png, 'iCCP', Buffer.concat([Buffer.from('made\0\0'), deflateSync(profile)]));
  const { space } = await sharp(tagged).metadata();
  const pipeline = sharp(tagged).pipelineColourspace(space === 'b-w' ? 'b-w' : 'srgb');
  return [...(await pipeline.toColourspace('srgb').raw().toBuffer())];
}

/** What Chromium 156 shows, read from a canvas. */
describe('a PNG that states its colours is shown as in a browser', () => {
  test.each<[name: string, chunks: Chunk[], pixels: number[]]>([
    ['gamma 1.0', [gama(100_000)], [208, 122, 198, 110, 202, 115, 248, 229, 165, 50, 56, 34]],
    ['gamma 1.8', [gama(55_556)], [176, 65, 161, 53, 167, 58, 243, 210, 115, 6, 10, 2]],
    ['gamma 2.5', [gama(40_000)], [152, 35, 134, 25, 141, 29, 239, 195, 83, 1, 1, 0]],
    ['Adobe RGB (1998)', [gama(45_455), ADOBE], [186, 46, 148, 0, 151, 23, 254, 201, 88, 1, 3, 0]],
    ['Display P3', [cicp(12, 13)], [174, 37, 148, 0, 153, 11, 248, 198, 73, 8, 10, 3]],
    ['Display P3', [cicp(12, 13), gama(100_000)], [174, 37, 148, 0, 153, 11, 248, 198, 73, 8, 10, 3]],
    ['BT.601 NTSC', [cicp(6, 13)], [156, 58, 144, 53, 148, 43, 237, 200, 95, 8, 10, 4]],
    ['DCI-P3', [cicp(11, 13)], [170, 36, 148, 0, 153, 11, 246, 198, 73, 8, 10, 3]],
    ['BT.709', [cicp(1, 1)], [155, 39, 138, 28, 144, 32, 239, 197, 87, 1, 1, 0]],
  ])('%s', async (name, chunks, expected) => {
    const probe = probePicture(withChunks(colour, chunks));
    expect(probe).toMatchObject({ profileIsMade: true });
    const profile = probe.profile ?? new Uint8Array();
    expect(profileFacts(profile)).toMatchObject({ name, isSrgb: false });
    const differences = (await shown(colour, profile)).map((value, index) =>
      Math.abs(value - (expected[index] ?? 0)),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  test('grey', async () => {
    const { profile } = probePicture(withChunk(grey, ...gama(55_556)));
    const values = await shown(grey, profile ?? new Uint8Array());
    expect(values.slice(0, 9)).toEqual([109, 109, 109, 120, 120, 120, 209, 209, 209]);
  });

  test.each<[name: string, chunks: Chunk[]]>([
    ['the gamma of sRGB', [gama(45_455)]],
    ['gamma and colours of sRGB', [gama(45_455), SRGB]],
    ['sRGB beside a gamma', [['sRGB', Buffer.from([0])], gama(100_000)]],
    ['colours without a gamma', [ADOBE]],
    ['sRGB by numbers, beside a gamma', [gama(100_000), cicp(1, 13)]],
    ['nothing by numbers', [cicp(2, 2)]],
    ['impossible colours', [gama(55_556), chrm(0, 0, 0, 0, 0, 0, 0, 0)]],
    ['a gamma of nothing', [gama(0)]],
  ])('%s needs no profile', (_, chunks) => {
    expect(probePicture(withChunks(colour, chunks))).toMatchObject({
      profile: undefined,
      profileIsMade: false,
    });
  });

  test('high dynamic range', () => {
    expect(probePicture(withChunk(colour, ...cicp(9, 16)))).toMatchObject({ hdr: 'pq', profileIsMade: true });
    expect(probePicture(withChunk(colour, ...cicp(9, 18)))).toMatchObject({
      hdr: 'hlg',
      profileIsMade: true,
    });
  });

  test('a profile goes before gamma, and a broken one does not count', () => {
    const p3 = madeProfile(P3, 'srgb', 'P3') ?? new Uint8Array();
    const iccp = (data: Uint8Array): Chunk => ['iCCP', Buffer.concat([Buffer.from('x\0\0'), data])];
    const tagged = probePicture(withChunks(colour, [gama(100_000), iccp(deflateSync(p3))]));
    expect(tagged).toMatchObject({ profileIsMade: false });
    expect(tagged.profile && profileFacts(tagged.profile)).toMatchObject({ name: 'Display P3' });
    const broken = probePicture(withChunks(colour, [iccp(deflateSync(p3).subarray(0, 50)), gama(100_000)]));
    expect(broken).toMatchObject({ profileIsMade: true });
    const bomb = probePicture(withChunks(colour, [iccp(deflateSync(Buffer.alloc(300_000_000)))]));
    expect(bomb).toMatchObject({ profile: undefined });
  });

  test('chunks after the pixels do not count', () => {
    const at = SAMPLES.png.length - 12;
    const late = Buffer.concat([
      SAMPLES.png.subarray(0, at),
      withChunk(colour, ...gama(100_000)).subarray(33),
    ]);
    expect(probePicture(late)).toMatchObject({ profile: undefined });
  });
});

const P3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: [0.3127, 0.329] } as const;

/** Numbers of grey and what Chromium 156 shows for them. */
test.each([
  ['pq', [0, 148, 188, 255], [0, 187, 251, 255]],
  ['hlg', [0, 148, 191, 255], [0, 120, 187, 255]],
] as const)('a made profile fits %s into the range of a screen', async (curve, values, expected) => {
  const profile = madeProfile('grey', curve, curve) ?? new Uint8Array();
  const png = await sharp(Buffer.from(values), { raw: { width: 4, height: 1, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const light = (await shown(png, profile)).filter((_, index) => index % 3 === 0);
  light.forEach((value, index) => {
    expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThanOrEqual(2);
  });
});
