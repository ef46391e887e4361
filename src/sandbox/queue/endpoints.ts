/**
 * Inputs that the endpoints accept, deliberately typed a second time from fal-api.md 1.1 and 1.2 and fal's
 * published types: the sandbox shares no table with our adapters, so a wrong range on either side shows as a 422.
 */
export type Field = { required?: boolean; nullable?: boolean; default?: unknown } & (
  | { kind: 'string'; minLength?: number }
  | { kind: 'boolean' }
  /** `above` is an exclusive bound. */
  | { kind: 'integer' | 'number'; min?: number; above?: number; max?: number }
  | { kind: 'choice'; values: readonly string[] }
  | { kind: 'picture' }
  | { kind: 'pictures'; atLeast?: number; used?: number; orOne?: boolean }
  /** One number in the range, or one for each layer name. */
  | { kind: 'scales'; min: number; max: number }
  | { kind: 'size'; min: number; max: number }
  | { kind: 'list'; max?: number; of: Fields }
  | { kind: 'object'; of: Fields }
);
export type Fields = Readonly<Record<string, Field>>;

export interface Endpoint {
  fields: Fields;
  title: string;
  /** USD per megapixel. */
  unitPrice: number;
  /** Whether input pictures are billed as well as output pictures. */
  billsInput: boolean;
}

/** Sides of the presets in pixels (fal-api.md 1.7). */
export const PRESETS: Readonly<Record<string, readonly [width: number, height: number]>> = {
  square_hd: [1024, 1024],
  square: [512, 512],
  portrait_4_3: [768, 1024],
  portrait_16_9: [576, 1024],
  landscape_4_3: [1024, 768],
  landscape_16_9: [1024, 576],
};

