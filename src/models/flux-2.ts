import * as z from 'zod';
import { noSyncMode, optional, pictureUrl } from './fields.js';
import { assumedOutput, imageSize } from './image-size.js';
import type { BillableEstimate, BillableWork, Model } from './model.js';

// Fields and defaults: fal's published types (Flux2EditInput, Flux2LoraEditInput), fal-api.md 1.2. The ranges of steps,
// guidance and num_images come from third parties.

/** The fields that the editing endpoints of FLUX.2 [dev] share. */
export function flux2Fields(maxImages: number) {
  return {
    prompt: z.string().meta({ description: 'What the picture should become.' }),
    // fal silently drops pictures beyond the last one; we refuse them.
    image_urls: z
      .array(pictureUrl('A picture to edit.'))
      .min(1)
      .max(maxImages)
      .meta({ description: 'The pictures to edit.' }),
    image_size: optional(imageSize({ min: 512, max: 2048 }), 'Size of the result.'),
    num_inference_steps: optional(z.int().min(4).max(50), 'Denoising steps.', 28),
    guidance_scale: optional(z.number().min(0).max(20), 'How closely to follow the prompt.', 2.5),
    num_images: optional(z.int().min(1).max(4), 'Pictures to make.', 1),
    seed: optional(z.int(), 'Same seed, same prompt: same picture.'),
    acceleration: optional(z.enum(['none', 'regular', 'high']), 'Speed against quality.', 'regular'),
    enable_prompt_expansion: optional(
      z.boolean(),
      'Let a language model expand the prompt. Costs a little extra; the expanded prompt is not returned.',
      false,
    ),
    enable_safety_checker: optional(z.boolean(), 'Blank pictures that are not safe for work.', true),
    output_format: optional(z.enum(['jpeg', 'png', 'webp']), 'Format of the result.', 'png'),
    sync_mode: noSyncMode,
  };
}

/** The flags that fill {@link flux2Fields}. */
export const FLUX_2_FLAGS = {
  prompt: ['prompt'],
  images: ['image_urls'],
  steps: ['num_inference_steps'],
  guidance: ['guidance_scale'],
  seed: ['seed'],
  numImages: ['num_images'],
  size: ['image_size'],
  format: ['output_format'],
  acceleration: ['acceleration'],
  expandPrompt: ['enable_prompt_expansion'],
  safetyChecker: ['enable_safety_checker'],
} satisfies Model['fields'];

/** An input picture counts as at most one megapixel: fal's sibling pages say that inputs are resized to it. */
const INPUT_MEGAPIXELS = 1;

/** {@link flux2Billable} in words. */
export const FLUX_2_BILLED = 'every result, and one megapixel for every input picture';

/** Megapixels of output plus one for each input picture (fal-api.md 1.2). */
export function flux2Billable(work: BillableWork): BillableEstimate {
  const { megapixels, assumptions, unbounded } = assumedOutput(work);
  if (work.inputs.length > 1 || work.numImages > 1) {
    assumptions.push('every input picture and every result is billed (fal shows no example of several)');
  }
  if (work.input['enable_prompt_expansion'] === true) {
    unbounded.push('--expand-prompt costs an amount that fal does not state');
  }
  return {
    units: work.numImages * megapixels + work.inputs.length * INPUT_MEGAPIXELS,
    assumptions: [...assumptions, ...unbounded],
    unbounded,
  };
}
