import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Size } from '../queue/billing.js';
import { compose } from './compose.js';
import type { Pixels } from './encode.js';
import { scene } from './scene.js';
import { styleOf } from './style.js';
import { stylise } from './stylise.js';
import { watermark } from './watermark.js';

export interface RenderRequest {
  /** The bytes of the input pictures, at least one. */
  inputs: readonly Uint8Array[];
  prompt: string;
  seed: number;
  /** 0.01 keeps the picture, 1 leaves nothing of it; undefined where the model has no such field. */
  strength: number | undefined;
  size: Size;
}

/**
 * Stands in for the model: a real picture out of the real inputs, the same one for the same inputs, prompt,
 * seed and strength, and the further from the input the higher the strength (fal-api.md 1.3).
 */
export async function render(request: RenderRequest): Promise<Pixels> {
  const { inputs, prompt, seed, strength, size } = request;
  const style = styleOf(prompt, seed);
  const given = await compose(inputs, size);
  const drawn = await stylise(given, style);
  const picture =
    strength === undefined
      ? drawn
      : await blend(given, drawn, await scene(prompt, seed, style.palette, size), strength);
  watermark(picture);
  return picture;
}

/**
 * Low strengths go from the input towards its redrawing; only high ones let the invented scene in. The
 * redrawing's share grows until then, so that the distance to the input never shrinks on the way.
 */
async function blend(given: Pixels, drawn: Pixels, invented: Pixels, strength: number): Promise<Pixels> {
  const fresh = strength ** 9;
  const redrawn = (1 - fresh) * strength;
  const kept = (1 - fresh) * (1 - strength);
  const { width, height } = given;
  const data = new Uint8Array(given.data.length);
  const turn = 400_000;
  for (let from = 0; from < data.length; from += turn) {
    for (let at = from, to = Math.min(data.length, from + turn); at < to; at++) {
      data[at] =
        (given.data[at] ?? 0) * kept +
        (drawn.data[at] ?? 0) * redrawn +
        (invented.data[at] ?? 0) * fresh +
        0.5;
    }
    await nextTurn();
  }
  return { data, width, height };
}
