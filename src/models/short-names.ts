/**
 * Short names of popular endpoints. They are names only: the schema is fal's, like that of any other endpoint. A listed
 * model has its own name in its own file.
 */
export const SHORT_NAMES: Readonly<Record<string, string>> = {
  // Edit by instruction
  kontext: 'fal-ai/flux-pro/kontext',
  'kontext-max': 'fal-ai/flux-pro/kontext/max',
  'nano-banana-2': 'fal-ai/nano-banana-2/edit',
  'nano-banana-pro': 'fal-ai/nano-banana-pro/edit',
  seedream: 'bytedance/seedream/v5/pro/edit',
  'seedream-lite': 'bytedance/seedream/v5/lite/edit',
  'gpt-image-2': 'openai/gpt-image-2/edit',
  'qwen-edit': 'fal-ai/qwen-image-edit-2511',
  klein: 'fal-ai/flux-2/klein/9b/edit',
  'flux-2-pro': 'fal-ai/flux-2-pro/edit',
  'grok-imagine': 'xai/grok-imagine-image/v2.0/edit',
  // Fill a mask
  'flux-fill': 'fal-ai/flux-pro/v1/fill',
  // Remove the background
  birefnet: 'fal-ai/birefnet/v2',
  // Enlarge
  'topaz-upscale': 'fal-ai/topaz/upscale/image',
  'clarity-upscaler': 'fal-ai/clarity-upscaler',
  'recraft-upscale': 'fal-ai/recraft/upscale/crisp',
};
