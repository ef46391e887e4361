import { fieldError } from '../errors/error.js';
import { didYouMean } from '../near-name.js';
import { flux2Edit } from './flux-2-edit.js';
import { flux2Lora } from './flux-2-lora.js';
import { fluxDev } from './flux-dev.js';
import { fluxGeneral } from './flux-general.js';
import type { ListedModel, Model } from './model.js';

/** Every supported model, the default first. A new one is added only here. */
export const MODELS: readonly [ListedModel, ...ListedModel[]] = [fluxGeneral, flux2Lora, flux2Edit, fluxDev];

const OWNER = 'fal-ai/';

/** All names of a model: short, full endpoint id, and the id without its owner. */
function namesOf(model: Model): string[] {
  return [model.name, model.endpoint, model.endpoint.replace(OWNER, '')];
}

/**
 * The model with that name, in any of its spellings; the default if none is given. Refuses unknown names (exit 2).
 *
 * @param where name of the setting: `--model`, or the variable that the name came from
 */
export function findModel(name: string | undefined, where = '--model'): Model {
  if (name === undefined) return MODELS[0];
  const wanted = name.trim().replace(/\/+$/, '');
  const found = MODELS.find((model) => namesOf(model).includes(wanted));
  if (found !== undefined) return found;
  const known = MODELS.map((model) => model.name).join(', ');
  throw fieldError(
    where,
    `unknown model "${name}". Available: ${known}, or their endpoint ids.`,
    didYouMean(wanted, MODELS.flatMap(namesOf), undefined),
  );
}
