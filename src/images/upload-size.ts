import type { Dimensions } from '../models/request.js';

/** Limits of an upload's size in pixels. */
export interface SizeLimits {
  /** Most pixels; a larger picture is reduced. */
  maxPixels?: number | undefined;
  /** Size that was requested of the result: the upload never has fewer pixels. */
  atLeast?: Dimensions | undefined;
  /** Smallest input that the model takes. */
  minimum?:
    { width?: number | undefined; height?: number | undefined; pixels?: number | undefined } | undefined;
}

/** Size of an upload, in the picture's own shape: its own, reduced to the most pixels, or enlarged to the minimum. */
export function uploadSize(picture: Dimensions, limits: SizeLimits): Dimensions {
  const pixels = picture.width * picture.height;
  const least = leastScale(picture, limits.minimum);
  if (least > 1) return scaled(picture, least, Math.ceil);
  const { maxPixels, atLeast } = limits;
  if (maxPixels === undefined || pixels <= maxPixels) return picture;
  const needed = atLeast === undefined ? 0 : atLeast.width * atLeast.height;
  if (needed >= pixels) return picture;
  const most = Math.sqrt(maxPixels / pixels);
  const floor = Math.max(least, Math.sqrt(needed / pixels));
  const smallest = scaled(picture, floor, Math.ceil);
  const fitting = [Math.round, Math.floor]
    .map((round) => scaled(picture, most, round))
    .find(({ width, height }) => width * height <= maxPixels);
  const isEnough =
    fitting !== undefined && fitting.width >= smallest.width && fitting.height >= smallest.height;
  return isEnough ? fitting : smallest;
}

/** Smallest factor at which a picture is large enough. */
function leastScale(
  { width, height }: Dimensions,
  { width: minWidth = 0, height: minHeight = 0, pixels = 0 }: NonNullable<SizeLimits['minimum']> = {},
): number {
  return Math.max(minWidth / width, minHeight / height, Math.sqrt(pixels / (width * height)));
}

function scaled({ width, height }: Dimensions, factor: number, round: (side: number) => number): Dimensions {
  // A product such as 64.00000000000001 means 64.
  const side = (length: number) => Math.max(1, round(Number((length * factor).toFixed(6))));
  return { width: side(width), height: side(height) };
}
