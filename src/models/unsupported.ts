import type * as z from 'zod';
import { fieldError, usageError, type FalEditError } from '../errors/error.js';
import { listText } from '../text.js';
import { findFileFields } from './fields.js';
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
    if (key === 'images' && request.images?.length === 0) continue;
    if (model.schema !== undefined) throw refusedBySchema(model, key, nameOf);
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

/** Fields of a schema that do something like what a flag would, for its refusal. */
const NEAREST_FIELDS: Partial<Record<RequestKey, readonly string[]>> = {
  size: ['aspect_ratio', 'resolution', 'width', 'upscale_factor', 'scale', 'output_size'],
  numImages: ['max_images', 'series_amount'],
  strength: ['image_prompt_strength', 'creativity', 'resemblance'],
  guidance: ['guidance', 'text_guidance_scale'],
  safetyChecker: ['safety_tolerance', 'moderation_level'],
};

/** The field of a model that does something like what a flag would; undefined if it has none. */
export function nearestField({ input }: Model, key: RequestKey): string | undefined {
  return (NEAREST_FIELDS[key] ?? []).find((name) => Object.hasOwn(input.shape, name));
}

/** A flag for which the schema of an endpoint has no field. */
function refusedBySchema(model: Model, key: RequestKey, nameOf: NameOf): FalEditError {
  const near = nearestField(model, key);
  const pictures = picturesOf(model);
  if (key === 'images') {
    return fieldError(
      nameOf(key),
      `${model.name} has no main picture: name the field of each.`,
      pictures.map((field) => `--file ${field}=…`).join(' '),
    );
  }
  const message =
    key === 'prompt'
      ? `${model.name} takes no prompt.`
      : `${model.name} has no such setting; fal would ignore it.`;
  return fieldError(
    nameOf(key),
    message,
    near === undefined
      ? `Leave it out. fal-edit models ${model.name} lists its fields.`
      : `Use --set ${near}=… instead.`,
  );
}

/** The fields at the top of an input that take pictures. */
export function picturesOf({ input }: Model): string[] {
  return Object.entries(input.shape as Record<string, z.core.$ZodType>).flatMap(([name, schema]) =>
    findFileFields(schema, 'x').length + findFileFields(schema, ['x']).length > 0 ? [name] : [],
  );
}

export interface CountOptions {
  /** Send more pictures than fal is known to use. */
  allowMany?: boolean | undefined;
  /** Pictures that the request has in other fields. */
  others?: number | undefined;
  /** Another hint about too many pictures. */
  also?: string | undefined;
}

/**
 * Refuses an edit without pictures, or with more than the model edits together. A model that would also work without
 * one would make a picture from the prompt alone, and charge for it.
 *
 * @param setting name of the pictures' setting in messages
 * @throws FalEditError (usage)
 */
export function refuseWrongCount(
  model: Model,
  images: readonly string[],
  setting: string,
  { allowMany, others = 0, also }: CountOptions = {},
): void {
  const count = images.length;
  if (count === 0 && model.fields.images === undefined) {
    if (others === 0) throw refusedBySchema(model, 'images', () => setting);
    return;
  }
  if (count === 0)
    throw usageError('<image> is missing: name the picture to edit.', 'fal-edit photo.jpg -p "…"');
  if (count <= model.maxImages || (allowMany === true && model.statesNoLimit === true)) return;
  if (model.statesNoLimit === true) {
    throw fieldError(
      setting,
      `${count} pictures are given, but fal does not say how many ${model.name} uses; it may ignore some.`,
      inSentences('Send them all with --allow-many', also),
    );
  }
  const most = model.maxImages === 1 ? 'exactly one picture' : `at most ${model.maxImages} pictures`;
  throw fieldError(
    setting,
    `${count} pictures are given, but ${model.name} takes ${most}.`,
    inSentences(hintFor(model, count), also),
  );
}

/** Two hints in one; the second may be a command, after which no full stop stands. */
function inSentences(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first.replace(/\.$/, '')}. ${second}`;
}

/** The models that accept that many pictures; if there are none, those that accept more than this one. */
function hintFor({ maxImages, schema }: Model, count: number): string {
  // A listed model does not do the work of an upscaler.
  if (schema !== undefined) return 'Give fewer.';
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
