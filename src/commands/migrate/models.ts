import { usageError } from '../../errors/error.js';
import { usualOther } from '../../migrate/family.js';
import type { KeptRequest } from '../../migrate/request.js';
import { guessModel } from '../../migrate/guess-model.js';
import type { Model } from '../../models/model.js';
import { MODELS } from '../../models/registry.js';
import type { ModelSource } from '../model-source.js';

/** A model, and how it was inferred if the user did not name it. */
export interface Chosen {
  model: Model;
  /** Part of a sentence; undefined if the user named it. */
  how: string | undefined;
}

/**
 * Model of a request: named in it, given by `--from`, or inferred from its fields.
 *
 * @throws FalEditError (usage, input): no such model, or ambiguous; (temporary): its schema cannot be fetched
 */
export async function modelOfRequest(
  { input, model, modelKey }: KeptRequest,
  from: Model | undefined,
  models: Pick<ModelSource, 'load'>,
): Promise<Chosen> {
  if (model !== undefined) {
    const own = await models.load(model, `"${modelKey ?? 'model'}" in the request`);
    const how = from === undefined || from === own ? undefined : 'from the request, not --from';
    return { model: own, how };
  }
  if (from !== undefined) return { model: from, how: undefined };
  return { model: guessModel(input), how: 'by its fields; --from sets it' };
}

/** The model to translate for. @throws FalEditError (usage): not named, and several are possible */
export function modelToReach(from: Model, to: Model | undefined): Chosen {
  if (to !== undefined) return { model: to, how: undefined };
  const other = usualOther(from);
  if (other !== undefined) return { model: other, how: '--to sets it' };
  const others = MODELS.filter((model) => model !== from).map(({ name }) => name);
  throw usageError(
    '--to is missing: name the model to translate for.',
    `Choose one: ${others.join(', ')}, or the id of any endpoint.`,
  );
}

/** First line of the output: from which model to which. */
export function wayText(from: Chosen, to: Chosen): string {
  const said = ({ model, how }: Chosen): string => model.name + (how === undefined ? '' : ` (${how})`);
  return `From ${said(from)} to ${said(to)}:`;
}
