import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';
import type { RequestKey } from '../models/request.js';
import { MASK_NAMES } from '../models/schema/pictures.js';
import { nearestField, picturesOf } from '../models/unsupported.js';
import { listText } from '../text.js';
import type { FieldChange } from './field-change.js';

type Advice = Pick<FieldChange, 'why' | 'instead'>;

/** Advice on a field that the other model lacks. */
type Adviser = (to: Model) => Advice;

/** Advice to say something in the prompt, for a model that has one. */
const inPrompt =
  (instead: string): Adviser =>
  (to) =>
    to.fields.prompt === undefined ? {} : { instead };

const pictures: Adviser = (to) =>
  to.maxImages > 1
    ? inPrompt('Add another picture to guide the edit, and say in the prompt how to use it')(to)
    : {};

const ofNag: Adviser = (to) =>
  to.fields.negativePrompt === undefined
    ? { why: `it needs negative_prompt, which ${to.name} does not have` }
    : {};

const BY_KEY: Partial<Record<RequestKey, Adviser>> = {
  images: (to) => {
    const fields = picturesOf(to);
    return fields.length === 0 ? {} : { instead: `It takes pictures in ${listText(fields, 'and')}` };
  },
  prompt: (to) => ({ why: `${to.name} takes no prompt` }),
  strength: (to) => ({
    // Unlisted models without a strength may do anything, enlarge a picture for example.
    ...(to.schema === undefined ? { why: `no counterpart in ${to.name}, which edits by instruction` } : {}),
    ...inPrompt('Say in the prompt how much to keep, and compare a few seeds')(to),
  }),
  negativePrompt: inPrompt('Say in the prompt what you want to see'),
  loras: (to) => {
    const others = MODELS.filter((model) => model.base === to.base && model.fields.loras !== undefined);
    return others.length === 0
      ? {}
      : { instead: `LoRAs work with ${others.map(({ name }) => name).join(' and ')}` };
  },
  seed: () => ({ instead: 'Its results cannot be repeated' }),
  acceleration: ({ fields }) =>
    fields.steps === undefined ? {} : { instead: `Use fewer ${fields.steps[0] ?? 'steps'} to go faster` },
  expandPrompt: inPrompt('Write a detailed prompt'),
};

const BY_FIELD: Readonly<Record<string, Adviser>> = {
  ...{ nag_scale: ofNag, nag_tau: ofNag, nag_alpha: ofNag, nag_end: ofNag },
  ...{ controlnets: pictures, controlnet_unions: pictures, control_loras: pictures },
  ...{ easycontrols: pictures, ip_adapters: pictures, reference_image_url: pictures },
  ...Object.fromEntries(
    MASK_NAMES.map((name) => [name, () => ({ instead: 'Without a mask, all of it may change' })]),
  ),
};

/** Reason why a field is dropped for a model that lacks it, and advice. */
export function adviceFor(field: string, key: RequestKey | undefined, to: Model): Advice {
  const near = key === undefined ? undefined : nearestField(to, key);
  const adviser =
    key !== undefined ? BY_KEY[key] : Object.hasOwn(BY_FIELD, field) ? BY_FIELD[field] : undefined;
  return {
    why: `no counterpart in ${to.name}`,
    ...(near === undefined ? {} : { instead: `Perhaps set ${near}` }),
    ...adviser?.(to),
  };
}
