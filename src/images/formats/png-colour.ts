import {
  type CodePoints,
  codedColours,
  SRGB_PRIMARIES,
  type StatedColours,
  TELEVISION,
} from '../colour/code-points.js';
import { fittingProfile } from '../colour/icc.js';
import { type Chromaticities, madeProfile, type Xy } from '../colour/made-profile.js';
import type { PictureColour } from '../picture-facts.js';
import type { ByteView } from './byte-view.js';
import { inflated } from './inflate.js';

/** Colour information of a PNG, and whether its profile is not in the file but made of that. */
export interface PngColours extends StatedColours {
  profileIsMade: boolean;
}

/** 1/2.2: with it, a PNG without a profile is meant as sRGB. Decoders take numbers this close for equal. */
const SRGB_GAMMA = 0.454_55;
const GAMMA_TOLERANCE = 0.05;

/** Chromaticities are rounded by writers; larger spaces are ten times as far away. */
const PRIMARY_TOLERANCE = 0.005;

/**
 * Collects the chunks of a PNG that say what its numbers mean. Of several, the one counts that browsers obey: cICP
 * before a profile, before sRGB, before gamma and chromaticities. Each counts once, and only before the pixels.
 */
export class PngColourChunks {
  #coded: CodePoints | undefined;
  #profile: Uint8Array | undefined;
  #isSrgb = false;
  #gamma: number | undefined;
  #chromaticities: Chromaticities | undefined;

  /** Takes a chunk's type and data; returns false for another kind of chunk. */
  add(view: ByteView, type: string, at: number, length: number): boolean {
    if (type === 'iCCP') this.#profile ??= unpackedProfile(view.slice(at, length));
    else if (type === 'sRGB') this.#isSrgb = true;
    else if (type === 'cICP' && length >= 4) {
      this.#coded ??= { primaries: view.u8(at), transfer: view.u8(at + 1) };
    } else if (type === 'gAMA' && length >= 4) this.#gamma ??= view.u32(at) / 100_000;
    else if (type === 'cHRM' && length >= 32) this.#chromaticities ??= chromaticitiesAt(view, at);
    else return false;
    return true;
  }

  coloursOf(colour: PictureColour): PngColours {
    if (this.#coded !== undefined) {
      const stated = codedColours(this.#coded, colour === 'grey', TELEVISION);
      return { ...stated, profileIsMade: stated.profile !== undefined };
    }
    const profile = fittingProfile(this.#profile, colour);
    if (profile !== undefined) return { profile, hdr: undefined, profileIsMade: false };
    const made = this.#isSrgb ? undefined : this.#measuredProfile(colour);
    return { profile: made, hdr: undefined, profileIsMade: made !== undefined };
  }

  /** A profile of gamma and chromaticities; undefined if they mean sRGB. Without a gamma, browsers ignore both. */
  #measuredProfile(colour: PictureColour): Uint8Array | undefined {
    const gamma = this.#gamma ?? 0;
    const chromaticities = colour === 'grey' ? 'grey' : (this.#chromaticities ?? SRGB_PRIMARIES);
    const isSrgbGamma = Math.abs(gamma / SRGB_GAMMA - 1) < GAMMA_TOLERANCE;
    if (gamma <= 0 || (isSrgbGamma && areSrgb(chromaticities))) return undefined;
    return madeProfile(chromaticities, { gamma: 1 / gamma }, `gamma ${(1 / gamma).toFixed(1)}`);
  }
}

/** iCCP: a name ended by a zero, the method, the packed profile. */
function unpackedProfile(data: Uint8Array): Uint8Array | undefined {
  const end = data.indexOf(0);
  return end < 0 ? undefined : inflated(data.subarray(end + 2));
}

/** cHRM: x and y of white, red, green and blue. */
function chromaticitiesAt(view: ByteView, at: number): Chromaticities {
  const pair = (index: number): Xy => [
    view.u32(at + index * 8) / 100_000,
    view.u32(at + index * 8 + 4) / 100_000,
  ];
  return { white: pair(0), red: pair(1), green: pair(2), blue: pair(3) };
}

function areSrgb(chromaticities: Chromaticities | 'grey'): boolean {
  if (chromaticities === 'grey') return true;
  const names = ['white', 'red', 'green', 'blue'] as const;
  return names.every((name) => {
    const [[x, y], [sx, sy]] = [chromaticities[name], SRGB_PRIMARIES[name]];
    return Math.hypot(x - sx, y - sy) <= PRIMARY_TOLERANCE;
  });
}
