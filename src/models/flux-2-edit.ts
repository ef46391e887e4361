import * as z from 'zod';
import { FLUX_2_BILLED, FLUX_2_FLAGS, flux2Billable, flux2Fields } from './flux-2.js';
import type { ListedModel } from './model.js';
import { once } from './once.js';
import { parsePicturesOutput } from './wire.js';

const MAX_IMAGES = 4;

/** Built on first use: a run needs the schema of only one model. */
const input = once(() => z.strictObject(flux2Fields(MAX_IMAGES)));

/** FLUX.2 [dev] editing one to four pictures together: {@link ./flux-2-lora.ts} without the LoRAs, for less. */
export const flux2Edit: ListedModel = {
  name: 'flux-2-edit',
  endpoint: 'fal-ai/flux-2/edit',
  base: 'FLUX.2 [dev]',
  purpose: 'FLUX.2 [dev] from up to four pictures; no LoRAs, no strength',
  example: 'fal-edit cat.jpg cup.jpg -m flux-2-edit -p "the cat beside the cup"',
  get input() {
    return input();
  },
  fields: FLUX_2_FLAGS,
  pictures: 'list',
  maxImages: MAX_IMAGES,
  formats: ['png', 'jpeg', 'webp'],
  defaultFormat: 'png',
  // As third parties quote that page, all alike; fal's own text was not available.
  price: {
    unitUsd: 0.012,
    unit: 'megapixels',
    date: '2026-01',
    source: 'https://fal.ai/models/fal-ai/flux-2/edit',
  },
  billed: FLUX_2_BILLED,
  billable: flux2Billable,
  fromOutput: parsePicturesOutput,
};
