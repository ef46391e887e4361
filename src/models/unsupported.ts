import { fieldError, usageError } from '../errors/error.js';
import { listText } from '../text.js';
import type { Model } from './model.js';
import { MODELS } from './registry.js';
import { type EditRequest, FLAG_OF, flagOf, type NameOf, type RequestKey } from './request.js';

/**
 * Refuses every property of a request that the model has no field for: fal would silently ignore it (fal-api.md 1.5).
 * The message names the flag and the models that have it.
 *
 * @param nameOf name of a property, if that is not its flag (a setting in the environment, say)
 */
export function refuseUnsupported(
  model: Model,
  request: Partial<EditRequest>,
  nameOf: NameOf = flagOf,
): void {
  for (const key of Object.keys(FLAG_OF) as RequestKey[]) {
    if (request[key] === undefined || model.fields[key] !== undefined) continue;
    const others = MODELS.filter((other) => other.fields[key] !== undefined).map((other) => other.name);
    throw fieldError(
      nameOf(key),
      `${model.name} has no such setting; fal would ignore it.`,
      others.length === 0
        ? undefined
        : `${listText(others, 'and')} ${others.length === 1 ? 'has' : 'have'} it: -m ${others[0] ?? ''}. Or leave it out.`,
    );
  }
}

/**
 * Refuses an edit without pictures, or with more than the model edits together.
 *
 * @param setting name of the pictures' setting in messages
 * @param also another hint about too many pictures
 * @throws FalEditError (usage)
 */
export function refuseWrongCount(
  model: Model,
  images: readonly string[],
  setting: string,
  also?: string,
): void {
  const count = images.length;
  if (count === 0)
    throw usageError('<image> is missing: name the picture to edit.', 'fal-edit photo.jpg -p "…"');
  if (count <= model.maxImages) return;
  const most = model.maxImages === 1 ? 'exactly one picture' : `at most ${model.maxImages} pictures`;
  throw fieldError(
    setting,
    `${count} pictures are given, but ${model.name} takes ${most}.`,
    [hintFor(model, count), ...(also === undefined ? [] : [also])].join('. '),
  );
}

/** The models that accept that many pictures; if there are none, those that accept more than this one. */
function hintFor({ maxImages }: Model, count: number): string {
  const others = MODELS.filter((other) => other.maxImages > maxImages);
  const enough = others.filter((other) => other.maxImages >= count);
  const [first] = enough;
  if (first !== undefined) return `${maximaText(enough)}: -m ${first.name}`;
  return others.length === 0 ? 'Give fewer.' : `Give fewer. ${maximaText(others)}.`;
}

/** E.g. `flux-2-lora edits up to 3 together, flux-2-edit up to 4`. */
function maximaText(models: readonly Model[]): string {
  return models
    .map(({ name, maxImages }, index) =>
      index === 0 ? `${name} edits up to ${maxImages} together` : `${name} up to ${maxImages}`,
    )
    .join(', ');
}
