import type { Model } from '../models/model.js';
import type { Fate } from './fate.js';
import { isList, schemaOf } from './model-fields.js';
import { outOfRange } from './plain-field.js';

/** The pictures that are edited, in the other model's form, and as many as it takes. */
export function translatePictures(
  { field, value, target }: { field: string; value: unknown; target: string },
  to: Model,
): { value: unknown; fates: Fate[] } {
  const pictures: unknown[] = [value].flat();
  const kept = pictures.slice(0, to.maxImages);
  const own = isList(to, target) ? kept : kept[0];
  if (schemaOf(to, target)?.safeParse(own).success !== true) {
    return { value: undefined, fates: [outOfRange(field, value, target, to)] };
  }
  return { value: own, fates: [main(field, value, target, own), ...tooMany(field, pictures.length, to)] };
}

function main(field: string, value: unknown, target: string, own: unknown): Fate {
  if (Array.isArray(value) === Array.isArray(own)) {
    return { field, fate: field === target ? 'kept' : 'renamed', to: target };
  }
  return {
    field,
    fate: 'reshaped',
    to: target,
    why: Array.isArray(own) ? 'a list' : 'one picture, not a list',
  };
}

function tooMany(field: string, count: number, to: Model): Fate[] {
  const left = count - to.maxImages;
  if (left <= 0) return [];
  const parts = left === 1 ? `${to.maxImages}` : `${to.maxImages}..${count - 1}`;
  return [
    {
      field: `${field}[${parts}]`,
      fate: 'dropped',
      why: `${to.name} edits ${to.maxImages === 1 ? 'one picture' : `${to.maxImages} pictures`}`,
      ...(schemaOf(to, 'reference_image_url') === undefined
        ? {}
        : { instead: 'reference_image_url takes one picture, but only as a reference' }),
    },
  ];
}
