import * as z from 'zod';
import { noSyncMode, optional, pictureUrl, weights } from '../../src/models/fields.js';
import { assumedOutput } from '../../src/models/image-size.js';
import type { Model } from '../../src/models/model.js';
import { parsePicturesOutput } from '../../src/models/wire.js';

/** A model of a third base, which a test adds to a copy of the program (added-model.test.ts). */
export const qwenEditLora: Model = {
  name: 'qwen-edit-lora',
  endpoint: 'fal-ai/qwen-image-edit-lora',
  base: 'Qwen-Image',
  purpose: 'Qwen-Image from one picture, with LoRAs',
  example: 'fal-edit cat.jpg -m qwen-edit-lora --lora owner/style -p "at night"',
  input: z.strictObject({
    prompt: z.string().meta({ description: 'What the picture should become.' }),
    image_url: pictureUrl('The picture to edit.'),
    num_inference_steps: optional(z.int().min(2).max(50), 'Denoising steps.', 30),
    guidance_scale: optional(z.number().min(0).max(20), 'How closely to follow the prompt.', 4),
    seed: optional(z.int(), 'Same seed, same prompt: same picture.'),
    negative_prompt: optional(z.string(), 'What the picture should not show.', ' '),
    loras: optional(
      z
        .array(
          z.strictObject({ path: weights('The weights.'), scale: optional(z.number().min(0).max(4), '', 1) }),
        )
        .max(3),
      'LoRAs, merged with each other.',
      [],
    ),
    sync_mode: noSyncMode,
  }),
  fields: {
    prompt: ['prompt'],
    images: ['image_url'],
    loras: ['loras'],
    steps: ['num_inference_steps'],
    guidance: ['guidance_scale'],
    seed: ['seed'],
    negativePrompt: ['negative_prompt'],
  },
  pictures: 'one',
  maxImages: 1,
  formats: ['png'],
  defaultFormat: 'png',
  price: {
    unitUsd: 0.035,
    unit: 'megapixels',
    date: '2026-11',
    source: 'https://fal.ai/models/fal-ai/qwen-image-edit-lora',
  },
  billed: 'every result',
  billable: (work) => {
    const { megapixels, assumptions, unbounded } = assumedOutput(work);
    return { units: megapixels, assumptions: [...assumptions, ...unbounded], unbounded };
  },
  fromOutput: parsePicturesOutput,
};
