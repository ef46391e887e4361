import * as z from 'zod';
import { noSyncMode, optional, pictureUrl } from './fields.js';
import { assumedOutput } from './image-size.js';
import type { BillableEstimate, BillableWork, ListedModel } from './model.js';
import { once } from './once.js';
import { parsePicturesOutput } from './wire.js';

// Fields and defaults: fal's published types (FluxDevImageToImageInput). Ranges: third parties, for this endpoint and
// its twin fal-ai/flux-1/dev/image-to-image, which has the same input type.

/** Built on first use: a run needs the schema of only one model. */
const input = once(() =>
  z.strictObject({
    prompt: z.string().meta({ description: 'What the picture should become.' }),
    image_url: pictureUrl('The picture to edit.'),
    strength: optional(z.number().min(0.01).max(1), '1 remakes the picture, near 0 keeps it.', 0.95),
    num_inference_steps: optional(z.int().min(10).max(50), 'Denoising steps.', 40),
    guidance_scale: optional(z.number().min(1).max(20), 'How closely to follow the prompt.', 3.5),
    num_images: optional(z.int().min(1).max(4), 'Pictures to make.', 1),
    seed: optional(z.int(), 'Same seed, same prompt: same picture.'),
    acceleration: optional(z.enum(['none', 'regular', 'high']), 'Speed against quality.', 'none'),
    enable_safety_checker: optional(z.boolean(), 'Blank pictures that are not safe for work.', true),
    output_format: optional(z.enum(['jpeg', 'png']), 'Format of the result.', 'jpeg'),
    sync_mode: noSyncMode,
  }),
);

/** Megapixels of output; fal does not document whether it also bills the input. */
function billable(work: BillableWork): BillableEstimate {
  const { megapixels, assumptions, unbounded } = assumedOutput(work);
  return { units: work.numImages * megapixels, assumptions: [...assumptions, ...unbounded], unbounded };
}

/** Plain FLUX.1 [dev], started from a picture: {@link ./flux-general.ts} without its additions, for less. */
export const fluxDev: ListedModel = {
  name: 'flux-dev',
  endpoint: 'fal-ai/flux/dev/image-to-image',
  base: 'FLUX.1 [dev]',
  purpose: 'FLUX.1 [dev] from one picture, with strength; no LoRAs, no size',
  example: 'fal-edit cat.jpg -m flux-dev --strength 0.8 -p "turn it into a watercolor"',
  get input() {
    return input();
  },
  fields: {
    prompt: ['prompt'],
    images: ['image_url'],
    strength: ['strength'],
    steps: ['num_inference_steps'],
    guidance: ['guidance_scale'],
    seed: ['seed'],
    numImages: ['num_images'],
    format: ['output_format'],
    acceleration: ['acceleration'],
    safetyChecker: ['enable_safety_checker'],
  },
  pictures: 'one',
  maxImages: 1,
  formats: ['png', 'jpeg'],
  defaultFormat: 'jpeg',
  // As third parties quote that page; fal's own text was not available.
  price: {
    unitUsd: 0.03,
    unit: 'megapixels',
    date: '2026-10-08',
    source: 'https://fal.ai/models/fal-ai/flux/dev/image-to-image',
  },
  billed: 'every result',
  billable,
  fromOutput: parsePicturesOutput,
};
