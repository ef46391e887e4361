import type { FieldValue, Fields } from '../../batch/manifest/entry.js';

/** The part of an edit that an axis varies. */
export type AxisTarget =
  /** A field of a row, or a column used in the prompt. */
  | { kind: 'field'; field: string }
  /** A field of the model by fal's name, as in `--set`. */
  | { kind: 'set'; key: string }
  /** The scale of a LoRA, counted from 0. */
  | { kind: 'scale'; index: number };

/** Name of a target, unique among the axes. */
export function targetName(target: AxisTarget): string {
  switch (target.kind) {
    case 'field':
      return target.field;
    case 'set':
      return `set.${target.key}`;
    case 'scale':
      return `lora.${target.index}.scale`;
  }
}

/**
 * The fields of a row at one position of the grid.
 *
 * @param at a value for each target
 * @param loras as in `--lora`, with scales separate, to be replaced by those of the position
 */
export function fieldsAt(
  at: readonly { target: AxisTarget; value: string }[],
  loras: readonly { path: string; scale?: number | undefined }[],
): Fields {
  const fields: Fields = {};
  const scales = new Map<number, string>();
  for (const { target, value } of at) {
    if (target.kind === 'scale') scales.set(target.index, value);
    else fields[targetName(target)] = value;
  }
  if (scales.size > 0) {
    fields['lora'] = loras.map(({ path, scale }, index): FieldValue => ({
      path,
      scale: scales.get(index) ?? scale ?? null,
    }));
  }
  return fields;
}
