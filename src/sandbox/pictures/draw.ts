import type { Size } from '../queue/billing.js';
import { blackPicture, encode, type PictureFormat } from './encode.js';
import { plainPicture, render } from './render.js';

export interface Drawing {
  /** The bytes of the input pictures; without any, the picture is plain. */
  inputs: readonly Uint8Array[];
  prompt: string;
  seed: number;
  /** See `render`. */
  strength: number | undefined;
  size: Size;
  format: PictureFormat;
  /** Blanked by the safety checker. */
  flagged: boolean;
}

/** One picture of a result, as a file. `rendered`: drawn from the inputs, else plain. */
export async function draw(drawing: Drawing, rendered: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const { inputs, prompt, seed, size, format, flagged } = drawing;
  if (flagged) return blackPicture(size, format);
  const drawn = rendered && inputs.length > 0 ? render(drawing) : plainPicture(size, prompt, seed);
  return encode(await drawn, format);
}
