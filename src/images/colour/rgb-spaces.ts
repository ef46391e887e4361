import { areSameCurve, type Curve, srgbCurve } from './curve.js';

/** Red, green and blue as XYZ under D50, where profiles have them. */
export type Colorants = readonly (readonly number[])[];

interface RgbSpace {
  name: string;
  colorants: Colorants;
  curve: Curve;
}

/** Spaces that have a name of their own, whatever a profile calls them: "sP3C", "opRGB", "Color LCD". */
const SPACES: readonly RgbSpace[] = [
  {
    name: 'sRGB',
    colorants: [
      [0.436_07, 0.222_49, 0.013_92],
      [0.385_15, 0.716_87, 0.097_08],
      [0.143_07, 0.060_61, 0.714_1],
    ],
    curve: srgbCurve,
  },
  {
    name: 'Display P3',
    colorants: [
      [0.515_1, 0.241_2, -0.001_1],
      [0.291_95, 0.692_24, 0.041_89],
      [0.157_1, 0.066_57, 0.784_07],
    ],
    curve: srgbCurve,
  },
  {
    name: 'Adobe RGB (1998)',
    colorants: [
      [0.609_74, 0.311_11, 0.019_47],
      [0.205_28, 0.625_67, 0.060_87],
      [0.149_19, 0.063_22, 0.744_57],
    ],
    curve: (value) => value ** 2.2,
  },
  {
    name: 'ProPhoto RGB',
    colorants: [
      [0.797_67, 0.288_04, 0],
      [0.135_19, 0.711_88, 0],
      [0.031_34, 0.000_09, 0.824_91],
    ],
    curve: (value) => value ** 1.8,
  },
];

/** Profiles of one space round its colorants in different ways; the next larger space is ten times as far away. */
const TOLERANCE = 0.003;

/** Name of the space that colorants and curves mean in effect: "sRGB", "Display P3"; undefined for none of these. */
export function knownSpace(colorants: Colorants, curves: readonly Curve[]): string | undefined {
  return SPACES.find(
    (space) =>
      space.colorants.every((row, colour) =>
        row.every((value, axis) => Math.abs((colorants[colour]?.[axis] ?? NaN) - value) <= TOLERANCE),
      ) && curves.every((curve) => areSameCurve(curve, space.curve)),
  )?.name;
}
