import type { Model } from '../models/model.js';
import type { FieldChange } from './field-change.js';
import { counterpartOf, defaultOf, isRead, schemaOf } from './model-fields.js';
import { isSame } from './plain-field.js';
import { shortValue } from './short-value.js';

/** The fields that both models have, that the request leaves to them, and that they fill differently. */
export function defaultChanges(
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): FieldChange[] {
  return Object.keys(from.input.shape).flatMap((field) => {
    if (!isRead(from, field) || (input[field] ?? undefined) !== undefined) return [];
    const target = counterpartOf(field, from, to);
    if (target === undefined) return [];
    const [old, own] = [defaultOf(from, field), defaultOf(to, target)];
    if (old === undefined || own === undefined || isSame(old, own)) return [];
    const canKeep = schemaOf(to, target)?.safeParse(old).success === true;
    return [
      {
        field,
        kind: 'default_differs' as const,
        to: target,
        why: `${shortValue(own)} in ${to.name}, ${shortValue(old)} in ${from.name}`,
        instead: canKeep
          ? `Set ${target} to ${shortValue(old)} to keep the old one`
          : `${to.name} does not accept ${shortValue(old)}`,
      },
    ];
  });
}
