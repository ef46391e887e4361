import type { Dimensions } from '../models/request.js';

/** Supported formats; all others are rejected by name. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'heic' | 'tiff';

export type PictureColour = 'grey' | 'rgb' | 'cmyk' | 'lab';

/** Brightness curve of a high dynamic range picture. */
export type HdrTransfer = 'pq' | 'hlg';

/** Facts from the structure of a picture, without decoding a pixel. */
export interface Probe {
  format: PictureFormat;
  contentType: string;
  /** Pixels as a decoder returns them, before {@link orientation} is applied. */
  width: number;
  /** Pixels as a decoder returns them, before {@link orientation} is applied. */
  height: number;
  /**
   * How a person's viewer turns what a decoder returns, as an EXIF orientation from 1 to 8; 1 (upright) if the file
   * does not say. Rotations that the decoder applies itself (AVIF, HEIC) do not count.
   */
  orientation: number;
  /** More than one frame, or more than one page. */
  animated: boolean;
  colour: PictureColour;
  /** Bits of one channel of one pixel; 8 for a palette, whatever the size of its indices. */
  bits: number;
  /** Whether the samples are floating-point numbers. */
  float: boolean;
  /** Whether it has an alpha channel or a transparent colour. All of its pixels may still be opaque. */
  alpha: boolean;
  /** Whether its compression loses detail. */
  lossy: boolean;
  /** The ICC profile by which viewers show it; undefined if that is sRGB for want of another, or broken. */
  profile: Uint8Array | undefined;
  /**
   * Whether {@link profile} is not in the file but made of what it says in another way (gAMA, cHRM or cICP of a PNG,
   * nclx of an AVIF or HEIC). sharp ignores all of these: it has to be given the profile.
   */
  profileIsMade: boolean;
  /** Undefined for ordinary pictures. */
  hdr: HdrTransfer | undefined;
  /**
   * A defect that viewers forgive but a strict decoder may not, as the predicate of a sentence ("has no
   * end marker"); undefined if there is none.
   */
  flaw: string | undefined;
}

/** Width and height as a person sees them. */
export function uprightSize({ width, height, orientation }: Probe): Dimensions {
  return orientation > 4 ? { width: height, height: width } : { width, height };
}

/** Facts of most pictures, for formats that do not say otherwise. */
export const PLAIN = {
  bits: 8,
  float: false,
  alpha: false,
  lossy: false,
  profile: undefined,
  profileIsMade: false,
  hdr: undefined,
  flaw: undefined,
} as const satisfies Partial<Probe>;
