import type { ByteView } from '../formats/byte-view.js';

/** How a channel's number (0 to 1) becomes light (0 to 1). */
export type Curve = (value: number) => number;

/** Number of parameters of each kind of parametric curve. */
const PARAMETERS = [1, 3, 4, 5, 7];

/** Reads a `curv` or `para` element of a profile; undefined for another kind. */
export function readCurve(tag: ByteView): Curve | undefined {
  const type = tag.ascii(0, 4);
  if (type === 'curv') return readTable(tag);
  if (type !== 'para') return undefined;
  const kind = tag.u16(8);
  const count = PARAMETERS[kind];
  if (count === undefined) return undefined;
  return parametric(
    kind,
    Array.from({ length: count }, (_, index) => tag.fixed(12 + index * 4)),
  );
}

function readTable(tag: ByteView): Curve {
  const count = tag.u32(8);
  if (count === 0) return (value) => value;
  if (count === 1) {
    const gamma = tag.u16(12) / 256;
    return (value) => value ** gamma;
  }
  // Read once, so that a false count is found.
  tag.slice(12, count * 2);
  const at = (index: number) => tag.u16(12 + index * 2) / 65_535;
  return (value) => {
    const position = value * (count - 1);
    const below = Math.min(Math.floor(position), count - 2);
    const part = position - below;
    return at(below) * (1 - part) + at(below + 1) * part;
  };
}

/** The five kinds of ICC.1: a power, then with an offset, then with a straight part near black. */
function parametric(kind: number, [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0]: number[]): Curve {
  const power = (value: number) => Math.max(0, a * value + b) ** g;
  switch (kind) {
    case 0:
      return (value) => value ** g;
    case 1:
      return (value) => (value >= -b / a ? power(value) : 0);
    case 2:
      return (value) => (value >= -b / a ? power(value) + c : c);
    case 3:
      return (value) => (value >= d ? power(value) : c * value);
    default:
      return (value) => (value >= d ? power(value) + e : c * value + f);
  }
}

/** Brightness of sRGB's numbers as light. */
export const srgbCurve: Curve = (value) =>
  value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

/** sRGB's number for an amount of light, in which equal steps look about equal. */
const srgbNumber: Curve = (light) =>
  light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;

/** Profiles of sRGB in few points stray less than one step of 255, a plain gamma of 2.2 more than eight. */
const TOLERANCE = 2 / 255;

/** Whether a picture would look the same with either curve. */
export function areSameCurve(one: Curve, other: Curve): boolean {
  for (let step = 0; step <= 255; step++) {
    const [a, b] = [one, other].map((curve) => srgbNumber(Math.max(0, curve(step / 255))));
    // Written so that NaN differs.
    if (!(Math.abs((a ?? NaN) - (b ?? NaN)) <= TOLERANCE)) return false;
  }
  return true;
}
