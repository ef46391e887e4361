/*
 * Colours of the corpus, by arithmetic of its own: what a picture looks like is known from how it was made, never from
 * what our code or a library says.
 */
import { curv, description, matrixProfile, profileOf, xyz } from '../../images/colour/profiles.js';

/** Samples from 0 to 1, pixel by pixel. */
export interface Colours {
  width: number;
  height: number;
  channels: number;
  values: Float64Array;
}

/** A picture of 48 x 32, or as large as asked for: smooth, so that lossy codecs stay close, and without symmetry. */
export function base(width = 48, height = 32): Colours {
  return painted(width, height, 3, (x, y) => [
    0.12 + 0.8 * x,
    0.15 + 0.7 * y,
    0.5 + 0.35 * Math.sin(4 * x + 2 * y) * Math.cos(3 * y),
  ]);
}

/** Alpha that grows from nothing at the left to opaque at the right, with a band of both. */
export const alphaAt = (x: number): number => Math.min(1, Math.max(0, 1.6 * x - 0.3));

export function painted(
  width: number,
  height: number,
  channels: number,
  at: (x: number, y: number) => readonly number[],
): Colours {
  const values = new Float64Array(width * height * channels);
  for (let row = 0, next = 0; row < height; row++) {
    for (let column = 0; column < width; column++, next += channels) {
      values.set(at(column / (width - 1), row / (height - 1)), next);
    }
  }
  return { width, height, channels, values };
}

/** Changes each pixel by itself. */
export function mapped(colours: Colours, change: (pixel: readonly number[]) => readonly number[]): Colours {
  const { width, height, channels, values } = colours;
  const pixels = Array.from({ length: width * height }, (_, index) =>
    change([...values.subarray(index * channels, (index + 1) * channels)]),
  );
  return { width, height, channels: pixels[0]?.length ?? 0, values: Float64Array.from(pixels.flat()) };
}

export function withAlpha(colours: Colours): Colours {
  const { width } = colours;
  let index = 0;
  return mapped(colours, (pixel) => [...pixel, alphaAt((index++ % width) / (width - 1))]);
}

/** How a browser shows a picture with alpha on a white page; alpha is the last channel. */
export const onWhite = (colours: Colours): Colours =>
  mapped(colours, (pixel) => {
    const alpha = pixel.at(-1) ?? 1;
    return pixel.slice(0, -1).map((value) => value * alpha + 1 - alpha);
  });

/** Three equal channels of one. */
export const asRgb = (colours: Colours): Colours => mapped(colours, ([grey = 0]) => [grey, grey, grey]);

/** A grey picture in sRGB. */
export const greyBase = (): Colours => mapped(base(), ([red = 0, green = 0]) => [0.6 * red + 0.4 * green]);

/** Numbers as a file holds them: the most significant byte first. */
export function samples({ values }: Colours, bits: 8 | 16 = 8): Buffer {
  const most = 2 ** bits - 1;
  const data = Buffer.alloc((values.length * bits) / 8);
  values.forEach((value, index) => {
    const sample = Math.round(Math.min(1, Math.max(0, value)) * most);
    if (bits === 8) data[index] = sample;
    else data.writeUInt16BE(sample, index * 2);
  });
  return data;
}

/** Where the first row and the first column of a stored picture lie, by its EXIF orientation (EXIF 2.32, 4.6.4 A). */
const PLACES: Readonly<
  Record<number, (row: number, column: number, last: { x: number; y: number }) => [x: number, y: number]>
> = {
  1: (row, column) => [column, row],
  2: (row, column, { x }) => [x - column, row],
  3: (row, column, { x, y }) => [x - column, y - row],
  4: (row, column, { y }) => [column, y - row],
  5: (row, column) => [row, column],
  6: (row, column, { x }) => [x - row, column],
  7: (row, column, { x, y }) => [x - row, y - column],
  8: (row, column, { y }) => [row, y - column],
};

/** The picture as a file stores it whose orientation makes it look like this one. */
export function storedFor(orientation: number, upright: Colours): Colours {
  const { channels, values } = upright;
  const place = PLACES[orientation];
  if (place === undefined) throw new Error(`there is no orientation ${orientation}`);
  const [width, height] = orientation > 4 ? [upright.height, upright.width] : [upright.width, upright.height];
  const stored = new Float64Array(values.length);
  const last = { x: upright.width - 1, y: upright.height - 1 };
  for (let row = 0, next = 0; row < height; row++) {
    for (let column = 0; column < width; column++, next += channels) {
      const [x, y] = place(row, column, last);
      const from = (y * upright.width + x) * channels;
      stored.set(values.subarray(from, from + channels), next);
    }
  }
  return { width, height, channels, values: stored };
}

type Triple = readonly [number, number, number];

export interface Space {
  name: string;
  /** Red, green and blue as XYZ under D50. */
  primaries: readonly [Triple, Triple, Triple];
  encode: (linear: number) => number;
  profile: Buffer;
}

const toLinear = (value: number) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const fromLinear = (value: number) =>
  value <= 0.003_130_8 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;

const SRGB_CURVE = curv(Array.from({ length: 1024 }, (_, index) => toLinear(index / 1023) * 65_535));

const spaceOf = (
  name: string,
  primaries: Space['primaries'],
  curve: { encode: Space['encode']; data: Buffer },
): Space => ({
  ...{ name, primaries, encode: curve.encode },
  profile: matrixProfile(primaries, curve.data, description(name)),
});

const srgbCurve = { encode: fromLinear, data: SRGB_CURVE };
/** A gamma is stored in 256ths. */
const gamma = (value: number) => ({
  encode: (linear: number) => Math.max(0, linear) ** (1 / value),
  data: curv([value * 256]),
});

