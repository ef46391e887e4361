import * as z from 'zod';
import { optional, weights } from './fields.js';
import { FLUX_2_BILLED, FLUX_2_FLAGS, flux2Billable, flux2Fields } from './flux-2.js';
import type { ListedModel } from './model.js';
import { once } from './once.js';
import { parsePicturesOutput } from './wire.js';

const MAX_IMAGES = 4;

/** Built on first use: a run needs the schema of only one model. */
const input = once(() => {
  const lora = z.strictObject({
    path: weights('URL, Hugging Face id or local .safetensors file of the weights.'),
    scale: optional(z.number().min(0).max(4), 'How strongly it is applied.', 1),
  });
  return z.strictObject({
    ...flux2Fields(MAX_IMAGES),
    loras: optional(z.array(lora).max(3), 'LoRAs trained for FLUX.2.', []),
  });
});

/** FLUX.2 [dev] editing one to four pictures together, with LoRAs. It has no strength. */
export const flux2Lora: ListedModel = {
  name: 'flux-2-lora',
  endpoint: 'fal-ai/flux-2/lora/edit',
  base: 'FLUX.2 [dev]',
  purpose: 'FLUX.2 [dev] from up to four pictures, with up to three LoRAs; no strength',
  example: 'fal-edit cat.jpg cup.jpg -m flux-2-lora --lora owner/style@0.8 -p "merge"',
  get input() {
    return input();
  },
  fields: { ...FLUX_2_FLAGS, loras: ['loras'] },
  pictures: 'list',
  maxImages: MAX_IMAGES,
  formats: ['png', 'jpeg', 'webp'],
  defaultFormat: 'png',
  price: {
    unitUsd: 0.021,
    unit: 'megapixels',
    date: '2026-10',
    source: 'https://fal.ai/models/fal-ai/flux-2/lora/edit',
  },
  billed: FLUX_2_BILLED,
  billable: flux2Billable,
  fromOutput: parsePicturesOutput,
};
