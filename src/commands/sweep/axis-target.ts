import { placeholdersOf } from '../../batch/rows/template.js';
import { didYouMean } from '../../near-name.js';
import { fieldError } from '../../errors/error.js';
import { ownFlag } from '../../models/explain.js';
import type { Model } from '../../models/model.js';
import type { AxisTarget } from '../../study/sweep/target.js';
import { FIELD_NAMES, meaningOf, type Meaning } from '../rows/fields.js';

/** Fields that only rows have, with an alternative to varying them. */
const OWN_FIELDS = {
  id: 'Cells are named by their place in the grid.',
  expect: 'See --best.',
} as const;

/** Context for resolving the name of an axis. */
export interface AxisSurroundings {
  /** Models of the sweep. */
  models: readonly Model[];
  prompt: string | undefined;
  /** Number of LoRAs of the edits. */
  loras: number;
}

/**
 * Resolves the name of an axis: a field of rows, the scale of a LoRA, a field of the model by fal's name, or a
 * word in braces of the prompt.
 *
 * @param where name of the axis in messages
 * @throws FalEditError (usage) with the nearest known name
 */
export function axisTarget(name: string, where: string, surroundings: AxisSurroundings): AxisTarget {
  const { models, prompt, loras } = surroundings;
  const [, index] = /^loras?\.(\d+)\.scale$/i.exec(name) ?? [];
  if (index !== undefined) return scaleOf(Number(index), where, loras);
  const meaning = meaningOf(name);
  if (meaning !== undefined) {
    if (meaning.kind === 'flag' && meaning.part !== undefined) {
      return fieldOf(meaning.part, models, [], where);
    }
    const field = meaning.kind === 'flag' ? meaning.flag.name : meaning.name;
    const instead = insteadOf(meaning);
    if (instead !== undefined) throw fieldError(where, 'cannot be varied.', instead);
    return { kind: 'field', field: field === 'image-strength' ? 'strength' : field.replaceAll('-', '_') };
  }
  // With several pictures, that is the name of their axis.
  const words = placeholdersOf(prompt ?? '').filter((word) => word !== 'picture');
  return words.includes(name) ? { kind: 'field', field: name } : fieldOf(name, models, words, where);
}

/** Alternative for a field that cannot be varied; undefined if it can. */
function insteadOf(meaning: Meaning): string | undefined {
  return meaning.kind === 'flag' ? meaning.flag.notVaried : OWN_FIELDS[meaning.name];
}

function scaleOf(index: number, where: string, loras: number): AxisTarget {
  if (index < loras) return { kind: 'scale', index };
  const given = loras === 0 ? 'there is no LoRA' : `the last LoRA is number ${loras - 1}, counted from 0`;
  throw fieldError(where, `${given}.`, 'Add it: --lora owner/style');
}

/**
 * A field of the model by fal's name, or the flag that fills it.
 *
 * @param words words in braces of the prompt, which a misspelt name may also mean
 */
function fieldOf(
  name: string,
  models: readonly Model[],
  words: readonly string[],
  where: string,
): AxisTarget {
  const key = name.trim().replaceAll('-', '_');
  const known = models.filter((model) => Object.hasOwn(model.input.shape, key));
  const flag = known.map((model) => ownFlag(model, key)).find((one) => one !== undefined);
  if (flag !== undefined) {
    const field = flag.replace(/^--/, '');
    const meaning = meaningOf(field);
    const instead = meaning === undefined ? undefined : insteadOf(meaning);
    if (instead !== undefined) throw fieldError(where, 'cannot be varied.', instead);
    return { kind: 'field', field: field.replaceAll('-', '_') };
  }
  if (known.length > 0) return { kind: 'set', key };
  const fields = models.flatMap((model) =>
    Object.keys(model.input.shape).filter((field) => ownFlag(model, field) === undefined),
  );
  const ours = FIELD_NAMES.filter((field) => {
    const meaning = meaningOf(field);
    return meaning !== undefined && insteadOf(meaning) === undefined;
  });
  const names = models.map((model) => model.name).join(', ');
  throw fieldError(
    where,
    `${names} has no such setting.`,
    didYouMean(
      name,
      [...ours, ...fields, ...words, 'lora.0.scale'],
      `Settings: ${ours.join(', ')}. fal-edit models <name> lists the fields of a model.`,
    ),
  );
}