const SRGB_PRIMARIES = [
  [0.436_07, 0.222_49, 0.013_92],
  [0.385_15, 0.716_87, 0.097_08],
  [0.143_07, 0.060_61, 0.714_1],
] as const;

export const SRGB = spaceOf('sRGB', SRGB_PRIMARIES, srgbCurve);
export const DISPLAY_P3 = spaceOf(
  'Display P3',
  [
    [0.515_12, 0.241_2, -0.001_05],
    [0.291_98, 0.692_25, 0.041_89],
    [0.157_1, 0.066_57, 0.784_07],
  ],
  srgbCurve,
);
export const ADOBE_RGB = spaceOf(
  'Adobe RGB',
  [
    [0.609_74, 0.311_11, 0.019_47],
    [0.205_28, 0.625_67, 0.060_87],
    [0.149_19, 0.063_22, 0.744_57],
  ],
  gamma(563 / 256),
);
export const PROPHOTO = spaceOf(
  'ProPhoto RGB',
  [
    [0.797_67, 0.288_04, 0],
    [0.135_19, 0.711_88, 0],
    [0.031_34, 0.000_09, 0.824_91],
  ],
  gamma(461 / 256),
);
export const SPACES: readonly Space[] = [SRGB, DISPLAY_P3, ADOBE_RGB, PROPHOTO];

/** A space with another brightness curve, as PNG's gAMA chunk can ask for. */
export const withGamma = ({ primaries }: Space, value: number): Space =>
  spaceOf(`gamma ${value}`, primaries, gamma(Math.round(value * 256) / 256));

/** An sRGB picture in the numbers of another space; channels after the third stay. */
export function inSpace(colours: Colours, { primaries, encode }: Space): Colours {
  const matrix = timesInverse(primaries, SRGB_PRIMARIES);
  return mapped(colours, ([red = 0, green = 0, blue = 0, ...others]) => {
    const linear = [toLinear(red), toLinear(green), toLinear(blue)] as const;
    const [r, g, b] = matrix.map((row) =>
      encode(row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]),
    );
    return [r ?? 0, g ?? 0, b ?? 0, ...others];
  });
}

const BT_2020 = [
  [0.673_46, 0.279_03, -0.001_93],
  [0.165_66, 0.675_34, 0.029_98],
  [0.125_1, 0.045_63, 0.797_16],
] as const;

/** Brightness of white paper in a picture with a high dynamic range, in candela per square metre (ITU-R BT.2408). */
const PAPER = 203;

/** An sRGB picture in the numbers of PQ or HLG, as bright as paper (ITU-R BT.2100). */
export const inHdr = (colours: Colours, transfer: 'pq' | 'hlg'): Colours =>
  mapped(inSpace(colours, { ...SRGB, primaries: BT_2020, encode: (linear) => linear }), (pixel) =>
    transfer === 'pq' ? pixel.map((linear) => pqOf((linear * PAPER) / 10_000)) : hlgOf(pixel),
  );

function pqOf(linear: number): number {
  const power = Math.max(0, linear) ** (2610 / 16_384);
  return ((3424 / 4096 + (2413 / 128) * power) / (1 + (2392 / 128) * power)) ** (2523 / 32);
}

/** For a screen of 1000 candela per square metre, whose gamma for the whole scene is 1.2. */
function hlgOf(pixel: readonly number[]): number[] {
  const [red = 0, green = 0, blue = 0] = pixel.map((linear) => (Math.max(0, linear) * PAPER) / 1000);
  const light = 0.2627 * red + 0.678 * green + 0.0593 * blue;
  const [a, b, c] = [0.178_832_77, 0.284_668_92, 0.559_910_73];
  return [red, green, blue].map((value) => {
    const scene = light === 0 ? 0 : value * light ** (1 / 1.2 - 1);
    return scene <= 1 / 12 ? Math.sqrt(3 * scene) : a * Math.log(12 * scene - b) + c;
  });
}

/** Rows of the matrix that turns linear numbers of one space into another's. */
function timesInverse(to: Space['primaries'], from: Space['primaries']): Triple[] {
  const [a, b, c] = to;
  const determinant = dot(a, cross(b, c));
  return [cross(b, c), cross(c, a), cross(a, b)].map((row) => {
    const [x, y, z] = from.map((primary) => dot(row, primary) / determinant);
    return [x ?? 0, y ?? 0, z ?? 0];
  });
}

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const WHITE = [0.964_2, 1, 0.824_91];

/** A grey profile of gamma 1.8, and an sRGB grey in its numbers. */
export const GREY_PROFILE = profileOf('GRAY', {
  desc: description('Gamma 1.8'),
  wtpt: xyz(WHITE),
  kTRC: curv([461]),
});
export const inGreyProfile = (colours: Colours): Colours =>
  mapped(colours, ([grey = 0]) => [toLinear(grey) ** (256 / 461)]);

/** An sRGB picture in L*a*b* under D50, as it is: L from 0 to 100. */
export const inLab = (colours: Colours): Colours =>
  mapped(colours, ([red = 0, green = 0, blue = 0]) => {
    const linear = [toLinear(red), toLinear(green), toLinear(blue)];
    const [x = 0, y = 0, z = 0] = [0, 1, 2].map((axis) => {
      const value = SRGB_PRIMARIES.reduce(
        (sum, primary, index) => sum + (primary[axis] ?? 0) * (linear[index] ?? 0),
        0,
      );
      const share = value / (WHITE[axis] ?? 1);
      return share > 216 / 24_389 ? Math.cbrt(share) : ((24_389 / 27) * share + 16) / 116;
    });
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  });
