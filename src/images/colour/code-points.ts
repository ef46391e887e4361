import type { HdrTransfer } from '../picture-facts.js';
import { type Chromaticities, type MadeCurve, madeProfile, type Xy } from './made-profile.js';

/** Colours that a picture states by numbers instead of a profile. */
export interface StatedColours {
  /** A profile made of what it states; undefined if that is sRGB. */
  profile: Uint8Array | undefined;
  /** Undefined for ordinary pictures. */
  hdr: HdrTransfer | undefined;
}

export const D65: Xy = [0.3127, 0.329];

interface Primaries extends Chromaticities {
  name: string;
}

export const SRGB_PRIMARIES: Chromaticities = {
  red: [0.64, 0.33],
  green: [0.3, 0.6],
  blue: [0.15, 0.06],
  white: D65,
};

/** By the code points of ITU-T H.273, except 1, which is sRGB. Those for film never occur in pictures. */
const PRIMARIES: Readonly<Record<number, Primaries>> = {
  5: { name: 'BT.601 PAL', red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: D65 },
  6: { name: 'BT.601 NTSC', red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07], white: D65 },
  9: { name: 'BT.2020', red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 },
  11: { name: 'DCI-P3', red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: [0.314, 0.351] },
  12: { name: 'Display P3', red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: D65 },
};

interface Transfer {
  curve: MadeCurve;
  /** Undefined for sRGB. */
  name: string | undefined;
  hdr?: HdrTransfer;
}

/** By the same code points, except 13, which is sRGB. */
const TRANSFERS: Readonly<Record<number, Transfer>> = {
  4: { curve: { gamma: 2.2 }, name: 'gamma 2.2' },
  5: { curve: { gamma: 2.8 }, name: 'gamma 2.8' },
  8: { curve: { gamma: 1 }, name: 'linear' },
  16: { curve: 'pq', name: 'PQ', hdr: 'pq' },
  18: { curve: 'hlg', name: 'HLG', hdr: 'hlg' },
};

const SRGB: Transfer = { curve: 'srgb', name: undefined };

/** How Chromium 156 shows a PNG with the curve of television; AVIF with the same curve as sRGB. */
export const TELEVISION: Transfer = { curve: { gamma: 2.4 }, name: 'BT.709' };
const IS_TELEVISION = new Set([1, 6, 14, 15]);

/** Two code points of ITU-T H.273, as cICP in PNG and nclx in AVIF and HEIC state them. */
export interface CodePoints {
  primaries: number;
  transfer: number;
}

/** Colours by code points; unknown and reserved ones mean sRGB, as where nothing is stated. */
export function codedColours(codes: CodePoints, isGrey: boolean, television = SRGB): StatedColours {
  const primaries = isGrey ? undefined : PRIMARIES[codes.primaries];
  const isTelevision = IS_TELEVISION.has(codes.transfer);
  const { curve, name, hdr } = isTelevision ? television : (TRANSFERS[codes.transfer] ?? SRGB);
  if (primaries === undefined && name === undefined) return { profile: undefined, hdr };
  const fullName = [primaries?.name, name].filter((part) => part !== undefined).join(', ');
  return { profile: madeProfile(isGrey ? 'grey' : (primaries ?? SRGB_PRIMARIES), curve, fullName), hdr };
}
