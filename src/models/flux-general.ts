import * as z from 'zod';
import { method, noSyncMode, optional, pictureUrl, weights } from './fields.js';
import { assumedOutput, imageSize } from './image-size.js';
import type { BillableEstimate, BillableWork, ListedModel } from './model.js';
import { once } from './once.js';
import { parsePicturesOutput } from './wire.js';

// Fields, ranges and defaults: fal-api.md 1.1. Where it gives no bounds, we set none.

/** Built on first use: a run needs the schema of only one model. */
const input = once(() => {
  const fraction = z.number().min(0).max(1);
  const loraScale = z.number().min(-4).max(4);
  const maskThreshold = optional(z.number().min(0.01).max(0.99), 'Threshold of the mask.', 0.5);

  const lora = z.strictObject({
    path: weights('URL, Hugging Face id or local .safetensors file of the weights.'),
    // fal also takes an object of scales by layer here; --lora has no way to write one.
    scale: optional(loraScale, 'How strongly it is applied.', 1),
  });

  const controlLora = z.strictObject({
    path: weights('Weights of the control LoRA.'),
    control_image_url: pictureUrl('The control picture.'),
    preprocess: optional(z.enum(['canny', 'depth', 'None']), 'Preprocessing of that picture.', 'None'),
    scale: optional(
      z.union([loraScale, z.record(z.string(), z.number())]),
      'One number, or one for each layer by name.',
      1,
    ),
  });

  /** How strongly a control picture applies, and when: shared by both kinds of controlnet. */
  const control = {
    control_image_url: pictureUrl('The control picture.'),
    conditioning_scale: optional(z.number().min(0).max(2), 'How strongly it controls.', 1),
    start_percentage: optional(fraction, 'Share of the steps after which it starts.', 0),
    end_percentage: optional(fraction, 'Share of the steps after which it ends.', 1),
    mask_image_url: optional(pictureUrl('Mask of the control picture.'), 'Mask of the control picture.'),
    mask_threshold: maskThreshold,
  };

  const controlnetSource = {
    path: weights('Weights of the controlnet.'),
    config_url: optional(z.string(), 'URL of its config.json.'),
    variant: optional(z.string(), 'Variant within a Hugging Face repository.'),
  };

  const controlnet = z.strictObject({ ...controlnetSource, ...control });

  const controlnetUnion = z.strictObject({
    ...controlnetSource,
    controls: z.array(
      z.strictObject({
        ...control,
        control_mode: z.enum(['canny', 'tile', 'depth', 'blur', 'pose', 'gray', 'low-quality']),
      }),
    ),
  });

  const ipAdapter = z.strictObject({
    path: z.string().meta({ description: 'Hugging Face path of the IP adapter.' }),
    image_url: pictureUrl('The picture to imitate.'),
    image_encoder_path: z.string().meta({ description: 'Hugging Face path of the image encoder.' }),
    scale: z.number().meta({ description: 'How strongly it applies.' }),
    subfolder: optional(z.string(), 'Folder of the weights.'),
    weight_name: optional(z.string(), 'File name of the weights.'),
    image_encoder_subfolder: optional(z.string(), "Folder of the encoder's weights."),
    image_encoder_weight_name: optional(z.string(), "File name of the encoder's weights."),
    mask_image_url: optional(pictureUrl('Mask.'), 'Mask.'),
    mask_threshold: maskThreshold,
  });

  const easycontrol = z.strictObject({
    control_method_url: method('Weights, or a name such as canny, depth, pose, ghibli.'),
    image_url: pictureUrl('The control picture.'),
    image_control_type: z.enum(['subject', 'spatial']),
    scale: optional(z.number().min(0).max(2), 'How strongly it controls.', 1),
  });

  const fillPicture = pictureUrl('Picture to fill the masked area with.');

  const fill = z.strictObject({
    fill_image_url: optional(z.union([fillPicture, z.array(fillPicture)]), 'One picture or several.'),
  });

  const strength = z.number().min(0.01).max(1);

  return z.strictObject({
    prompt: z.string().meta({ description: 'What the picture should become.' }),
    image_url: pictureUrl('The picture to edit.'),
    strength: optional(strength, '1 remakes the picture, near 0 keeps it.', 0.85),
    image_strength: optional(
      strength,
      'The same value again, under the name that backends behind a proxy read; fal ignores it.',
    ),
    image_size: optional(imageSize({ min: 1, max: 14_142 }), 'Size of the result.'),
    num_inference_steps: optional(z.int().min(1).max(50), 'Denoising steps.', 28),
    guidance_scale: optional(z.number().min(0).max(20), 'How closely to follow the prompt.', 3.5),
    num_images: optional(z.int().min(1).max(10), 'Pictures to make.', 1),
    seed: optional(z.int(), 'Same seed, same prompt: same picture.'),
    loras: optional(z.array(lora), 'LoRAs, merged with each other.', []),
    output_format: optional(z.enum(['jpeg', 'png']), 'Format of the result.', 'png'),
    enable_safety_checker: optional(z.boolean(), 'Blank pictures that are not safe for work.', true),
    sync_mode: noSyncMode,
    negative_prompt: optional(z.string(), 'Negative prompt: what to keep out of the picture (by NAG).', ''),
    nag_scale: optional(z.number().gt(1).max(10), 'Distance from the negative prompt.', 3),
    nag_tau: optional(z.number().gt(0), 'Normalisation of NAG.', 2.5),
    nag_alpha: optional(z.number().gt(0).max(1), 'Weight of NAG.', 0.25),
    nag_end: optional(z.number().gt(0).max(1), 'Share of the steps that NAG applies to.', 0.25),
    real_cfg_scale: optional(z.number().min(0).max(5), 'Scale of classical CFG.', 3.5),
    use_real_cfg: optional(z.boolean(), 'Classical CFG. Raises time and price.', false),
    use_cfg_zero: optional(z.boolean(), 'CFG-zero initial sampling.', false),
    reference_image_url: optional(pictureUrl('Reference picture.'), 'Reference picture.'),
    reference_strength: optional(z.number().min(-3).max(3), 'Strength of the reference.', 0.65),
    reference_start: optional(fraction, 'Share of the steps after which the reference starts.', 0),
    reference_end: optional(fraction, 'Share of the steps after which it ends.', 1),
    base_shift: optional(z.number().min(0.01).max(5), 'Base shift of the time steps.', 0.5),
    max_shift: optional(z.number().min(0.01).max(5), 'Greatest shift of the time steps.', 1.15),
    scheduler: optional(z.enum(['euler', 'dpmpp_2m']), 'Scheduler of the denoising.', 'euler'),
    use_beta_schedule: optional(z.boolean(), 'Beta sigmas.', false),
    sigma_schedule: optional(z.enum(['sgm_uniform']), 'Schedule of the sigmas.'),
    control_loras: optional(z.array(controlLora), 'LoRAs with a control picture.', []),
    controlnets: optional(z.array(controlnet).max(1), 'fal supports only one.', []),
    controlnet_unions: optional(z.array(controlnetUnion).max(1), 'fal supports only one.', []),
    ip_adapters: optional(z.array(ipAdapter), 'IP adapters.', []),
    easycontrols: optional(z.array(easycontrol), 'EasyControl inputs.', []),
    fill_image: optional(fill, 'Pictures for the masked area.'),
  });
});

