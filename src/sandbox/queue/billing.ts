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

/**
 * The units of an endpoint that is billed by any other unit, in the platform's words. A call with a unit that says
 * nothing about its size, such as `credits`, counts one for each picture.
 */
export function unitsBilled(
  unit: string,
  {
    inputs,
    outputs,
    inferenceMs,
  }: { inputs: readonly Size[]; outputs: readonly Size[]; inferenceMs: number },
): number {
  const megapixels = outputs.reduce(
    (sum, { width, height }) => sum + Math.ceil((width * height) / MEGAPIXEL),
    0,
  );
  switch (unit.toLowerCase()) {
    case 'megapixels':
      return megapixels;
    case 'processed megapixels':
      return megapixels + inputs.length;
    case 'compute seconds':
    case 'seconds':
      return inferenceMs / 1000;
    case 'generations':
    case 'requests':
    case '1':
    case '':
      return 1;
    default:
      return outputs.length;
  }
}
