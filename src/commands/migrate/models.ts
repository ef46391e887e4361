import { usageError } from '../../errors.js';
import { usualOther } from '../../migrate/family.js';
import type { KeptRequest } from '../../migrate/request.js';
import { toldByFields } from '../../migrate/told.js';
import type { Model } from '../../models/model.js';
import { findModel, MODELS } from '../../models/registry.js';

/** A model, and how it was come by where nobody named it. */
export interface Chosen {
  model: Model;
  /** For a sentence; undefined where it was named. */
  how: string | undefined;
}

/**
 * The model that a request was made for: as it says itself, as `--from` says, or as its fields tell.
 *
 * @throws FalEditError (usage, input): it is none of ours, or cannot be told
 */
export function modelOfRequest({ input, model, modelKey }: KeptRequest, from: Model | undefined): Chosen {
  if (model !== undefined) {
    const own = findModel(model, `"${modelKey ?? 'model'}" of the request`);
    const how = from === undefined || from === own ? undefined : 'as the request says, whatever --from says';
    return { model: own, how };
  }
  if (from !== undefined) return { model: from, how: undefined };
  return { model: toldByFields(input), how: 'by its fields; --from sets it' };
}

/** The model to translate for. @throws FalEditError (usage): it is not named, and several could be meant */
export function modelToReach(from: Model, to: Model | undefined): Chosen {
  if (to !== undefined) return { model: to, how: undefined };
  const other = usualOther(from);
  if (other !== undefined) return { model: other, how: '--to sets it' };
  const others = MODELS.filter((model) => model !== from).map(({ name }) => name);
  throw usageError('--to is missing: name the model to translate for.', `Allowed: ${others.join(', ')}.`);
}

/** The first line for people: which way it goes. */
export function wayText(from: Chosen, to: Chosen): string {
  const said = ({ model, how }: Chosen): string => model.name + (how === undefined ? '' : ` (${how})`);
  return `From ${said(from)} to ${said(to)}:`;
}
