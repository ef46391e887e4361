import { usageError } from '../errors.js';
import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';

/**
 * Refuses no picture at all, and more than the model edits together.
 *
 * @param place what to call the setting that names the pictures
 * @param also another hint about too many
 * @throws FalEditError (usage)
 */
export function refuseWrongCount(
  model: Model,
  images: readonly string[],
  place: string,
  also?: string,
): void {
  const count = images.length;
  if (count === 0)
    throw usageError('<image> is missing: name the picture to edit.', 'fal-edit photo.jpg -p "…"');
  if (count <= model.maxImages) return;
  const most = model.maxImages === 1 ? 'exactly one picture' : `at most ${model.maxImages} pictures`;
  throw usageError(
    `${place}: ${count} pictures are given, but ${model.name} takes ${most}.`,
    [hintFor(model, count), ...(also === undefined ? [] : [also])].join('. '),
  );
}

/** The models that would take them all; where there is none, those that would take more of them. */
function hintFor({ maxImages }: Model, count: number): string {
  const others = MODELS.filter((other) => other.maxImages > maxImages);
  const enough = others.filter((other) => other.maxImages >= count);
  const [first] = enough;
  if (first !== undefined) return `${listText(enough)}: -m ${first.name}`;
  return others.length === 0 ? 'Give fewer.' : `Give fewer. ${listText(others)}.`;
}

/** E.g. `flux-2-lora edits up to 3 together, flux-2-edit up to 4`. */
function listText(models: readonly Model[]): string {
  return models
    .map(({ name, maxImages }, index) =>
      index === 0 ? `${name} edits up to ${maxImages} together` : `${name} up to ${maxImages}`,
    )
    .join(', ');
}
