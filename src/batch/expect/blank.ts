import type { Pixels } from '../../images/pixels.js';

/** Out of 255. Compression of a single colour stays below this. */
const LEAST_DEVIATION = 2;
/** Out of 255. Compression of black stays below this. */
const LEAST_MEAN = 4;

/** Whether a picture is a single even colour, or black, in every channel, apart from compression noise. */
export async function isBlank({ width, height, data }: Pixels): Promise<boolean> {
  const { default: sharp } = await import('sharp');
  const { channels } = await sharp(data, { raw: { width, height, channels: 4 } }).stats();
  const colours = channels.slice(0, 3);
  // A single pixel has no deviation: NaN.
  const isEven = colours.every(({ stdev }) => Number.isNaN(stdev) || stdev < LEAST_DEVIATION);
  return isEven || colours.every(({ mean }) => mean < LEAST_MEAN);
}
