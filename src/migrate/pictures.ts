import type { Model } from '../models/model.js';
import type { FieldChange } from './field-change.js';
import { schemaOf } from './model-fields.js';
import { outOfRange } from './plain-field.js';

/** The pictures that are edited, in the other model's form, and as many as it takes. */
export function translatePictures(
  { field, value, target }: { field: string; value: unknown; target: string },
  to: Model,
): { value: unknown; changes: FieldChange[] } {
  const pictures: unknown[] = [value].flat();
  const kept = to.statesNoLimit === true ? pictures : pictures.slice(0, to.maxImages);
  const own = to.pictures === 'list' ? kept : kept[0];
  if (kept.length === 0 || schemaOf(to, target)?.safeParse(own).success !== true) {
    return { value: undefined, changes: [outOfRange(field, value, target, to)] };
  }
  const change = main(field, value, target, own);
  return {
    value: own,
    changes:
      kept.length > to.maxImages
        ? [{ ...change, why: withoutLimit(to, change.why), instead: 'Send them all with --allow-many' }]
        : [change, ...tooMany(field, pictures.length, to)],
  };
}

/** fal drops pictures beyond a number that it does not say. */
function withoutLimit(to: Model, why: string | undefined): string {
  return [
    ...(why === undefined ? [] : [why]),
    `fal states no limit for ${to.name}, and may ignore some`,
  ].join('; ');
}

function main(field: string, value: unknown, target: string, own: unknown): FieldChange {
  if (Array.isArray(value) === Array.isArray(own)) {
    return { field, kind: field === target ? 'kept' : 'renamed', to: target };
  }
  return {
    field,
    kind: 'reshaped',
    to: target,
    why: Array.isArray(own) ? 'a list' : 'one picture, not a list',
  };
}

function tooMany(field: string, count: number, to: Model): FieldChange[] {
  const left = count - to.maxImages;
  if (left <= 0) return [];
  const parts = left === 1 ? `${to.maxImages}` : `${to.maxImages}..${count - 1}`;
  return [
    {
      field: `${field}[${parts}]`,
      kind: 'dropped',
      why: `${to.name} edits ${to.maxImages === 1 ? 'one picture' : `${to.maxImages} pictures`}`,
      ...(schemaOf(to, 'reference_image_url') === undefined
        ? {}
        : { instead: 'reference_image_url takes one picture, but only as a reference' }),
    },
  ];
}
