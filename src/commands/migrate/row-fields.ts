import type { FieldValue, Fields } from '../../batch/manifest/entry.js';
import { flagSays } from '../../models/flag-values.js';
import type { Model } from '../../models/model.js';
import { FLAG_OF, type RequestKey } from '../../models/request.js';
import { keyOf } from '../../migrate/model-fields.js';

/** A word in braces, which a manifest would take for a placeholder (batch/rows/template.ts). */
const PLACEHOLDER = /(?<!\{)(\{+)([\p{L}_][\p{L}\p{N}_. -]*)(\}+)/gu;

/** Converts an input to fields of a manifest: named by their flags, and without a flag in `set`. */
export function manifestFields(model: Model, input: Readonly<Record<string, unknown>>): Fields {
  const row: Fields = {};
  const set: Record<string, FieldValue> = {};
  for (const [field, value] of Object.entries(input)) {
    if (value === model.always?.[field]) continue;
    const key = keyOf(model, field);
    if (key !== undefined && flagSays(key, value))
      row[fieldName(key)] = writtenValue(key, value as FieldValue);
    // For a listed model, the other position of a switch is fal's default.
    else if (key === undefined || model.schema !== undefined) set[field] = value as FieldValue;
  }
  return Object.keys(set).length === 0 ? row : { ...row, set };
}

/** Escapes a prompt so that a manifest takes it literally. */
export function literalPrompt(prompt: string): string {
  return prompt.replace(PLACEHOLDER, (_, open: string, name: string, close: string) => {
    const both = Math.min(open.length, close.length);
    return `${open}${'{'.repeat(both)}${name}${close}${'}'.repeat(both)}`;
  });
}

/** Manifest field of a property of a request. */
function fieldName(key: RequestKey): string {
  return FLAG_OF[key].slice(2).replaceAll('-', '_');
}

function writtenValue(key: RequestKey, value: FieldValue): FieldValue {
  switch (key) {
    case 'images':
      return Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value;
    case 'safetyChecker':
    case 'expandPrompt':
      return true;
    default:
      return value;
  }
}