/** Megapixels of output; fal does not document whether it also bills the input (fal-api.md 1.1). */
function billable(work: BillableWork): BillableEstimate {
  const { megapixels, assumptions, unbounded } = assumedOutput(work);
  if (work.input['use_real_cfg'] === true) {
    unbounded.push('use_real_cfg raises the price by an amount that fal does not state');
  }
  return { units: work.numImages * megapixels, assumptions: [...assumptions, ...unbounded], unbounded };
}

/** FLUX.1 [dev] with LoRAs, controlnets and adapters, started from a picture. */
export const fluxGeneral: ListedModel = {
  name: 'flux-general',
  endpoint: 'fal-ai/flux-general/image-to-image',
  base: 'FLUX.1 [dev]',
  purpose: 'FLUX.1 [dev] from one picture, with strength, LoRAs, controlnets and IP adapters',
  example: 'fal-edit cat.jpg --strength 0.7 --lora owner/style@0.8 -p "a snowy evening"',
  get input() {
    return input();
  },
  fields: {
    prompt: ['prompt'],
    images: ['image_url'],
    strength: ['strength', 'image_strength'],
    loras: ['loras'],
    steps: ['num_inference_steps'],
    guidance: ['guidance_scale'],
    seed: ['seed'],
    numImages: ['num_images'],
    size: ['image_size'],
    format: ['output_format'],
    negativePrompt: ['negative_prompt'],
    safetyChecker: ['enable_safety_checker'],
  },
  pictures: 'one',
  maxImages: 1,
  formats: ['png', 'jpeg'],
  defaultFormat: 'png',
  price: {
    unitUsd: 0.075,
    unit: 'megapixels',
    date: '2026-07-25',
    source: 'https://fal.ai/models/fal-ai/flux-general/image-to-image/llms.txt',
  },
  billed: 'every result',
  billable,
  fromOutput: parsePicturesOutput,
};
