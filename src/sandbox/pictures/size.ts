import type { Size } from '../queue/billing.js';

const SMALLEST = 64;
const LARGEST = 2048;
/** Limit of an explicit size, so that a 14142 x 14142 request does not exhaust the machine. */
const LARGEST_ASKED = 4096;

/** The size of the output in pixels: the requested one, else the first input's, within bounds. */
export function outputSize(input: Size, asked: Size | undefined): Size {
  if (asked !== undefined) return bounded(asked, LARGEST_ASKED);
  return bounded(input, LARGEST);
}

/** Keeps the shape where it can. */
function bounded({ width, height }: Size, largest: number): Size {
  const shrink = Math.min(1, largest / Math.max(width, height));
  const side = (length: number) => Math.max(SMALLEST, Math.round(length * shrink));
  return { width: side(width), height: side(height) };
}
