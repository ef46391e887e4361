import type { Curve } from './curve.js';

/** A colour by its CIE 1931 x and y. */
export type Xy = readonly [x: number, y: number];

/** Colours of full red, green and blue, and of white. */
export interface Chromaticities {
  red: Xy;
  green: Xy;
  blue: Xy;
  white: Xy;
}

/** How numbers become light: as in sRGB, by a power, or by one of the curves of high dynamic range. */
export type MadeCurve = 'srgb' | 'pq' | 'hlg' | { gamma: number };

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/**
 * Writes a small ICC profile (version 4) for a picture that says in another way what its colours are. A high dynamic
 * range is mapped to the range of a screen, as browsers do.
 *
 * @param colours the chromaticities of a colour picture, or "grey"
 * @returns undefined if the chromaticities are impossible
 */
export function madeProfile(
  colours: Chromaticities | 'grey',
  curve: MadeCurve,
  name: string,
): Uint8Array | undefined {
  const element = curveElement(curve);
  // What every profile must have beside its curves.
  const names = { desc: mluc(name), cprt: mluc('CC0'), wtpt: xyz(D50) };
  if (colours === 'grey') return profileOf('GRAY', { ...names, kTRC: element });
  const [red, green, blue] = adaptedColorants(colours)
    .filter((colorant) => colorant.every(isFixed))
    .map(xyz);
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  const curves = { rTRC: element, gTRC: element, bTRC: element };
  return profileOf('RGB ', { ...names, rXYZ: red, gXYZ: green, bXYZ: blue, ...curves });
}

/** Whether a number can be written in a profile. */
const isFixed = (value: number) => Math.abs(value) < 32_767;

/** White of all profiles. */
const D50: Vector = [0.9642, 1, 0.8249];

/** Responses of the eye's three receptors, by which one white is adapted to another (Bradford). */
const RECEPTORS: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** XYZ of red, green and blue under D50, of which the sum is white. */
function adaptedColorants({ red, green, blue, white }: Chromaticities): Vector[] {
  const primaries = [light(red), light(green), light(blue)] as const;
  const amounts = times(inverse(columns(...primaries)), light(white));
  const from = times(RECEPTORS, light(white));
  const to = times(RECEPTORS, D50);
  return primaries.map((primary, index) => {
    const [l, m, s] = times(RECEPTORS, scaled(primary, amounts[index] ?? NaN));
    return times(inverse(RECEPTORS), [(l * to[0]) / from[0], (m * to[1]) / from[1], (s * to[2]) / from[2]]);
  });
}

/** XYZ of a colour of brightness 1. */
const light = ([x, y]: Xy): Vector => [x / y, 1, (1 - x - y) / y];

const columns = (a: Vector, b: Vector, c: Vector): Matrix => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const times = (matrix: Matrix, vector: Vector): Vector => [
  dot(matrix[0], vector),
  dot(matrix[1], vector),
  dot(matrix[2], vector),
];

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const scaled = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];

/** Infinite or not a number if there is none. */
function inverse([a, b, c]: Matrix): Matrix {
  const factor = 1 / dot(a, cross(b, c));
  return columns(scaled(cross(b, c), factor), scaled(cross(c, a), factor), scaled(cross(a, b), factor));
}

function curveElement(curve: MadeCurve): Buffer {
  if (curve === 'srgb') return para(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45]);
  if (typeof curve === 'object') return para(0, [curve.gamma]);
  return table(curve === 'pq' ? pqOnScreen : hlgOnScreen);
}

/**
 * Light of a screen (0 to 1) for the brightness of a picture of high dynamic range in nits, as Chromium 156 shows it:
 * paper white (203 nits) is half of the screen's light, what is brighter is pressed into the other half.
 */
const ON_SCREEN: readonly (readonly [nits: number, light: number])[] = [
  [0, 0],
  [203, 0.5],
  [250, 0.588],
  [300, 0.651],
  [400, 0.738],
  [500, 0.805],
  [600, 0.861],
  [700, 0.905],
  [850, 0.957],
  [1000, 1],
];

