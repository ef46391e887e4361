import type { Endpoint } from './endpoints.js';

const MEGAPIXEL = 1024 * 1024;

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * The units of `x-fal-billable-units`: each picture is rounded up to whole megapixels of 1024 x 1024, and an
 * input counts as at most one (fal-api.md 1.2, 1.4).
 */
export function billableUnits(
  endpoint: Endpoint,
  inputs: readonly Size[],
  output: Size,
  count: number,
): number {
  const outputs = count * Math.ceil((output.width * output.height) / MEGAPIXEL);
  return endpoint.billsInput ? outputs + inputs.length : outputs;
}