const number = (fallback: number, min?: number, max?: number): Field => ({
  kind: 'number',
  default: fallback,
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
const integer = (fallback: number, min: number, max: number): Field => ({
  kind: 'integer',
  default: fallback,
  min,
  max,
});
const choice = (...values: [string, ...string[]]): Field => ({ kind: 'choice', values, default: values[0] });
const flag = (fallback: boolean): Field => ({ kind: 'boolean', default: fallback });
const list = (of: Fields, max?: number): Field => ({
  kind: 'list',
  of,
  default: [],
  ...(max === undefined ? {} : { max }),
});
const text: Field = { kind: 'string' };
const requiredText: Field = { kind: 'string', required: true };
const path: Field = { kind: 'string', required: true, minLength: 1 };
const picture: Field = { kind: 'picture', nullable: true };
const scales: Field = { kind: 'scales', min: -4, max: 4, default: 1 };
const requiredPicture: Field = { kind: 'picture', required: true };

const shared: Fields = {
  prompt: requiredText,
  guidance_scale: number(3.5, 0, 20),
  seed: { kind: 'integer', nullable: true },
  enable_safety_checker: flag(true),
  sync_mode: flag(false),
};

const masked: Fields = { mask_image_url: picture, mask_threshold: number(0.5, 0.01, 0.99) };

const control: Fields = {
  control_image_url: requiredPicture,
  conditioning_scale: number(1, 0, 2),
  start_percentage: number(0, 0, 1),
  end_percentage: number(1, 0, 1),
  ...masked,
};

const controlnet: Fields = { path, config_url: text, variant: text };

const MODES = ['canny', 'tile', 'depth', 'blur', 'pose', 'gray', 'low-quality'];

const FLUX_GENERAL: Endpoint = {
  title: 'FLUX.1 [dev] with Controlnets and Loras',
  unitPrice: 0.075,
  billsInput: false,
  fields: {
    ...shared,
    image_url: requiredPicture,
    strength: number(0.85, 0.01, 1),
    image_size: { kind: 'size', nullable: true, min: 1, max: 14142 },
    num_inference_steps: integer(28, 1, 50),
    num_images: integer(1, 1, 10),
    output_format: choice('png', 'jpeg'),
    loras: list({ path, scale: scales }),
    negative_prompt: { kind: 'string', default: '' },
    nag_scale: { kind: 'number', default: 3, above: 1, max: 10 },
    nag_tau: { kind: 'number', default: 2.5, above: 0 },
    nag_alpha: { kind: 'number', default: 0.25, above: 0, max: 1 },
    nag_end: { kind: 'number', default: 0.25, above: 0, max: 1 },
    real_cfg_scale: number(3.5, 0, 5),
    use_real_cfg: flag(false),
    use_cfg_zero: flag(false),
    reference_image_url: picture,
    reference_strength: number(0.65, -3, 3),
    reference_start: number(0, 0, 1),
    reference_end: number(1, 0, 1),
    base_shift: number(0.5, 0.01, 5),
    max_shift: number(1.15, 0.01, 5),
    scheduler: choice('euler', 'dpmpp_2m'),
    use_beta_schedule: flag(false),
    sigma_schedule: { kind: 'choice', values: ['sgm_uniform'], nullable: true },
    control_loras: list({
      path,
      control_image_url: requiredPicture,
      preprocess: choice('None', 'canny', 'depth'),
      scale: scales,
    }),
    controlnets: list({ ...controlnet, ...control }),
    controlnet_unions: list({
      ...controlnet,
      controls: {
        ...list({ ...control, control_mode: { kind: 'choice', values: MODES, required: true } }),
        required: true,
      },
    }),
    ip_adapters: list({
      path,
      subfolder: text,
      weight_name: text,
      image_encoder_path: path,
      image_encoder_subfolder: text,
      image_encoder_weight_name: text,
      image_url: requiredPicture,
      ...masked,
      scale: { kind: 'number', required: true },
    }),
    easycontrols: list({
      control_method_url: path,
      image_url: requiredPicture,
      image_control_type: { kind: 'choice', values: ['subject', 'spatial'], required: true },
      scale: number(1, 0, 2),
    }),
    fill_image: {
      kind: 'object',
      nullable: true,
      of: {
        fill_image_url: { kind: 'pictures', orOne: true },
      },
    },
  },
};

const flux2: Fields = {
  ...shared,
  guidance_scale: number(2.5, 0, 20),
  image_size: { kind: 'size', nullable: true, min: 512, max: 2048 },
  num_inference_steps: integer(28, 4, 50),
  num_images: integer(1, 1, 4),
  acceleration: { ...choice('none', 'regular', 'high'), default: 'regular' },
  enable_prompt_expansion: flag(false),
  output_format: choice('png', 'jpeg', 'webp'),
};

const FLUX_2_LORA_EDIT: Endpoint = {
  title: 'FLUX.2 [dev] LoRA image editing',
  unitPrice: 0.021,
  billsInput: true,
  fields: {
    ...flux2,
    image_urls: { kind: 'pictures', required: true, atLeast: 1, used: 4 },
    loras: list({ path, scale: number(1, 0, 4) }, 3),
  },
};

const FLUX_2_EDIT: Endpoint = {
  title: 'FLUX.2 [dev] image editing',
  unitPrice: 0.012,
  billsInput: true,
  fields: { ...flux2, image_urls: { kind: 'pictures', required: true, atLeast: 1, used: 4 } },
};

const FLUX_DEV: Endpoint = {
  title: 'FLUX.1 [dev] image to image',
  unitPrice: 0.03,
  billsInput: false,
  fields: {
    ...shared,
    image_url: requiredPicture,
    strength: number(0.95, 0.01, 1),
    guidance_scale: number(3.5, 1, 20),
    num_inference_steps: integer(40, 10, 50),
    num_images: integer(1, 1, 4),
    acceleration: choice('none', 'regular', 'high'),
    output_format: choice('jpeg', 'png'),
  },
};

/** By full endpoint id. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'fal-ai/flux-general/image-to-image': FLUX_GENERAL,
  'fal-ai/flux-2/lora/edit': FLUX_2_LORA_EDIT,
  'fal-ai/flux-2/edit': FLUX_2_EDIT,
  'fal-ai/flux/dev/image-to-image': FLUX_DEV,
};
