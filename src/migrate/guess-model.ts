import { inputError } from '../errors/error.js';
import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';
import { schemaOf } from './model-fields.js';

/**
 * The listed model that an input was most likely made for: of the models with its picture field, the one that knows
 * most of its fields; if in doubt, the first of the registry. No other model is guessed.
 *
 * @throws FalEditError (input): it has the picture fields of several forms, or of none
 */
export function guessModel(input: Readonly<Record<string, unknown>>): Model {
  const forms = new Set(MODELS.map(picturesField));
  const found = [...forms].filter((field) => (input[field] ?? undefined) !== undefined);
  const [form] = found;
  if (form === undefined || found.length > 1) {
    const said = form === undefined ? `neither ${[...forms].join(' nor ')}` : found.join(' and ');
    throw inputError(`Cannot tell which model the request was made for: it names none, and has ${said}.`, {
      hint: `Name the model: --from ${MODELS.map(({ name }) => name).join(', ')}, or the id of any endpoint.`,
    });
  }
  const known = (model: Model): number =>
    Object.keys(input).filter((field) => schemaOf(model, field) !== undefined).length;
  return MODELS.filter((model) => picturesField(model) === form).reduce((best, model) =>
    known(model) > known(best) ? model : best,
  );
}

function picturesField({ fields }: Model): string {
  return fields.images?.[0] ?? '';
}
