import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fittingProfile, profileFacts } from '../../../src/images/colour/icc.js';
import { probePicture } from '../../../src/images/probe.js';
import { small } from '../samples.js';
import { curv, description, matrixProfile, mluc, para, profileOf, SRGB, xyz } from './profiles.js';

async function builtIn(name: 'srgb' | 'p3' | 'cmyk'): Promise<Uint8Array> {
  const { profile } = probePicture(await small().withIccProfile(name).tiff().toBuffer());
  return profile ?? new Uint8Array();
}

const srgbNumbers = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const value = index / (count - 1);
    return 65_535 * (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  });

/** The curve of the profile in every picture of Facebook's: 26 points. */
const FACEBOOK = (
  '0 cb 1c9 363 592 86b bf6 103f 1551 1b34 21f1 2990 3218 3b92 4605 5177 5ded 6b70 7a05 89b1 9a7c ac69 bf7d ' +
  'd3c3 e930 ffff'
).split(' ');

const SRGB_PARAMETERS = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45];

describe('sRGB in effect, whatever its name', () => {
  test.each([
    ['parametric', para(3, SRGB_PARAMETERS)],
    ['parametric with all terms', para(4, [...SRGB_PARAMETERS, 0, 0])],
    ['a table of 1024 points', curv(srgbNumbers(1024))],
    ['26 points', curv(FACEBOOK.map((digits) => parseInt(digits, 16)))],
  ])('%s', (_, curve) => {
    expect(profileFacts(matrixProfile(SRGB, curve, description('c2')))).toEqual({
      space: 'rgb',
      name: 'sRGB',
      isSrgb: true,
    });
  });

  test('the grey of sRGB', () => {
    const grey = profileOf('GRAY', { kTRC: para(3, SRGB_PARAMETERS), desc: description('sGry') });
    expect(profileFacts(grey)).toEqual({ space: 'grey', name: 'sGry', isSrgb: true });
  });

  test('as sharp writes it', async () => {
    expect(profileFacts(await builtIn('srgb'))).toMatchObject({ name: 'sRGB', isSrgb: true });
  });
});

describe('not sRGB', () => {
  const ADOBE = [
    [0.609_74, 0.311_11, 0.019_47],
    [0.205_28, 0.625_67, 0.060_87],
    [0.149_19, 0.063_22, 0.744_57],
  ];
  test.each([
    ['a plain gamma', matrixProfile(SRGB, para(0, [2.2]), description('sRGB')), 'sRGB'],
    [
      'another gamma for blue',
      profileOf('RGB ', { ...colorants(SRGB), ...curves(para(3, SRGB_PARAMETERS)), bTRC: curv([1.8 * 256]) }),
      'an RGB profile',
    ],
    ['Adobe RGB', matrixProfile(ADOBE, curv([563]), mluc({ de: 'Farben', en: 'opRGB' })), 'Adobe RGB (1998)'],
    [
      'a table of colours',
      profileOf('RGB ', {
        ...colorants(SRGB),
        ...curves(para(3, SRGB_PARAMETERS)),
        A2B0: Buffer.alloc(32),
        desc: mluc({ ja: '表' }),
      }),
      '表',
    ],
  ])('%s', (_, profile, name) => {
    expect(profileFacts(profile)).toEqual({ space: 'rgb', name, isSrgb: false });
  });

  test("sharp's own", async () => {
    expect(profileFacts(await builtIn('p3'))).toEqual({ space: 'rgb', name: 'Display P3', isSrgb: false });
    expect(profileFacts(await builtIn('cmyk'))).toMatchObject({ space: 'cmyk', isSrgb: false });
  });
});

const colorants = ([red, green, blue]: readonly (readonly number[])[]) => ({
  rXYZ: xyz(red),
  gXYZ: xyz(green),
  bXYZ: xyz(blue),
});

const curves = (curve: Buffer) => ({ rTRC: curve, gTRC: curve, bTRC: curve });

test('a name cannot steer a terminal and is short', () => {
  const name = (text: string) => profileFacts(matrixProfile(SRGB, para(0, [1]), mluc({ en: text })))?.name;
  expect(name('a\u001b[31mb\n\u202ec')).toBe('a [31mb c');
  expect(name('x'.repeat(200))).toBe(`${'x'.repeat(39)}…`);
  expect(name('\0')).toBe('an RGB profile');
});

describe('damaged', () => {
  const whole = matrixProfile(SRGB, para(3, SRGB_PARAMETERS), description('sRGB'));

  test('cut anywhere', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(profileFacts(whole.subarray(0, length))).toBeUndefined();
    }
  });

  test.each([
    ['no curves', profileOf('RGB ', colorants(SRGB))],
    ['no colorants', profileOf('RGB ', curves(para(0, [2.2])))],
    ['no table for CMYK', profileOf('CMYK', {})],
    [
      'a table longer than the file',
      matrixProfile(SRGB, Buffer.from('curv\0\0\0\0\xff\xff\xff\xff', 'latin1'), description('')),
    ],
  ])('%s', (_, profile) => {
    expect(profileFacts(profile)).toBeUndefined();
  });

  test('random bytes and changes give facts or nothing', () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        expect(() => profileFacts(bytes)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => profileFacts(bytes) === undefined));
  });
});

test('a profile for another kind of picture does not count', async () => {
  const [p3, cmyk] = [await builtIn('p3'), await builtIn('cmyk')];
  expect(fittingProfile(p3, 'rgb')).toBe(p3);
  expect(fittingProfile(p3, 'grey')).toBe(p3);
  expect(fittingProfile(p3, 'cmyk')).toBeUndefined();
  expect(fittingProfile(cmyk, 'rgb')).toBeUndefined();
});

test.each(['png', 'jpeg', 'webp', 'tiff', 'avif'] as const)('is found in a %s', async (format) => {
  const picture = await small().withIccProfile('p3').toFormat(format).toBuffer();
  const { profile } = probePicture(picture);
  expect(profile && profileFacts(profile)).toMatchObject({ name: 'Display P3' });
});

test('is put together from several segments of a JPEG', async () => {
  const picture = await small().withIccProfile('cmyk').jpeg().toBuffer();
  const { icc } = await sharp(picture).metadata();
  expect(icc?.length).toBeGreaterThan(100_000);
  expect(Buffer.compare(probePicture(picture).profile ?? Buffer.alloc(0), icc ?? Buffer.alloc(1))).toBe(0);
});