function onScreen(nits: number): number {
  const next = ON_SCREEN.findIndex(([point]) => point > nits);
  const [from, to] = [ON_SCREEN[next - 1], ON_SCREEN[next]];
  if (from === undefined || to === undefined) return 1;
  return from[1] + ((nits - from[0]) / (to[0] - from[0])) * (to[1] - from[1]);
}

/** SMPTE ST 2084. */
const pqOnScreen: Curve = (value) => {
  const power = value ** (1 / 78.843_75);
  const part = Math.max(0, power - 0.835_937_5) / (18.851_562_5 - 18.6875 * power);
  return onScreen(10_000 * part ** (1 / 0.159_301_757_812_5));
};

/** BT.2100, shown at a thousand nits. */
const hlgOnScreen: Curve = (value) => {
  const scene =
    value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - 0.559_910_73) / 0.178_832_77) + 0.284_668_92) / 12;
  return onScreen(1000 * scene ** 1.2);
};

const element = (type: string, length: number): Buffer => {
  const data = Buffer.alloc(length);
  data.write(type, 'latin1');
  return data;
};

const writeFixed = (data: Buffer, value: number, at: number) =>
  data.writeInt32BE(Math.round(value * 65_536), at);

function xyz(values: Vector): Buffer {
  const data = element('XYZ ', 20);
  values.forEach((value, index) => writeFixed(data, value, 8 + index * 4));
  return data;
}

function para(kind: number, parameters: readonly number[]): Buffer {
  const data = element('para', 12 + parameters.length * 4);
  data.writeUInt16BE(kind, 8);
  parameters.forEach((value, index) => writeFixed(data, value, 12 + index * 4));
  return data;
}

const TABLE_POINTS = 1024;

function table(curve: Curve): Buffer {
  const data = element('curv', 12 + TABLE_POINTS * 2);
  data.writeUInt32BE(TABLE_POINTS, 8);
  for (let index = 0; index < TABLE_POINTS; index++) {
    data.writeUInt16BE(Math.round(curve(index / (TABLE_POINTS - 1)) * 65_535), 12 + index * 2);
  }
  return data;
}

function mluc(text: string): Buffer {
  const letters = Buffer.from(text, 'utf16le').swap16();
  const data = element('mluc', 28);
  data.writeUInt32BE(1, 8);
  data.writeUInt32BE(12, 12);
  data.write('enUS', 16, 'latin1');
  data.writeUInt32BE(letters.length, 20);
  data.writeUInt32BE(28, 24);
  return Buffer.concat([data, letters]);
}

/** Header, table of elements, elements; each starts at a multiple of four, and equal ones are written once. */
function profileOf(space: 'RGB ' | 'GRAY', tags: Readonly<Record<string, Buffer>>): Uint8Array {
  const entries = Object.entries(tags);
  const head = Buffer.alloc(128 + 4 + entries.length * 12);
  const written = new Map<Buffer, number>();
  const elements: Buffer[] = [head];
  let end = head.length;
  entries.forEach(([name, data], index) => {
    const at = written.get(data) ?? end;
    if (at === end) {
      const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
      elements.push(data, padding);
      end += data.length + padding.length;
      written.set(data, at);
    }
    const entry = 132 + index * 12;
    head.write(name, entry, 'latin1');
    head.writeUInt32BE(at, entry + 4);
    head.writeUInt32BE(data.length, entry + 8);
  });
  head.writeUInt32BE(end, 0);
  head.writeUInt32BE(0x04_20_00_00, 8);
  head.write(`mntr${space}XYZ `, 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  D50.forEach((value, index) => writeFixed(head, value, 68 + index * 4));
  head.writeUInt32BE(entries.length, 128);
  return Buffer.concat(elements);
}
