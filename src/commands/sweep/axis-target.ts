import { placeholdersOf } from '../../batch/template.js';
import { didYouMean } from '../../near-name.js';
import { usageError } from '../../errors.js';
import { ownFlag } from '../../models/explain.js';
import type { Model } from '../../models/model.js';
import type { AxisTarget } from '../../study/sweep/target.js';
import { FIELD_NAMES, meaningOf, type Meaning } from '../batch/row-fields.js';

/** Fields of rows alone, with what to do instead of varying them. */
const OWN_FIELDS = {
  id: 'Cells are named by their place in the grid.',
  expect: 'See --best.',
} as const;

/** What the name of an axis is looked up in. */
export interface AxisSurroundings {
  /** Those that the sweep edits with. */
  models: readonly Model[];
  prompt: string | undefined;
  /** How many LoRAs the edits have. */
  loras: number;
}

/**
 * What the name of an axis stands for: a field of rows, the scale of a LoRA, a field of the model by fal's name, or a
 * word in braces of the prompt.
 *
 * @param place what to call the axis in a message
 * @throws FalEditError (usage) naming the nearest one that there is
 */
export function axisTarget(name: string, place: string, surroundings: AxisSurroundings): AxisTarget {
  const { models, prompt, loras } = surroundings;
  const [, index] = /^loras?\.(\d+)\.scale$/i.exec(name) ?? [];
  if (index !== undefined) return scaleOf(Number(index), place, loras);
  const meaning = meaningOf(name);
  if (meaning !== undefined) {
    if (meaning.kind === 'flag' && meaning.part !== undefined) {
      return fieldOf(meaning.part, models, [], place);
    }
    const field = meaning.kind === 'flag' ? meaning.flag.name : meaning.name;
    const instead = insteadOf(meaning);
    if (instead !== undefined) throw usageError(`${place}: cannot be varied.`, instead);
    return { kind: 'field', field: field === 'image-strength' ? 'strength' : field.replaceAll('-', '_') };
  }
  // Where there are several pictures, that is the name of their axis.
  const words = placeholdersOf(prompt ?? '').filter((word) => word !== 'picture');
  return words.includes(name) ? { kind: 'field', field: name } : fieldOf(name, models, words, place);
}

/** What to do where a field cannot be varied; undefined where it can. */
function insteadOf(meaning: Meaning): string | undefined {
  return meaning.kind === 'flag' ? meaning.flag.notVaried : OWN_FIELDS[meaning.name];
}

function scaleOf(index: number, place: string, loras: number): AxisTarget {
  if (index < loras) return { kind: 'scale', index };
  const given = loras === 0 ? 'no LoRA is given' : `the last LoRA is number ${loras - 1}, counted from 0`;
  throw usageError(`${place}: ${given}.`, 'Name it: --lora owner/style');
}

/**
 * A field of the model by fal's name; where a flag fills it, that is what is varied.
 *
 * @param words what else a misspelt name may mean: words in braces of the prompt
 */
function fieldOf(
  name: string,
  models: readonly Model[],
  words: readonly string[],
  place: string,
): AxisTarget {
  const key = name.trim().replaceAll('-', '_');
  const known = models.filter((model) => Object.hasOwn(model.input.shape, key));
  const flag = known.map((model) => ownFlag(model, key)).find((one) => one !== undefined);
  if (flag !== undefined) {
    const field = flag.replace(/^--/, '');
    const meaning = meaningOf(field);
    const instead = meaning === undefined ? undefined : insteadOf(meaning);
    if (instead !== undefined) throw usageError(`${place}: cannot be varied.`, instead);
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
  throw usageError(
    `${place}: is no setting of an edit with ${names}.`,
    didYouMean(
      name,
      [...ours, ...fields, ...words, 'lora.0.scale'],
      `Settings: ${ours.join(', ')}. fal-edit models <name> lists the fields of a model.`,
    ),
  );
}
