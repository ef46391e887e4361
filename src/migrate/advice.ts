import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';
import type { RequestKey } from '../models/request.js';
import type { FieldChange } from './field-change.js';

type Advice = Pick<FieldChange, 'why' | 'instead'>;

/** Advice on a field that the other model lacks. */
type Adviser = (to: Model) => Advice;

const pictures: Adviser = (to) =>
  to.maxImages > 1
    ? { instead: 'Add another picture to guide the edit, and say in the prompt how to use it' }
    : {};

const ofNag: Adviser = (to) =>
  to.fields.negativePrompt === undefined
    ? { why: `it needs negative_prompt, which ${to.name} does not have` }
    : {};

const BY_KEY: Partial<Record<RequestKey, Adviser>> = {
  strength: (to) => ({
    why: `no counterpart in ${to.name}, which edits by instruction`,
    instead: 'Say in the prompt how much to keep, and compare a few seeds',
  }),
  negativePrompt: () => ({ instead: 'Say in the prompt what you want to see' }),
  loras: (to) => {
    const others = MODELS.filter((model) => model.base === to.base && model.fields.loras !== undefined);
    return others.length === 0
      ? {}
      : { instead: `LoRAs work with ${others.map(({ name }) => name).join(' and ')}` };
  },
  acceleration: () => ({ instead: 'Use fewer num_inference_steps to go faster' }),
  expandPrompt: () => ({ instead: 'Write a detailed prompt' }),
};

const BY_FIELD: Readonly<Record<string, Adviser>> = {
  ...{ nag_scale: ofNag, nag_tau: ofNag, nag_alpha: ofNag, nag_end: ofNag },
  ...{ controlnets: pictures, controlnet_unions: pictures, control_loras: pictures },
  ...{ easycontrols: pictures, ip_adapters: pictures, reference_image_url: pictures },
};

/** Reason why a field is dropped for a model that lacks it, and advice. */
export function adviceFor(field: string, key: RequestKey | undefined, to: Model): Advice {
  const adviser = key === undefined ? BY_FIELD[field] : BY_KEY[key];
  return { why: `no counterpart in ${to.name}`, ...adviser?.(to) };
}
