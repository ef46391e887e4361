import type { Model } from '../models/model.js';
import type { FieldChange } from './field-change.js';
import { takenForm } from './forms-of-value.js';
import { counterpartOf, defaultOf, isRead } from './model-fields.js';
import { isSame, otherMeaning } from './plain-field.js';
import { shortValue } from './short-value.js';

/**
 * The fields that both models have, that the request leaves to them, and that they fill differently.
 *
 * @param own the input for the other model
 */
export function defaultChanges(
  input: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): FieldChange[] {
  return Object.keys(from.input.shape).flatMap((field) => {
    if (!isRead(from, field) || (input[field] ?? undefined) !== undefined) return [];
    const target = counterpartOf(field, from, to);
    if (target === undefined || own[target] !== undefined) return [];
    const [old, fallback] = [defaultOf(from, field), defaultOf(to, target)];
    if (old === undefined || fallback === undefined) return [];
    const kept = takenForm(old, target, to);
    if (isSame(old, fallback) || (kept !== undefined && isSame(kept.value, fallback))) return [];
    const other = otherMeaning(field, target, from, to);
    return [
      {
        field,
        kind: 'default_differs' as const,
        to: target,
        why: [
          `${shortValue(fallback)} in ${to.name}, ${shortValue(old)} in ${from.name}`,
          ...(other === undefined ? [] : [other]),
        ].join('; '),
        instead:
          other !== undefined
            ? 'Check it: a value may not mean the same'
            : kept === undefined
              ? `${to.name} does not accept ${shortValue(old)}`
              : `Set ${target} to ${shortValue(kept.value)} to keep the old one`,
      },
    ];
  });
}
